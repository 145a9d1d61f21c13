# SPDX-License-Identifier: Apache-2.0
"""Opens wss://ok.test/chat and prints each frame that comes, saying nothing."""

import base64
import os
import socket
import ssl


def main():
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    sock = context.wrap_socket(
        socket.create_connection(("ok.test", 443), 20), server_hostname="ok.test"
    )
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET /chat HTTP/1.1\r\nHost: ok.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    stream = sock.makefile("rb")
    while stream.readline().strip():
        pass
    while head := stream.read(2):
        opcode, payload = head[0] & 15, stream.read(head[1] & 127)
        shown = payload[:2].hex() if opcode == 8 else payload.decode()
        print(f"{opcode}:{shown}", flush=True)
        if opcode == 8:
            return


main()
