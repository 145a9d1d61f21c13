# SPDX-License-Identifier: Apache-2.0
"""The demo's API: HTTPS on this machine's loopback, with a certificate made when it starts."""

import http.server
import json
import pathlib
import ssl
import subprocess
import threading

HOST = "api.demo.test"


class Api:
    """Serves until the process ends. `received` holds what arrived: (request line, header fields)."""

    def __init__(self, directory, key):
        self.received = []
        self.certificate = pathlib.Path(directory) / "api.crt"
        private_key = pathlib.Path(directory) / "api.key"
        _make_certificate(self.certificate, private_key)
        self._server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), _handler(self.received, key)
        )
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.certificate, private_key)
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


def _handler(received, key):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            received.append((self.requestline, self.headers.items()))
            known = self.headers.get("Authorization") == f"Bearer {key}"
            self.send_response(200 if known else 401)
            answer = {"user": "ada", "authenticated": True} if known else {"error": "who are you?"}
            body = json.dumps(answer).encode() + b"\n"
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def _make_certificate(certificate, private_key):
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-keyout",
            private_key,
            "-out",
            certificate,
            "-subj",
            f"/CN={HOST}",
            "-addext",
            f"subjectAltName=DNS:{HOST}",
        ],
        check=True,
        capture_output=True,
    )
