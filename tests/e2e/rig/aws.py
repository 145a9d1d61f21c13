# SPDX-License-Identifier: Apache-2.0
"""A server that verifies AWS Signature Version 4 by itself, and keeps objects as S3 does."""

import hashlib
import hmac
import urllib.parse

from . import wire

KEY_ID = "AKIDOFTHERIG"
SECRET = "rig/Secret+AccessKey0123456789abcdefghij"


def store(bucket, problems):
    """The handler of a bucket in the path. What is wrong with a signature is appended to `problems`."""
    objects = {}

    def answer(request):
        wrong = why_not(request)
        if wrong:
            problems.append(wrong)
            return _xml("<Error><Code>SignatureDoesNotMatch</Code></Error>", 403)
        path = urllib.parse.unquote(request.target.partition("?")[0])
        key = path.removeprefix(f"/{bucket}").lstrip("/")
        if request.method == "PUT":
            objects[key] = _decoded(request)
            etag = hashlib.md5(objects[key]).hexdigest()
            return wire.Response(fields=[("ETag", f'"{etag}"')])
        if not key:
            found = "".join(
                f"<Contents><Key>{name}</Key><Size>{len(data)}</Size>"
                "<LastModified>2020-01-01T00:00:00.000Z</LastModified></Contents>"
                for name, data in sorted(objects.items())
            )
            return _xml(f"<ListBucketResult><Name>{bucket}</Name>{found}</ListBucketResult>")
        if key not in objects:
            return _xml("<Error><Code>NoSuchKey</Code></Error>", 404)
        return wire.Response(
            fields=[
                ("ETag", f'"{hashlib.md5(objects[key]).hexdigest()}"'),
                ("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT"),
                ("Content-Type", "binary/octet-stream"),
            ],
            body=objects[key],
        )

    return answer


def identity(problems):
    """The handler of the service that says who somebody is: its bodies are signed."""

    def answer(request):
        wrong = why_not(request)
        if wrong:
            problems.append(wrong)
        return _xml(
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            "<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/rig</Arn>"
            "<UserId>RIG</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"
        )

    return answer


def why_not(request):
    """What is wrong with a request's signature; nothing when it is good. Its path is that of S3, or "/"."""
    path, _, query = request.target.partition("?")
    parameters = urllib.parse.parse_qsl(query, keep_blank_values=True)
    presigned = dict(parameters).get("X-Amz-Signature")
    if presigned:
        told = dict(parameters)
        credential, names = told["X-Amz-Credential"], told["X-Amz-SignedHeaders"]
        signature, when = presigned, told["X-Amz-Date"]
        parameters = [(name, value) for name, value in parameters if name != "X-Amz-Signature"]
        payload = request.header("x-amz-content-sha256") or "UNSIGNED-PAYLOAD"
    else:
        authorization = request.headers("Authorization")
        if len(authorization) != 1 or not authorization[0].startswith("AWS4-HMAC-SHA256 "):
            return f"not signed: {authorization}"
        parts = dict(
            part.strip().split("=", 1) for part in authorization[0].partition(" ")[2].split(",")
        )
        credential, names, signature = (
            parts["Credential"],
            parts["SignedHeaders"],
            parts["Signature"],
        )
        when = request.header("x-amz-date")
        hashed = hashlib.sha256(request.body).hexdigest()
        payload = request.header("x-amz-content-sha256") or hashed
        if len(payload) == 64 and payload != hashed:
            return "the hash is not that of the body"
    key_id, day, region, service, end = credential.split("/")
    if key_id != KEY_ID or end != "aws4_request" or not when.startswith(day):
        return f"another key or scope: {credential}"
    unsigned = [
        name.lower()
        for name, _ in request.fields
        if name.lower().startswith("x-amz-") and name.lower() not in names.split(";")
    ]
    if unsigned and not presigned:
        return f"fields are not signed: {unsigned}"

    def quote(text):
        return urllib.parse.quote(text, safe="-._~")

    pairs = sorted((quote(name), quote(value)) for name, value in parameters)
    query = "&".join(f"{name}={value}" for name, value in pairs)
    fields = "".join(
        f"{name}:{','.join(' '.join(value.split()) for value in request.headers(name))}\n"
        for name in names.split(";")
    )
    path = urllib.parse.quote(urllib.parse.unquote(path), safe="/-._~")
    canonical = "\n".join([request.method, path, query, fields, names, payload])
    scope = f"{day}/{region}/{service}/aws4_request"
    text = "\n".join(
        ["AWS4-HMAC-SHA256", when, scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = ("AWS4" + SECRET).encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    if hmac.digest(key, text.encode(), "sha256").hex() != signature:
        return f"the signature is another one than that of\n{canonical}"
    return None


def _decoded(request):
    """The body without the chunks of aws-chunked."""
    if not (request.header("x-amz-content-sha256") or "").startswith("STREAMING-"):
        return request.body
    out, rest = b"", request.body
    while True:
        head, rest = rest.split(b"\r\n", 1)
        size = int(head.split(b";")[0], 16)
        if not size:
            return out
        out, rest = out + rest[:size], rest[size + 2 :]


def _xml(body, status=200):
    return wire.Response(
        status, fields=[("Content-Type", "application/xml")], body=body.encode()
    )
