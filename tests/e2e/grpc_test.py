# SPDX-License-Identifier: Apache-2.0
"""gRPC comes through: all kinds of calls, their metadata, their ends; and a refusal is a status of the call."""

import pathlib
import socket
import subprocess

from rig import check, http2, origins
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
