# SPDX-License-Identifier: Apache-2.0
"""What package managers and git talk to, made on the fly: handlers for an HttpOrigin."""

import base64
import dataclasses
import email
import gzip
import hashlib
import io
import json
import os
import pathlib
import subprocess
import tarfile
import urllib.parse
import zipfile

from . import wire


def _not_found():
    return wire.Response(404, [], b"no such thing", "Not Found")


def npm(host, name="tiny-hello", version="1.0.0"):
    """An npm registry with one package, whose `greeting` is "hello from the registry"."""
    tarball = _tarball(npm_files(name, version, folder="package/"))
    file = f"/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
    document = {
        "name": name,
        "dist-tags": {"latest": version},
        "versions": {
            version: {
                "name": name,
                "version": version,
                "main": "index.js",
                "dist": {
                    "tarball": f"https://{host}{file}",
                    "integrity": "sha512-"
                    + base64.b64encode(hashlib.sha512(tarball).digest()).decode(),
                },
            }
        },
    }

    def answer(request):
        path = request.target.partition("?")[0]
        if path == f"/{name}":
            return _json(document)
        if path == file:
            return wire.Response(
                fields=[("Content-Type", "application/octet-stream")], body=tarball
            )
        if path.startswith("/-/npm/v1/security/"):
            return _json({})
        return _not_found()

    return answer


def npm_files(name, version="1.0.0", folder=""):
    """A package of npm, by the names of its files."""
    return {
        f"{folder}package.json": json.dumps({"name": name, "version": version, "main": "index.js"}),
        f"{folder}index.js": "module.exports = { greeting: 'hello from the registry' };\n",
    }


def private_npm(host, key, name, published):
    """A registry that serves nothing without the key. What is published is kept in `published`, by its name."""
    served = npm(host, name)

    def answer(request):
        if request.header("authorization") != f"Bearer {key}":
            return wire.Response(401, [], b'{"error": "who are you?"}', "Unauthorized")
        path = urllib.parse.unquote(request.target)
        if path == "/-/whoami":
            return _json({"username": "mona"})
        if request.method == "PUT":
            published[path[1:]] = json.loads(request.body)
            return _json({"ok": True}, 201)
        return served(dataclasses.replace(request, target=path))

    return answer


def pip(name="tiny_hello", version="1.0"):
    """A package index with one wheel."""
    packed = wheel(name, version)
    file = f"{name}-{version}-py3-none-any.whl"
    page = f'<!DOCTYPE html><a href="/files/{file}#sha256={hashlib.sha256(packed).hexdigest()}">{file}</a>'

    def answer(request):
        if request.target.startswith("/simple/"):
            return wire.Response(fields=[("Content-Type", "text/html")], body=page.encode())
        if request.target == f"/files/{file}":
            return wire.Response(fields=[("Content-Type", "application/octet-stream")], body=packed)
        return _not_found()

    return answer


def guarded(served, authorization):
    """A server that serves nobody without that field, and asks for it as `Basic`."""

    def answer(request):
        if request.header("authorization") != authorization:
            return wire.Response(
                401, [("WWW-Authenticate", 'Basic realm="rig"')], b"who are you?", "Unauthorized"
            )
        return served(request)

    return answer


def uploads(files):
    """Takes what twine uploads: the parts of each form are appended to `files`, by their names."""

    def answer(request):
        head = f"Content-Type: {request.header('content-type')}\r\n\r\n".encode()
        form = email.message_from_bytes(head + request.body)
        files.append(
            {
                part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
                for part in form.get_payload()
            }
        )
        return wire.Response()

    return answer


def git(repositories):
    """git's smart HTTP protocol for the bare repositories of a directory."""

    def answer(request):
        path, _, query = request.target.partition("?")
        body = request.body
        if request.header("content-encoding") == "gzip":
            body = gzip.decompress(body)
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(repositories),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": request.method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": request.header("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_PROTOCOL": request.header("git-protocol", ""),
            "REMOTE_USER": "rig",
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(
            ["git", "http-backend"], input=body, env=environment, capture_output=True
        )
        return _from_cgi(done.stdout)

    return answer


def bare_repository(directory, name="hello.git"):
    """A bare repository with one commit that holds README."""
    path, work = pathlib.Path(directory) / name, pathlib.Path(directory) / "work"
    identity = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_AUTHOR_NAME": "rig",
        "GIT_AUTHOR_EMAIL": "rig@ok.test",
        "GIT_COMMITTER_NAME": "rig",
        "GIT_COMMITTER_EMAIL": "rig@ok.test",
    }

    def run(*arguments):
        subprocess.run(["git", *map(str, arguments)], check=True, env=identity, capture_output=True)

    run("init", "--quiet", "--bare", "--initial-branch=main", path)
    run("-C", path, "config", "http.receivepack", "true")
    run("init", "--quiet", "--initial-branch=main", work)
    (work / "README").write_text("hello from git\n")
    run("-C", work, "add", "README")
    run("-C", work, "commit", "--quiet", "-m", "First")
    run("-C", work, "push", "--quiet", path, "main")
    return path


def _json(value, status=200):
    return wire.Response(
        status, [("Content-Type", "application/json")], json.dumps(value).encode()
    )


def _from_cgi(output):
    head, _, body = output.partition(b"\r\n\r\n")
    fields = [
        tuple(line.split(": ", 1)) for line in head.decode("latin-1").split("\r\n") if ": " in line
    ]
    status = next((value for name, value in fields if name.lower() == "status"), "200 OK")
    code, _, reason = status.partition(" ")
    return wire.Response(
        int(code), [field for field in fields if field[0].lower() != "status"], body, reason
    )


def _tarball(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content.encode())
            info.mode = 0o644
            archive.addfile(info, io.BytesIO(content.encode()))
    return buffer.getvalue()


def wheel(name, version):
    """The bytes of a package for pip."""
    files = {
        f"{name}.py": "greeting = 'hello from the index'\n",
        f"{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{name}-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: rig\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{name}-{version}.dist-info/RECORD"
    lines = []
    for path, content in files.items():
        digest = (
            base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        lines.append(f"{path},sha256={digest},{len(content.encode())}")
    files[record] = "\n".join([*lines, f"{record},,"]) + "\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()
