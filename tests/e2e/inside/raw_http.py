# SPDX-License-Identifier: Apache-2.0
"""raw_http.py: sends bytes as they are and prints what came back, for a list of cases given as JSON on stdin.

A case: {"way": "plain" | "tls" | "connect" | "tunnel" | "proxy", "host", "port", "bytes", "cut": bytes a segment, or 0,
"sni"}; text is latin-1. "tunnel" is CONNECT without TLS inside, "proxy" sends to the explicit proxy as it is.
An answer: {"text", "closed": whether the other side closed}.
"""

import concurrent.futures
import json
import os
import socket
import ssl
import sys
import time
import urllib.parse

QUIET = float(sys.argv[1]) if len(sys.argv) > 1 else 0.5  # seconds of silence that count as the end
AT_ONCE = int(sys.argv[2]) if len(sys.argv) > 2 else 16  # cases


def connect(case):
    if case["way"] in ("connect", "tunnel", "proxy"):
        proxy = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"])
        sock = socket.create_connection((proxy.hostname, proxy.port), timeout=10)
    if case["way"] in ("connect", "tunnel"):
        sock.sendall(
            f"CONNECT {case['host']}:{case['port']} HTTP/1.1\r\nHost: {case['host']}:{case['port']}\r\n\r\n".encode()
        )
        answer = b""
        while b"\r\n\r\n" not in answer:
            data = sock.recv(1)
            if not data:
                raise OSError("CONNECT was refused: " + answer.decode("latin-1"))
            answer += data
        if b" 200 " not in answer.split(b"\r\n")[0] + b" ":
            raise OSError("CONNECT was refused: " + answer.decode("latin-1"))
    if case["way"] in ("plain", "tls"):
        sock = socket.create_connection(
            (case.get("address", case["host"]), case["port"]), timeout=10
        )
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if case["way"] in ("plain", "tunnel", "proxy"):
        return sock
    context = ssl.create_default_context()
    context.check_hostname = False
    if case.get("unverified"):
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(sock, server_hostname=case.get("sni", case["host"]) or None)


def send(sock, data, cut):
    for start in range(0, len(data), cut or len(data)):
        sock.sendall(data[start : start + (cut or len(data))])


def receive(sock):
    text, closed = b"", False
    first = True
    while True:
        sock.settimeout(10 if first else QUIET)
        try:
            data = sock.recv(65536)
        except TimeoutError:
            break
        except OSError:
            closed = True
            break
        if not data:
            closed = True
            break
        text, first = text + data, False
    return {"text": text.decode("latin-1"), "closed": closed}


def run(case):
    try:
        with connect(case) as sock:
            try:
                send(sock, case["bytes"].encode("latin-1"), case.get("cut", 0))
            except OSError:
                pass  # closed while we were sending: what was said before is still to be read
            time.sleep(case.get("wait", 0))
            return receive(sock)
    except OSError as error:
        return {"text": f"ERROR {error}", "closed": True}


with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
    print(json.dumps(list(pool.map(run, json.load(sys.stdin)))))
