# SPDX-License-Identifier: Apache-2.0
"""Values that the gateway put into requests do not come back to the program, however a server gives them back."""

import base64
import html
import json
import secrets
import time

from rig import check, wire
from rig.runner import test

PLACEHOLDER = (
    '[secrets.API_KEY]\nhosts = ["api.test"]\nsource = { env = "REAL_KEY" }\n'
)


def tail(last):
    """Answers /tail with an event stream that tells the last Authorization of other requests."""

    def script(sock, _seen):
        reader = wire.Reader(sock)
        while request := wire.read_head(reader):
            wire.read_body(reader, request)
            if request.target != "/tail":
                last.append(request.header("authorization"))
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                continue
            sock.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            for _ in range(600):
                event = f"data: {len(last)} {last[-1] if last else 'nothing'}\n\n".encode()
                sock.sendall(b"%x\r\n%s\r\n" % (len(event), event))
                time.sleep(0.1)

    return script


@test
def a_stream_that_runs_hides_what_is_learnt_meanwhile(box):
    token = "sk-demo-" + secrets.token_urlsafe(40)
    answer = json.dumps({"access_token": token, "token_type": "Bearer"}).encode()
    box.origin(
        "auth.test",
        lambda _request: wire.Response(200, [("Content-Type", "application/json")], answer),
    )
    last = []
    box.raw_origin(tail(last), "api.test")
    box.configure(
        '[proxy.oauth.demo]\ntoken_endpoints = ["https://auth.test/oauth/token"]\nhosts = ["api.test"]\n'
    )
    ran = box.shell(
        """curl -sSN https://api.test/tail > tail & until [ -s tail ]; do sleep 0.05; done
        sentinel=$(curl -sS -d code=x https://auth.test/oauth/token | grep -o 'sk-[^"]*')
        curl -sS -H "Authorization: Bearer $sentinel" https://api.test/x
        until grep -q 'data: 1' tail; do sleep 0.05; done; kill $!; cat tail"""
    ).expect()
    check.equal(last, ["Bearer " + token])
    check.contains(ran.out, "data: 1 Bearer ")
    check.lacks(ran.out, token)
    check.lacks(box.everything_logged(), token.encode())


def sends(coding, path):
    """Sends the placeholder in a coding and prints what comes back, in that coding or not."""
    return f"""
import base64, json, os, urllib.request, zlib
bits = {{"gzip": 31, "deflate": 15}}["{coding}"]
packer = zlib.compressobj(wbits=bits)
body = packer.compress(json.dumps({{"key": os.environ["API_KEY"]}}).encode()) + packer.flush()
request = urllib.request.Request("https://api.test{path}", body,
    {{"Content-Type": "application/json", "Content-Encoding": "{coding}"}})
answer = urllib.request.urlopen(request).read()
print(answer)
try:
    inline = base64.b64decode(answer.removeprefix(b"base64,"))
except ValueError:
    inline = b""
for text in (answer, inline):
    try:
        print(zlib.decompressobj(wbits=bits).decompress(text))
    except zlib.error:
        print(text)
"""


@test
def a_value_is_sent_in_no_coding_that_could_hide_it_on_the_way_back(box):
    key = "canary-" + secrets.token_hex(16)

    def give_back(request):
        body = request.body
        if request.target == "/inline":
            body = b"base64," + base64.b64encode(body)
        return wire.Response(200, [("Content-Type", "application/octet-stream")], body)

    api = box.origin("api.test", give_back)
    box.configure(PLACEHOLDER)
    for coding in ("gzip", "deflate"):
        for path in ("/", "/inline"):
            ran = box.run(
                "/usr/bin/python3", "-c", sends(coding, path), env={"REAL_KEY": key}
            ).expect()
            check.lacks(ran.out, key)
    for request in api.requests:
        check.equal(request.header("content-encoding"), None)
        check.equal(json.loads(request.body), {"key": key})


@test
def no_made_up_signature_has_a_value_cut_in_two(box):
    key = "canary-" + secrets.token_hex(16)
    kept = f"once {key} was kept".encode()

    def give_part(request):
        wanted = request.header("range")
        if not wanted:
            return wire.Response(200, [("Content-Type", "text/plain")], kept)
        first, last = map(int, wanted.removeprefix("bytes=").split("-"))
        fields = [("Content-Range", f"bytes {first}-{last}/{len(kept)}")]
        return wire.Response(206, fields, kept[first : last + 1])

    box.origin("gist.test", give_part)
    box.configure(PLACEHOLDER)
    for signature in (
        "x signedheaders=a;range",
        "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/s3/aws4_request, "
        "SignedHeaders=host;range, Signature=00",
    ):
        halves = [
            box.curl(
                *("-H", f"Authorization: {signature}", "-H", f"Range: bytes={part}"),
                "https://gist.test/",
                env={"REAL_KEY": key},
            ).expect()
            for part in ("0-20", "21-80")
        ]
        check.lacks("".join(half.out for half in halves), key)


@test
def usual_writers_of_json_and_html_do_not_disguise_a_value(box):
    values = {
        "base64": "q8Zt+Lm/4k0pQ+vX2b7R/Yy==",
        "other letters": "pässwörd-geheim-4711",
        "lines": '-----BEGIN "KEY"-----\nMIIEvQ\\IBADANBg+kqhkiG9w0\n-----END KEY-----\n',
    }
    writers = {
        "json": lambda value: json.dumps(value),
        "json in json": lambda value: json.dumps(json.dumps({"is": value})),
        "json without equals signs": lambda value: json.dumps(value).replace("=", "\\u003d"),
        "html": html.escape,
        "html without plus signs": lambda value: html.escape(value)
        .replace("&quot;", "&#34;")
        .replace("+", "&#43;"),
        "html without slashes": lambda value: html.escape(value)
        .replace("&#x27;", "&#39;")
        .replace("/", "&#x2F;")
        .replace("=", "&#x3D;"),
        "html of ASCII": lambda value: html.escape(value)
        .encode("ascii", "xmlcharrefreplace")
        .decode(),
        "UTF-16": lambda value: value.encode("utf-16-le"),
    }

    def give_back(request):
        _, writer, value = request.target.split("/")
        text = writers[writer.replace("_", " ")](values[value.replace("_", " ")])
        body = text if isinstance(text, bytes) else text.encode()
        return wire.Response(200, [("Content-Type", "application/octet-stream")], body)

    box.origin("api.test", give_back)
    box.configure(PLACEHOLDER)
    paths = {
        value: [f"/{writer.replace(' ', '_')}/{value.replace(' ', '_')}" for writer in writers]
        for value in values
    }
    for value, targets in paths.items():
        urls = [f"https://api.test{target}" for target in targets]
        ran = box.run(
            "/usr/bin/python3",
            "-c",
            "import sys, urllib.request\n"
            "for url in sys.argv[1:]: print(url, urllib.request.urlopen(url).read())",
            *urls,
            env={"REAL_KEY": values[value]},
        ).expect()
        lines = ran.out.splitlines()
        check.equal(len(lines), len(urls))
        for line in lines:
            hidden = "[REDACTED:API_KEY]" in line or "lazaret-API_KEY" in line
            check.that(hidden, line)


@test
def the_login_in_a_basic_credential_does_not_come_back_either(box):
    box.origin("api.test", lambda request: wire.Response(200, [], request.header("authorization").encode()))
    box.configure(
        '[proxy.credentials.x]\nenabled = true\nhost = "api.test"\ntype = "basic"\nusername = "bob"\n'
        'source = { env = "REAL_KEY" }\n'
    )
    ran = box.curl("https://api.test/", env={"REAL_KEY": "s3cr3t"}).expect()
    check.lacks(ran.out, base64.b64encode(b"bob:s3cr3t").decode())


FIRST_PIECES = """
import socket, ssl, sys, time
for text in sys.argv[1:]:
    context = ssl.create_default_context()
    with context.wrap_socket(socket.create_connection(("api.test", 443), 20), server_hostname="api.test") as sock:
        sock.sendall(b"GET /" + text.encode().hex().encode() + b" HTTP/1.1\\r\\nHost: api.test\\r\\n\\r\\n")
        sock.settimeout(1)
        got = b""
        try:
            while piece := sock.recv(65536):
                got += piece
        except TimeoutError:
            pass
    print(len(got.partition(b"\\r\\n\\r\\n")[2].partition(b"\\r\\n")[2].removesuffix(b"\\r\\n")), flush=True)
"""


def says_a_piece_and_no_more(sock, _seen):
    request = wire.read_head(wire.Reader(sock))
    text = bytes.fromhex(request.target[1:])
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    sock.sendall(b"%x\r\n%s\r\n" % (len(text), text))
    time.sleep(3)


@test
def when_a_piece_of_an_answer_comes_says_nothing_of_a_value(box):
    value = "sk-demo-" + secrets.token_urlsafe(40)
    box.raw_origin(says_a_piece_and_no_more, "api.test")
    box.configure(PLACEHOLDER)
    (box.project / "first.py").write_text(FIRST_PIECES)
    guesses = [value[:20], value[:19] + "!", base64.b64encode(value.encode())[:20].decode(), value[:20].encode().hex()]
    texts = ["data: an event\n\n"] + [f"a guess: {guess}" for guess in guesses]
    ran = box.run("/usr/bin/python3", "first.py", *texts, env={"REAL_KEY": value}).expect()
    check.equal([int(size) for size in ran.out.split()], [16] + [len("a guess: ")] * len(guesses))
