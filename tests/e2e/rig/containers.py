# SPDX-License-Identifier: Apache-2.0
"""A registry of container images (the distribution API, v2) and the service that makes its tokens."""

import base64
import hashlib
import json
import re
import urllib.parse

from . import wire

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Registry:
    """Two handlers that share a secret: `tokens` of the service, `images` of the registry.

    Whoever shows user and password gets a token for what was asked; whoever does not, one that
    opens nothing. The registry takes the token alone.
    """

    def __init__(self, host, service, user, password):
        self._challenge = f'Bearer realm="https://{service}/token",service="{host}"'
        self._login = basic(user, password)
        self._given = {}
        self._blobs = {}
        self._manifests = {}
        self._uploads = 0

    def tokens(self, request):
        path, _, query = request.target.partition("?")
        if path != "/token":
            return wire.Response(404, [], b"")
        asked = urllib.parse.parse_qs(query).get("scope", [])
        token = f"registry-token-{len(self._given)}"
        self._given[token] = asked if request.header("authorization") == self._login else []
        return _json({"token": token, "expires_in": 300})

    def images(self, request):
        path = request.target.partition("?")[0]
        scheme, _, token = (request.header("authorization") or "").partition(" ")
        repository = re.match(r"/v2/(.+)/(?:blobs|manifests|tags)/", path)
        if not self._may(scheme, token, repository, request.method):
            return wire.Response(401, [("WWW-Authenticate", self._challenge_for(repository))], b"")
        return self._serve(request, path, request.target.partition("?")[2])

    def has(self, reference):
        return reference in self._manifests

    def _may(self, scheme, token, repository, method):
        if scheme != "Bearer" or token not in self._given:
            return False
        action = "pull" if method in ("GET", "HEAD") else "push"
        return not repository or any(
            scope.startswith(f"repository:{repository[1]}:") and action in scope
            for scope in self._given[token]
        )

    def _challenge_for(self, repository):
        scope = f',scope="repository:{repository[1]}:pull,push"' if repository else ""
        return self._challenge + scope

    def _serve(self, request, path, query):
        if path == "/v2/":
            return _json({})
        if found := re.fullmatch(r"/v2/(.+)/blobs/uploads/(\d*)", path):
            return self._upload(request, found[1], query)
        if found := re.fullmatch(r"/v2/.+/blobs/(sha256:.+)", path):
            return _content(self._blobs.get(found[1]), "application/octet-stream")
        if found := re.fullmatch(r"/v2/(.+)/manifests/(.+)", path):
            return self._manifest(request, f"{found[1]}:{found[2]}")
        return wire.Response(404, [], b"")

    def _upload(self, request, repository, query):
        self._uploads += 1
        where = [("Location", f"/v2/{repository}/blobs/uploads/{self._uploads}")]
        if request.method == "POST":
            return wire.Response(202, where, b"", "Accepted")
        if request.method == "PATCH":
            self._open = request.body
            return wire.Response(202, [*where, ("Range", f"0-{len(request.body) - 1}")], b"", "Accepted")
        data, digest = self._open + request.body, urllib.parse.parse_qs(query)["digest"][0]
        if digest != _digest(data):
            return wire.Response(400, [], b"another digest", "Bad Request")
        self._blobs[digest], self._open = data, b""
        return wire.Response(201, [("Docker-Content-Digest", digest)], b"", "Created")

    def _manifest(self, request, reference):
        if request.method == "PUT":
            self._manifests[reference] = request.body
            return wire.Response(
                201, [("Docker-Content-Digest", _digest(request.body))], b"", "Created"
            )
        return _content(self._manifests.get(reference), MANIFEST)


def layout(directory, text):
    """An image of one file, as a directory in the OCI layout; skopeo reads it as oci:DIRECTORY."""
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def keep(data, kind):
        digest = _digest(data)
        (blobs / digest.removeprefix("sha256:")).write_bytes(data)
        return {"mediaType": kind, "digest": digest, "size": len(data)}

    layer = keep(text.encode(), "application/vnd.oci.image.layer.v1.tar")
    config = keep(
        json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
            }
        ).encode(),
        "application/vnd.oci.image.config.v1+json",
    )
    manifest = keep(
        json.dumps(
            {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}
        ).encode(),
        MANIFEST,
    )
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    return directory


def _digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _content(data, kind):
    if data is None:
        return wire.Response(404, [], b"", "Not Found")
    return wire.Response(
        fields=[("Content-Type", kind), ("Docker-Content-Digest", _digest(data))], body=data
    )


def _json(value):
    return wire.Response(
        fields=[
            ("Content-Type", "application/json"),
            ("Docker-Distribution-Api-Version", "registry/2.0"),
        ],
        body=json.dumps(value).encode(),
    )
