# SPDX-License-Identifier: Apache-2.0
"""gRPC comes through: all kinds of calls, their metadata, their ends; and a refusal is a status of the call."""

import base64
import gzip
import pathlib
import re
import socket
import subprocess
import threading

from rig import check, http2, origins, wire
from rig.box import PYTHON
from rig.runner import Skip, test

ORIGIN = pathlib.Path(__file__).resolve().parent / "rig" / "grpc_origin.py"


def needs_grpc():
    if subprocess.run([PYTHON, "-c", "import grpc"], capture_output=True).returncode != 0:
        raise Skip("python3-grpcio is not installed")


def grpc_origin(box, security="tls", host="rpc.test", allow=True, port=None):
    needs_grpc()
    pair = box.rig.pki.leaf(host) if security == "tls" else ("-", "-")
    made = http2.Told([PYTHON, "-u", ORIGIN, *pair], box.rig.patience)
    return box.reach(made, host, port or port_of(security), allow)


def port_of(security):
    return 443 if security == "tls" else 80


def call(box, scene, security="tls", host="rpc.test", port=None, message=b"", **options):
    """What the library in the sandbox made of a scene of inside/grpc_client.py."""
    at = f"{host}:{port or port_of(security)}"
    arguments = [at, security, scene, 20 * box.rig.patience, message.hex()]
    return box.python("grpc_client.py", *arguments, **options).expect().json()


def with_and_without_tls(function):
    for security, how in (("tls", "over TLS"), ("clear", "in clear")):

        def so(box, security=security):
            function(box, security)

        so.__module__ = function.__module__
        test(so, name=f"{function.__name__.replace('_', ' ')} {how}", tags=["quick"])
    return function


@with_and_without_tls
def all_kinds_of_calls_pass(box, security):
    server = grpc_origin(box, security)
    seen = call(box, "all_kinds", security)
    check.equal(seen["unary"], "olleh")
    check.equal(seen["initial"]["x-initial"], "first")
    check.equal(seen["initial"]["x-binary-bin"], list(range(256)))
    check.equal(seen["trailing"]["x-trailing"], "last")
    check.equal(seen["server_streams"], sum(range(500)))
    check.equal(seen["client_streams"], "500 500000")
    check.equal(seen["both_stream"], [f"MESSAGE {number}" for number in range(0, 500, 100)])
    unary = server.told("call", method="unary")[0]
    check.equal(unary["metadata"]["x-mine"], "a value")
    check.that(0 < unary["remaining"] <= 20 * box.rig.patience, f"the deadline is lost: {unary}")
    records = box.exchanges()
    check.equal(
        [(record["http"], record["status"], record["method"]) for record in records],
        [("2", 200, "POST")] * 4,
    )


@with_and_without_tls
def both_sides_take_turns(box, security):
    grpc_origin(box, security)
    seen = call(box, "turns", security)
    check.equal(seen["answers"], [f"TURN {number}" for number in range(20)])


@with_and_without_tls
def a_port_of_grpc_is_judged_like_one_of_the_web(box, security):
    grpc_origin(box, security, port=50051)
    check.equal(call(box, "plain", security, port=50051).get("unary"), "olleh")
    [record] = box.exchanges()
    check.contains(record["url"], "://rpc.test:50051/rig.Rig/Unary")


@test
def messages_of_20_mb_pass(box):
    grpc_origin(box)
    check.equal(call(box, "large").get("same"), True)


@with_and_without_tls
def a_status_of_the_server_passes_with_its_words(box, security):
    grpc_origin(box, security)
    seen = call(box, "fails", security)
    check.equal((seen["code"], seen["details"]), ("FAILED_PRECONDITION", "not now: 100 % ü"))
    check.equal(seen["trailing"].get("x-trailing"), "last")
    check.that("x-blocked-by" not in seen["initial"] | seen["trailing"], seen)
    check.equal(call(box, "no_such_method", security)["code"], "UNIMPLEMENTED")


@test
def a_deadline_that_passes_ends_the_call_at_the_server(box):
    server = grpc_origin(box)
    seen = call(box, "deadline_passes")
    check.equal(seen["code"], "DEADLINE_EXCEEDED")
    server.wait_for("noticed", seconds=3, method="sleeps")


@test
def a_cancelled_call_is_cancelled_at_the_server(box):
    server = grpc_origin(box)
    seen = call(box, "cancels")
    check.equal(seen["seen"], ["1", "2", "3"])
    server.wait_for("over", seconds=2, method="drips", cancelled=True)


@test
def a_server_that_dies_is_unavailable(box):
    server = grpc_origin(box)
    process = box.start_lazaret(*waiting(box))
    server.wait_for("call", seconds=30, method="sleeps")
    server.close()
    out, err = process.communicate(timeout=40 * box.rig.patience)
    check.contains(out.decode(), '"code": "UNAVAILABLE"', err.decode(errors="replace"))
    check.contains(out.decode(), "lazaret")


def waiting(box):
    (box.project / "client.py").write_bytes(
        (ORIGIN.parent.parent / "inside" / "grpc_client.py").read_bytes()
    )
    return box.command_line(
        [PYTHON, "client.py", "rpc.test:443", "tls", "waits_for_ever", 30 * box.rig.patience]
    )


# --- refusals ------------------------------------------------------------------------------------


@with_and_without_tls
def a_refused_call_is_denied_with_the_reason(box, security):
    server = grpc_origin(box, security, allow=False)
    box.block_path("/rig.Rig/Unary", host="rpc.test", reason="nobody calls that: 100 % ü")
    seen = call(box, "plain", security)
    check.equal(seen["code"], "PERMISSION_DENIED", seen)
    check.contains(seen["details"], "nobody calls that: 100 % ü")
    check.contains(seen["details"], "lazaret")
    check.equal((seen["initial"] | seen["trailing"]).get("x-blocked-by"), "lazaret")
    check.equal(server.told("call"), [])
    [record] = box.exchanges()
    check.equal((record["status"], record["filter_action"]), (403, "block"))


@test(tags=["quick"])
def a_refused_host_is_denied_with_the_reason(box):
    needs_grpc()
    seen = call(box, "plain", host="refused.test", proxy_variables=True)
    check.equal(seen["code"], "PERMISSION_DENIED", seen)
    check.contains(seen["details"], "refused.test")


@test(tags=["quick"])
def a_server_of_http1_is_an_error_that_says_so(box):
    needs_grpc()
    origin = box.origin("rpc.test", origins.text("hello"))
    seen = call(box, "plain")
    check.equal(seen["code"], "UNIMPLEMENTED", seen)
    check.contains(seen["details"], "gRPC needs HTTP/2")
    check.equal(origin.requests, [])
    check.equal(box.exchanges()[-1]["status"], 501)


@test
def a_server_of_http1_in_clear_is_an_error_at_once(box):
    needs_grpc()
    box.origin("rpc.test", origins.text("hello"), port=80, tls=False)
    seen = call(box, "plain", "clear")
    check.equal(seen["code"], "UNAVAILABLE", seen)
    check.contains(seen["details"], "lazaret")


@test
def a_server_that_cannot_be_reached_is_unavailable(box):
    needs_grpc()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        box.connect("rpc.test", 443, gone.getsockname()[1])
    box.flags += ["--allow-domain", "rpc.test"]
    seen = call(box, "plain")
    check.equal(seen["code"], "UNAVAILABLE", seen)
    check.contains(seen["details"], "cannot reach rpc.test")


# --- secrets -------------------------------------------------------------------------------------

SECRET = "s3cret-that-stays-4f1d9a"
MARK = "[REDACTED:api-key]"


def redaction(action):
    return (
        '[proxy.redaction]\nenabled = true\n[[proxy.redaction.rules]]\nname = "api-key"\n'
        f'action = "{action}"\nsource.value = "{SECRET}"\n'
    )


def message_of(text):
    """One message in another: 1: {2: text}."""
    inner = b"\x12" + bytes([len(text)]) + text.encode()
    return b"\x0a" + bytes([len(inner)]) + inner


@with_and_without_tls
def a_secret_in_a_field_of_a_message_is_replaced(box, security):
    grpc_origin(box, security)
    box.configure(redaction("redact"))
    seen = call(box, "says", security, message=message_of(f"<{SECRET}>"))
    received = bytes.fromhex(seen["answer"])[::-1]  # the server answers with what it got, reversed
    check.equal(received, message_of(f"<{MARK}>"))
    [record] = box.exchanges()
    check.equal((record["redaction_action"], record["redaction_matches"]), ("redact", ["api-key"]))
    check.lacks(box.everything_logged(), SECRET.encode())


@with_and_without_tls
def a_call_with_a_secret_is_denied(box, security):
    server = grpc_origin(box, security)
    box.configure(redaction("block"))
    seen = call(box, "says", security, message=message_of(f"<{SECRET}>"))
    check.equal(seen.get("code"), "PERMISSION_DENIED", seen)
    check.contains(seen["details"], "api-key")
    check.equal([each for each in server.told("over") if not each["cancelled"]], [])
    check.lacks(box.everything_logged(), SECRET.encode())


@with_and_without_tls
def a_secret_does_not_come_back_in_a_message(box, security):
    grpc_origin(box, security)
    box.configure(redaction("block"))
    seen = call(box, "says", security, message=message_of(f"<{SECRET}>")[::-1])
    check.equal(bytes.fromhex(seen["answer"]), message_of(f"<{MARK}>"))
    check.lacks(box.everything_logged(), SECRET.encode())


@with_and_without_tls
def a_compressed_message_is_looked_into_and_goes_on_plainly(box, security):
    grpc_origin(box, security)
    box.configure(redaction("redact"))
    for text, expected in ((f"<{SECRET}>", f"<{MARK}>"), ("x" * 100, "x" * 100)):
        seen = call(box, "says_compressed", security, message=message_of(text))
        check.equal(bytes.fromhex(seen["answer"])[::-1], message_of(expected))


# --- gRPC-Web ------------------------------------------------------------------------------------

BYTES = "application/grpc-web+proto"
TEXT = "application/grpc-web-text+proto"


def frame(message, flags=0):
    return bytes([flags]) + len(message).to_bytes(4, "big") + message


def trailers(text):
    return frame(text.encode(), 0x80)


def in_comment(message):
    """gzip of nothing, with a comment that no reader shows."""
    packed = gzip.compress(b"", mtime=0)
    return packed[:3] + b"\x10" + packed[4:10] + message + b"\0" + packed[10:]


def read_text(text):
    """What a client of application/grpc-web-text reads: texts with padding behind each other."""
    segments = re.findall(rb"[^=]+={0,2}", text)
    return b"".join(base64.b64decode(segment, validate=True) for segment in segments)


def post_web(box, body, kind, *more):
    told = ["--http1.1", "-w", "\n%{http_code}", "-H", f"Content-Type: {kind}", *more]
    return box.curl(*told, "--data-binary", "@-", "https://web.test/", stdin=body).expect().out


@test(tags=["quick"])
def a_secret_in_a_body_of_grpc_web_is_replaced(box):
    origin = box.origin("web.test")
    box.configure(redaction("redact"))
    first, second = frame(message_of("innocent")), frame(message_of(f"<{SECRET}>"))
    expected = first + frame(message_of(f"<{MARK}>"))
    post_web(box, first + second, BYTES)
    check.equal(origin.requests[-1].body, expected)
    for how in ([], ["-H", "Transfer-Encoding: chunked"]):
        post_web(box, base64.b64encode(first) + base64.b64encode(second), TEXT, *how)
        request = origin.requests[-1]
        check.equal(read_text(request.body), expected)
        if not how:
            check.equal(request.headers("Content-Length"), [str(len(request.body))])
    post_web(box, b"".join(base64.b64encode(bytes([byte])) for byte in second), TEXT)
    check.equal(read_text(origin.requests[-1].body), frame(message_of(f"<{MARK}>")))
    check.lacks(box.everything_logged(), SECRET.encode())


@test
def a_secret_in_any_frame_of_grpc_web_is_refused(box):
    origin = box.origin("web.test")
    box.configure(redaction("block"))
    packed = frame(gzip.compress(message_of(SECRET)), 1)
    packed_trailers = frame(gzip.compress(f"x-note: {SECRET}\r\n".encode()), 0x81)
    for body in (frame(SECRET.encode()), trailers(f"x-note: {SECRET}\r\n"), packed, packed_trailers):
        for kind, written in ((BYTES, body), (TEXT, base64.b64encode(body))):
            out = post_web(box, written, kind, "-H", "grpc-encoding: gzip")
            check.that(out.endswith("403"), out)
            check.contains(out, "redaction")
    check.equal(origin.requests, [])


@test
def a_secret_does_not_leave_in_how_a_message_of_grpc_web_is_written(box):
    origin = box.origin("web.test")
    box.configure(redaction("block"))
    body = frame(in_comment(SECRET.encode()), 1)
    for kind, written in ((BYTES, body), (TEXT, base64.b64encode(body))):
        post_web(box, written, kind, "-H", "grpc-encoding: gzip")
        sent = origin.requests[-1].body
        check.equal(read_text(sent) if kind == TEXT else sent, frame(b""))
    key = "canaryOfBase64Letters000"
    box.configure(redaction("block").replace(SECRET, key))
    body = base64.b64encode(frame(b"x" + base64.b64decode(key)))
    check.contains(body, key.encode())
    check.contains(post_web(box, body, TEXT), "found in the base64 of the body")
    check.equal(len(origin.requests), 2)


@test
def what_is_no_text_of_grpc_web_is_refused(box):
    origin = box.origin("web.test")
    box.configure(redaction("block"))
    for body in (b"{}", b"AAAAAAU", base64.b64encode(frame(b"text"))[:8], b"AAAA AAA"):
        out = post_web(box, body, TEXT)
        check.that(out.endswith("403"), out)
        check.contains(out, "the gRPC body")
    check.equal(origin.requests, [])


@test(tags=["quick"])
def a_placeholder_in_a_text_of_grpc_web_is_replaced(box):
    origin, key = box.origin("web.test"), "k3y-of-web"
    box.configure('[secrets.API_KEY]\nhosts = ["web.test"]\nsource = { env = "REAL_KEY" }\n')
    script = """
import base64, os, urllib.request
text = os.environ["API_KEY"].encode()
message = b"\\x0a" + bytes([len(text)]) + text
body = b"\\0" + len(message).to_bytes(4, "big") + message
request = urllib.request.Request("https://web.test/", base64.b64encode(body),
    {"Content-Type": "application/grpc-web-text+proto"})
urllib.request.urlopen(request).read()
"""
    box.run("/usr/bin/python3", "-c", script, env={"REAL_KEY": key}).expect()
    [request] = origin.requests
    check.equal(read_text(request.body), frame(b"\x0a" + bytes([len(key)]) + key.encode()))
    check.equal(request.headers("Content-Length"), [str(len(request.body))])


@test(tags=["quick"])
def a_secret_does_not_come_back_in_grpc_web(box):
    told = trailers(f"grpc-status:0\r\nx-note:<{SECRET}>\r\n")
    message, buried = frame(message_of(f"<{SECRET}>")), frame(in_comment(SECRET.encode()), 1)
    expected = frame(message_of(f"<{MARK}>")) + frame(b"")
    expected += trailers(f"grpc-status:0\r\nx-note:<{MARK}>\r\n")

    def answer(request):
        kind = request.header("content-type")
        fields = [("Content-Type", kind), ("grpc-encoding", "gzip")]
        parts = (message, buried, told)
        if kind == TEXT:
            parts = [base64.b64encode(part) for part in parts]
        return wire.Response(200, fields, b"".join(parts), chunks=[7, 20])

    box.origin("web.test", answer)
    box.configure(redaction("block"))
    for kind in (BYTES, TEXT):
        box.curl(
            *("-H", f"Content-Type: {kind}", "-d", "", "-o", "answer", "https://web.test/")
        ).expect()
        body = (box.project / "answer").read_bytes()
        check.equal(read_text(body) if kind == TEXT else body, expected)
    check.lacks(box.everything_logged(), SECRET.encode())


@test
def an_answer_that_is_no_text_of_grpc_web_is_refused(box):
    html = f"<html>{SECRET}</html>".encode()
    box.origin("web.test", lambda _: wire.Response(200, [("Content-Type", TEXT)], html))
    box.configure(redaction("block"))
    ran = box.curl("-d", "", "https://web.test/")
    check.that(ran.code != 0 or "cannot be kept out" in ran.out, ran.out)  # its head may have gone
    check.lacks(ran.out, SECRET)
    check.contains(box.exchanges()[-1]["error"], "secrets cannot be kept out of the answer")


@test
def messages_of_grpc_web_text_come_one_by_one(box):
    """The program asks for the next one when it has seen the one before."""
    asked = threading.Semaphore(0)

    def serve(sock, _seen):
        reader = wire.Reader(sock)
        while request := wire.read_head(reader):
            wire.read_body(reader, request)
            if request.target == "/next":
                asked.release()
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                continue
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {TEXT}\r\nTransfer-Encoding: chunked\r\n\r\n"
            sock.sendall(head.encode())
            for number in range(4):
                segment = base64.b64encode(frame(b"m" * number))
                sock.sendall(b"%x\r\n%s\r\n" % (len(segment), segment))
                check.that(asked.acquire(timeout=20 * box.rig.patience), f"stalled at {number}")
            sock.sendall(b"0\r\n\r\n")

    box.raw_origin(serve, "web.test")
    box.configure(redaction("block"))
    script = """
import base64, http.client
stream = http.client.HTTPSConnection("web.test", timeout=20)
stream.request("POST", "/", base64.b64encode(bytes(5)), {"Content-Type": "application/grpc-web-text+proto"})
answer = stream.getresponse()
while text := answer.read1():
    print(text.decode())
    other = http.client.HTTPSConnection("web.test", timeout=20)
    other.request("POST", "/next")
    other.getresponse().read()
"""
    ran = box.run("/usr/bin/python3", "-c", script).expect()
    check.equal(read_text(ran.out.replace("\n", "").encode()), b"".join(frame(b"m" * n) for n in range(4)))
