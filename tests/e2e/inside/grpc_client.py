# SPDX-License-Identifier: Apache-2.0
"""One gRPC scene in the sandbox; prints what the library made of it.

  grpc_client.py HOST:PORT tls|clear SCENE [DEADLINE [MESSAGE]]

The message is in hexadecimal, for the scene that says something of its own.
"""

import json
import sys
import time

import grpc

target, security, scene = sys.argv[1:4]
deadline = float(sys.argv[4]) if len(sys.argv) > 4 else 30.0
unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
if security == "tls":  # with the authorities that the environment names
    channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(), unlimited)
else:
    channel = grpc.insecure_channel(target, unlimited)


def unary(method="Unary"):
    return channel.unary_unary(f"/rig.Rig/{method}")


def all_kinds():
    answer, call = unary().with_call(
        b"hello", timeout=deadline, metadata=[("x-mine", "a value"), ("x-mine-bin", b"\x00\xff")]
    )
    streamed = channel.unary_stream("/rig.Rig/ServerStreams")(b"500", timeout=deadline)
    gathered = channel.stream_unary("/rig.Rig/ClientStreams")(
        (b"x" * 1000 for _ in range(500)), timeout=deadline
    )
    both = channel.stream_stream("/rig.Rig/BothStream")(
        (f"message {number}".encode() for number in range(500)), timeout=deadline
    )
    return {
        "unary": answer.decode(),
        "initial": {k: list(v) if isinstance(v, bytes) else v for k, v in call.initial_metadata()},
        "trailing": dict(call.trailing_metadata()),
        "server_streams": sum(int(message) for message in streamed),
        "client_streams": gathered.decode(),
        "both_stream": [message.decode() for message in both][::100],
    }


def large():
    message = bytes(range(256)) * 80_000
    return {"same": unary()(message, timeout=deadline) == message[::-1]}


def turns():
    """Each message waits for the answer to the one before it."""
    answers = []

    def messages():
        for number in range(20):
            while len(answers) < number:
                time.sleep(0.001)
            yield f"turn {number}".encode()

    for answer in channel.stream_stream("/rig.Rig/BothStream")(messages(), timeout=deadline):
        answers.append(answer.decode())
    return {"answers": answers}


def fails():
    return unary("Fails")(b"", timeout=deadline)


def deadline_passes():
    return unary("Sleeps")(b"", timeout=1)


def cancels():
    call = channel.unary_stream("/rig.Rig/Drips")(b"", timeout=deadline)
    seen = [next(call).decode() for _ in range(3)]
    call.cancel()
    time.sleep(3)
    return {"seen": seen}


def waits_for_ever():
    return unary("Sleeps")(b"", timeout=deadline)


def plain():
    return {"unary": unary()(b"hello", timeout=deadline).decode()}


def says():
    message = bytes.fromhex(sys.argv[5])
    return {"answer": unary()(message, timeout=deadline).hex()}


def says_compressed():
    message = bytes.fromhex(sys.argv[5])
    compressed = {"timeout": deadline, "compression": grpc.Compression.Gzip}
    return {"answer": unary()(message, **compressed).hex()}


def no_such_method():
    return unary("Missing")(b"", timeout=deadline)


start = time.monotonic()
try:
    told = globals()[scene]()
except grpc.RpcError as error:
    told = {
        "code": error.code().name,
        "details": error.details(),
        "trailing": {k: v for k, v in error.trailing_metadata() or () if isinstance(v, str)},
        "initial": {k: v for k, v in error.initial_metadata() or () if isinstance(v, str)},
    }
told["seconds"] = time.monotonic() - start
print(json.dumps(told))
