# SPDX-License-Identifier: Apache-2.0
"""ech_hello.py HOST PORT: sends a ClientHello with an encrypted part (ECH) and prints what comes back, in hexadecimal.

OpenSSL makes the hello; the extension is put behind its others, as a browser's would look.
"""

import os
import socket
import ssl
import struct
import sys

HOST, PORT = sys.argv[1], int(sys.argv[2])


def usual_hello():
    out = ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), out, server_hostname=HOST)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def with_ech(record):
    """An outer hello (RFC 9849, 5): HKDF-SHA256 with AES-128-GCM, a key share, a sealed inner hello."""
    body = bytearray(record[9:])
    ech = b"\x00" + struct.pack("!HHB", 1, 1, 7)
    ech += struct.pack("!H", 32) + os.urandom(32) + struct.pack("!H", 208) + os.urandom(208)
    extension = struct.pack("!HH", 0xFE0D, len(ech)) + ech
    at = 2 + 32
    at += 1 + body[at]
    at += 2 + int.from_bytes(body[at : at + 2], "big")
    at += 1 + body[at]
    length = int.from_bytes(body[at : at + 2], "big") + len(extension)
    body[at : at + 2] = struct.pack("!H", length)
    body += extension
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack("!H", len(message)) + message


with socket.create_connection((HOST, PORT), timeout=10) as sock:
    try:
        sock.sendall(with_ech(usual_hello()))
        print(sock.recv(16).hex())
    except OSError as error:
        print(f"ERROR {error}")
