# SPDX-License-Identifier: Apache-2.0
"""raw_tcp.py HOST PORT TEXT: waits for a greeting, sends the text, prints greeting and answer."""

import socket
import sys

host, port, text = sys.argv[1:]
with socket.create_connection((host, int(port)), timeout=10) as sock:
    greeting = sock.recv(1000)
    sock.sendall(text.encode())
    sys.stdout.buffer.write(greeting + sock.recv(1000))
