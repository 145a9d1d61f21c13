# SPDX-License-Identifier: Apache-2.0
"""A WebSocket server that echoes, small and forgiving, for raw origins."""

import base64
import hashlib
import struct

from . import wire

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def echo(sock, seen, heard=None):
    """Agrees to the handshake, then says every message back; a ping is answered, a close too.

    `heard` collects the messages."""
    reader = wire.Reader(sock)
    request = wire.read_head(reader)
    seen += request.target.encode() + b"\n"
    accept(sock, request)
    while True:
        opcode, payload = read_frame(reader)
        if opcode == PING:
            sock.sendall(frame(PONG, payload))
            continue
        if heard is not None:
            heard.append(payload)
        sock.sendall(frame(opcode, payload))
        if opcode == CLOSE:
            return


def everything(sock, heard):
    """Collects what all frames carry, and answers each with it."""
    reader = wire.Reader(sock)
    accept(sock, wire.read_head(reader))
    while True:
        opcode, payload = read_frame(reader)
        heard.append(payload)
        sock.sendall(frame(PONG if opcode == PING else opcode, payload))
        if opcode == CLOSE:
            return


def accept(sock, request):
    """Agrees to the handshake."""
    key = request.header("sec-websocket-key") or ""
    told = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    sock.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"X-Authorization: " + (request.header("authorization") or "none").encode() + b"\r\n"
        b"Sec-WebSocket-Accept: " + told.encode() + b"\r\n\r\n"
    )


def read_frame(reader):
    """(opcode, unmasked payload) of a message in one frame."""
    first, second = reader.exactly(2)
    size = second & 127
    if size == 126:
        (size,) = struct.unpack(">H", reader.exactly(2))
    elif size == 127:
        (size,) = struct.unpack(">Q", reader.exactly(8))
    mask = reader.exactly(4) if second & 128 else bytes(4)
    payload = reader.exactly(size)
    return first & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def frame(opcode, payload):
    size = len(payload)
    if size < 126:
        head = bytes([128 | opcode, size])
    elif size < 65536:
        head = bytes([128 | opcode, 126]) + struct.pack(">H", size)
    else:
        head = bytes([128 | opcode, 127]) + struct.pack(">Q", size)
    return head + payload
