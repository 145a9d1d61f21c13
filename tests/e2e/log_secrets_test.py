# SPDX-License-Identifier: Apache-2.0
"""No secret and no token is in the log, wherever it stood and whatever became of it."""

import base64
import gzip
import json
import secrets
import struct

from rig import check, wire
from rig.runner import test

INSIDE = """
import base64, socket, ssl, sys
for line in sys.stdin:
    sni, request = line.split()
    context = ssl.create_default_context()
    context.check_hostname = False
    try:
        plain = socket.create_connection(("ok.test", 443), 10)
        with context.wrap_socket(plain, server_hostname=sni) as program:
            program.settimeout(10)
            program.sendall(base64.b64decode(request))
            print(program.recv(4096)[9:12].decode(), flush=True)
    except OSError as problem:
        print(problem, flush=True)
"""


def send(box, *requests):
    """The status of each, every one on a connection of its own; some are for another SNI."""
    (box.project / "send.py").write_text(INSIDE)
    lines = [
        f"{sni} {base64.b64encode(request).decode()}\n" for sni, request in requests
    ]
    ran = box.run("/usr/bin/python3", "send.py", stdin="".join(lines).encode())
    return ran.expect().out.splitlines()


def post(target="/", fields="", body=b"", host="ok.test"):
    head = f"POST {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


def redaction(action, key):
    return (
        "[proxy.redaction]\nenabled = true\n[[proxy.redaction.rules]]\n"
        f'name = "mine"\naction = "{action}"\nsource = {{ value = "{key}" }}\n'
    )


def logged(box):
    """Every record as a text, with its bodies in plain."""
    out = []
    for record in box.records():
        bodies = [base64.b64decode(record[name] or "") for name in ("req_body", "resp_body")]
        out.append(json.dumps(record) + b" ".join(bodies).decode("latin-1"))
    return out


def key_of_letters():
    return "Canary" + secrets.token_hex(10)


@test(tags=["quick"])
def a_secret_in_a_name_or_in_pieces_is_in_no_log(box):
    box.origin("ok.test", lambda _: wire.Response(body=b"hello"))
    for action in ("log", "block"):
        key = key_of_letters()
        box.configure(redaction(action, key))
        low = key.lower()
        send(
            box,
            ("ok.test", post(fields=f"{key}: 1\r\n")),
            ("ok.test", post(f"/{key[:9]}/{key[9:]}")),
            ("ok.test", post(f"/?a={key[:9]}&b={key[9:]}")),
            ("ok.test", post(fields=f"X-A: {key[:9]}\r\nX-A: {key[9:]}\r\n")),
            ("ok.test", post(host=f"{low}.test")),
            ("ok.test", post(host=f"{low[:5]}.{low[5:]}.test")),
            (f"{low}.test", post()),
            ("ok.test", post(body=json.dumps({key: key}).encode())),
        )
        texts = logged(box)
        check.that(len(texts) >= 8, f"only {len(texts)} records")
        spellings = [key, low, f"{low[:5]}.{low[5:]}", key[9:]]
        for text in texts:
            for spelling in spellings:
                check.lacks(text, spelling, action)


@test(tags=["quick"])
def the_beginning_of_a_secret_does_not_stay_where_a_body_was_cut(box):
    origin, key = box.origin("ok.test", lambda _: wire.Response(body=b"hello")), key_of_letters()
    box.configure("[proxy]\nmax_log_body_bytes = 4096\n" + redaction("log", key))
    for filling in (b"x", b"word "):
        body = (filling * 4096)[: 4096 - len(key) + 1] + key.encode() + b"y" * 2000
        check.equal(send(box, ("ok.test", post(body=body))), ["200"])
        check.equal(origin.requests[-1].body, body)
    for record in box.exchanges():
        kept = base64.b64decode(record["req_body"])
        check.that(3000 < len(kept) < 4096, f"{len(kept)} bytes are logged")
        check.lacks(kept, key[:6].encode())


@test
def a_secret_in_a_message_that_was_compressed_is_in_no_log(box):
    key = key_of_letters()
    packed = gzip.compress(key.encode())
    message = b"\x01" + struct.pack(">I", len(packed)) + packed
    kinds = {"Content-Type": "application/connect+json", "grpc-encoding": "gzip"}
    box.origin("ok.test", lambda _: wire.Response(fields=list(kinds.items()), body=message))
    box.configure(redaction("log", key))
    fields = "Content-Type: application/connect+json\r\ngrpc-encoding: gzip\r\n"
    check.equal(send(box, ("ok.test", post(fields=fields, body=message))), ["200"])
    [record] = box.exchanges()
    for name in ("req_body", "resp_body"):
        check.equal(base64.b64decode(record[name])[5:], b"[REDACTED:mine]", name)


@test
def a_token_in_the_wrong_place_is_in_no_log(box):
    box.origin("ok.test")
    box.configure("[proxy.tokens]\nrequire = 'credentials'\n")
    token = box.lazaret("token", "mint", "--hosts", "ok.test").expect().out.strip()
    answers = send(
        box,
        ("ok.test", post(f"/{token}")),
        ("ok.test", post(f"/?token={token}")),
        ("ok.test", post(fields=f"X-Note: see {token}\r\n")),
        ("ok.test", post(fields=f"{token}: x\r\n")),
    )
    check.equal(answers, ["403"] * 4)
    for text in logged(box):
        check.lacks(text, token[:40])
        check.contains(text, "[TOKEN]")


@test(tags=["quick"])
def trailers_are_logged(box):
    box.origin(
        "ok.test", lambda _: wire.Response(body=b"hello", chunks=[5], trailers=[("X-Sum", "abc")])
    )
    box.configure("")
    chunked = (
        b"POST / HTTP/1.1\r\nHost: ok.test\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"2\r\nab\r\n0\r\nX-End: 1\r\nX-Api-Key: own\r\n\r\n"
    )
    check.equal(send(box, ("ok.test", chunked)), ["200"])
    [record] = box.exchanges()
    check.equal(record["req_trailers"], {"X-End": ["1"], "X-Api-Key": ["[REDACTED]"]})
    check.equal(record["resp_trailers"], {"X-Sum": ["abc"]})
