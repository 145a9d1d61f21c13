# SPDX-License-Identifier: Apache-2.0
"""Opens wss://ok.test/chat, sends what its arguments say, prints what comes back; `listen` prints all that comes."""

import base64
import hashlib
import os
import socket
import ssl
import struct
import sys


def masked(opcode, payload):
    size = len(payload)
    head = bytes([128 | opcode])
    if size < 126:
        head += bytes([128 | size])
    elif size < 65536:
        head += bytes([128 | 126]) + struct.pack(">H", size)
    else:
        head += bytes([128 | 127]) + struct.pack(">Q", size)
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def read_frame(stream):
    first, second = stream.read(2)
    size = second & 127
    if size == 126:
        (size,) = struct.unpack(">H", stream.read(2))
    elif size == 127:
        (size,) = struct.unpack(">Q", stream.read(8))
    return first & 15, stream.read(size)


def listen(stream):
    opcode = None
    while opcode != 8:
        opcode, payload = read_frame(stream)
        print(opcode, payload[:2].hex() if opcode == 8 else payload.decode(), flush=True)


def main():
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    sock = context.wrap_socket(
        socket.create_connection(("ok.test", 443), 20), server_hostname="ok.test"
    )
    key = os.environ.get("WEBSOCKET_KEY") or base64.b64encode(os.urandom(16)).decode()
    protocol = os.environ.get("WEBSOCKET_PROTOCOL")
    offered = f"Sec-WebSocket-Protocol: {protocol}\r\n" if protocol else ""
    sock.sendall(
        f"GET /chat HTTP/1.1\r\nHost: ok.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{offered}\r\n".encode()
    )
    stream = sock.makefile("rb")
    status = stream.readline().decode().strip()
    print(status)
    while line := stream.readline().strip():
        if line.lower().startswith((b"x-authorization", b"x-blocked-by")):
            print(line.decode())
    if " 101 " not in status:
        return
    for argument in sys.argv[1:]:
        if argument == "listen":
            return listen(stream)
        if argument == "ping":
            sock.sendall(masked(9, b"are you there"))
        elif argument.startswith("ping:"):
            sock.sendall(masked(9, argument[5:].encode()))
        elif argument.startswith("goodbye:"):
            sock.sendall(masked(8, b"\x03\xe8" + argument[8:].encode()))
        elif argument.startswith("many:"):
            sock.sendall(masked(2, b"x" * int(argument[5:])))
        else:
            sock.sendall(masked(1, argument.encode()))
        opcode, payload = read_frame(stream)
        if opcode == 8:
            print(opcode, payload.hex())
            return
        shown = payload.decode() if len(payload) < 100 else hashlib.sha256(payload).hexdigest()
        print(opcode, shown)
    sock.sendall(masked(8, b"\x03\xe8"))
    opcode, payload = read_frame(stream)
    print(opcode, payload.hex(), stream.read().hex() or "end")


main()
