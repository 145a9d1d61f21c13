# SPDX-License-Identifier: Apache-2.0
"""Origins on the host's loopback, 127.0.0.1 and ::1 on one port, with or without TLS.

Everything that arrives is kept: `connections` counts them, `seen` holds the raw bytes, `requests` what was read.
"""

import json
import socket
import ssl
import threading

from . import wire


class Origin:
    """Accepts, wraps in TLS where a certificate is given, and hands each connection to `serve`."""

    def __init__(self, serve, certificate=None):
        self._serve = serve
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(*certificate)
        self._listeners = _listen_on_both_loopbacks()
        self.port = self._listeners[0].getsockname()[1]
        self.connections = 0
        self.server_names = []
        self.handshake_errors = []
        if self._tls:
            self._tls.sni_callback = lambda _sock, name, _context: self.server_names.append(name)
        for listener in self._listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._run, args=(sock,), daemon=True).start()

    def _run(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
        except (OSError, ValueError) as error:
            self.handshake_errors.append(str(error))
            return
        try:
            self._serve(sock)
        except (OSError, EOFError):
            pass  # the peer has gone, which is the peer's right
        finally:
            _close(sock)

    def close(self):
        for listener in self._listeners:
            listener.close()


class RawOrigin(Origin):
    """Runs a script on each connection: `script(sock, seen)`; `seen` is what the origin keeps."""

    def __init__(self, script, certificate=None):
        self.seen = bytearray()
        super().__init__(lambda sock: script(sock, self.seen), certificate)


class HttpOrigin(Origin):
    """Answers each request with what `handler(request)` returns (a wire.Response; None: the echo)."""

    def __init__(self, handler=None, certificate=None):
        self._handler = handler or echo
        self.requests = []
        self.raw = []
        super().__init__(self._serve_http, certificate)

    def _serve_http(self, sock):
        reader = wire.Reader(sock)
        self.raw.append(reader.seen)
        while request := wire.read_head(reader):
            if (request.header("expect") or "").lower() == "100-continue":
                sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            wire.read_body(reader, request)
            self.requests.append(request)
            response = self._handler(request) or echo(request)
            for piece in response.pieces(with_body=request.method != "HEAD"):
                sock.sendall(piece)
            if response.close:
                return

    def paths(self):
        return [request.target for request in self.requests]


def _close(sock):
    """TLS ends with a word of its own: without it the peer must take the end for a cut."""
    try:
        if isinstance(sock, ssl.SSLSocket):
            sock.settimeout(1)
            sock.unwrap()
    except (OSError, ValueError):
        pass
    sock.close()


def echo(request):
    """Everything that arrived, as JSON."""
    seen = {
        "method": request.method,
        "target": request.target,
        "headers": request.fields,
        "body": request.body.decode("latin-1"),
        "trailers": request.trailers,
    }
    return wire.Response(
        fields=[("Content-Type", "application/json")], body=json.dumps(seen).encode()
    )


def text(body, status=200, fields=()):
    """A handler that always answers the same text."""
    data = body if isinstance(body, bytes) else body.encode()
    return lambda _request: wire.Response(status, [("Content-Type", "text/plain"), *fields], data)


def _listen_on_both_loopbacks():
    for _ in range(50):
        v4 = socket.create_server(("127.0.0.1", 0), backlog=512)
        try:
            v6 = socket.create_server(
                ("::1", v4.getsockname()[1]), family=socket.AF_INET6, backlog=512
            )
            return [v4, v6]
        except OSError:
            v4.close()
    raise RuntimeError("no port is free on both 127.0.0.1 and ::1 (is IPv6 off on this machine?)")
