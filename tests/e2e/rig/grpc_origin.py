# SPDX-License-Identifier: Apache-2.0
"""A gRPC server with a method of each kind, without generated code: messages are bytes.

  grpc_origin.py CERTIFICATE KEY     (both "-": in clear)

Prints its port, then a JSON object a line for every call; rig/http2.py reads that.
"""

import json
import pathlib
import sys
import threading
import time
from concurrent import futures

import grpc

_telling = threading.Lock()


def tell(event, **more):
    with _telling:
        print(json.dumps({"event": event, **more}), flush=True)


def begin(context, method):
    metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
    tell("call", method=method, metadata=metadata, remaining=context.time_remaining())
    context.add_callback(lambda: tell("over", method=method, cancelled=context.code() is None))


def unary(message, context):
    begin(context, "unary")
    context.send_initial_metadata([("x-initial", "first"), ("x-binary-bin", bytes(range(256)))])
    context.set_trailing_metadata([("x-trailing", "last")])
    return message[::-1]


def server_streams(message, context):
    begin(context, "server_streams")
    for number in range(int(message)):
        yield str(number).encode()


def client_streams(messages, context):
    begin(context, "client_streams")
    sizes = [len(message) for message in messages]
    return f"{len(sizes)} {sum(sizes)}".encode()


def both_stream(messages, context):
    begin(context, "both_stream")
    for message in messages:
        yield message.upper()


def fails(_message, context):
    begin(context, "fails")
    context.set_trailing_metadata([("x-trailing", "last")])
    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not now: 100 % ü")


def sleeps(_message, context):
    begin(context, "sleeps")
    while context.is_active():
        time.sleep(0.02)
    tell("noticed", method="sleeps")
    return b""


def drips(_message, context):
    begin(context, "drips")
    number = 0
    while context.is_active():
        number += 1
        yield str(number).encode()
        time.sleep(0.05)


class Methods(grpc.GenericRpcHandler):
    _table = {
        "/rig.Rig/Unary": grpc.unary_unary_rpc_method_handler(unary),
        "/rig.Rig/ServerStreams": grpc.unary_stream_rpc_method_handler(server_streams),
        "/rig.Rig/ClientStreams": grpc.stream_unary_rpc_method_handler(client_streams),
        "/rig.Rig/BothStream": grpc.stream_stream_rpc_method_handler(both_stream),
        "/rig.Rig/Fails": grpc.unary_unary_rpc_method_handler(fails),
        "/rig.Rig/Sleeps": grpc.unary_unary_rpc_method_handler(sleeps),
        "/rig.Rig/Drips": grpc.unary_stream_rpc_method_handler(drips),
    }

    def service(self, handler_call_details):
        return self._table.get(handler_call_details.method)


def main():
    certificate, key = sys.argv[1:]
    server = grpc.server(
        futures.ThreadPoolExecutor(20),
        handlers=[Methods()],
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
    if key == "-":
        port = server.add_insecure_port("127.0.0.1:0")
    else:
        pair = [(pathlib.Path(key).read_bytes(), pathlib.Path(certificate).read_bytes())]
        port = server.add_secure_port("127.0.0.1:0", grpc.ssl_server_credentials(pair))
    server.start()
    tell("listening", port=port)
    sys.stdin.read()  # until nobody listens any more


main()
