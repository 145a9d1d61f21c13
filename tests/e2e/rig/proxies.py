# SPDX-License-Identifier: Apache-2.0
"""Proxies and a name server on the host's loopback, as a company's network has them.

A proxy connects to what its `routes` say: (host, port) as it was asked for → a port of 127.0.0.1.
"""

import base64
import ipaddress
import select
import socket
import struct
import threading

from . import origins, wire


class _Proxy(origins.Origin):
    def __init__(self, serve, routes, login, certificate=None):
        self.routes = routes
        self.asked = []
        self.logins = []
        self._login = login
        super().__init__(serve, certificate)

    def _dial(self, host, port):
        self.asked.append((host, port))
        there = self.routes.get((host, port))
        return there and socket.create_connection(("127.0.0.1", there))


class ConnectProxy(_Proxy):
    """CONNECT, and requests that name their URL, with Basic; `refuse_with` answers every request
    with that status, `answer` a request with its URL by what it makes of it."""

    def __init__(self, routes, login=None, certificate=None, refuse_with=None, answer=None):
        self._refuse_with = refuse_with
        self._answer = answer
        self.urls = []
        super().__init__(self._serve_connect, routes, login, certificate)

    def _serve_connect(self, sock):
        request = wire.read_head(wire.Reader(sock))
        status = self._judge(request)
        by_url = request.target.startswith("http://")
        place = request.target.split("/")[2] if by_url else request.target
        if by_url and self._answer:
            self.urls.append(request.target)
            body = self._answer(request).encode()
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        host, port = place.rsplit(":", 1) if ":" in place else (place, 80)
        far = None if status else self._dial(host.strip("[]"), int(port))
        if far is None:
            sock.sendall(
                f"HTTP/1.1 {status or 503} No\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
            return
        if by_url:
            self.urls.append(request.target)
            path = "/" + request.target.split("/", 3)[3]
            far.sendall(f"{request.method} {path} HTTP/1.1\r\nHost: {place}\r\n\r\n".encode())
        else:
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        relay(sock, far)

    def _judge(self, request):
        authorization = request.header("proxy-authorization")
        if authorization:
            self.logins.append(base64.b64decode(authorization.split()[1]).decode())
        if self._login and self._login not in self.logins[-1:]:
            return 407
        return self._refuse_with


class SocksProxy(_Proxy):
    """SOCKS 5 with or without user and password."""

    def __init__(self, routes, login=None, reply=0):
        self._reply = reply
        super().__init__(self._serve_socks, routes, login)

    def _serve_socks(self, sock):
        reader = wire.Reader(sock)
        version, count = reader.exactly(2)
        methods = reader.exactly(count)
        wanted = 2 if self._login else 0
        if version != 5 or wanted not in methods:
            sock.sendall(b"\x05\xff")
            return
        sock.sendall(bytes([5, wanted]))
        if self._login and not self._log_in(sock, reader):
            return
        _version, _command, _reserved, kind = reader.exactly(4)
        if kind == 3:
            host = reader.exactly(reader.exactly(1)[0]).decode()
        else:
            host = str(ipaddress.ip_address(reader.exactly(4 if kind == 1 else 16)))
        (port,) = struct.unpack(">H", reader.exactly(2))
        far = None if self._reply else self._dial(host, port)
        sock.sendall(bytes([5, 0 if far else self._reply or 5, 0, 1]) + b"\0" * 6)
        if far:
            relay(sock, far)

    def _log_in(self, sock, reader):
        reader.exactly(1)
        user = reader.exactly(reader.exactly(1)[0]).decode()
        password = reader.exactly(reader.exactly(1)[0]).decode()
        self.logins.append(f"{user}:{password}")
        good = self.logins[-1] == self._login
        sock.sendall(b"\x01\x00" if good else b"\x01\x01")
        return good


def relay(near, far):
    """Both ways until one side ends. A TLS socket may hold bytes that select does not see."""
    with far:
        while True:
            pending = getattr(near, "pending", lambda: 0)()
            ready = [near] if pending else select.select([near, far], [], [])[0]
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                (far if source is near else near).sendall(data)


class NameServer:
    """Answers A queries from `names`; the rest does not exist. Over UDP as truncated, when `only_tcp`."""

    def __init__(self, names, only_tcp=False):
        self.names = names
        self.asked = []
        self._only_tcp = only_tcp
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        threading.Thread(target=self._serve_udp, daemon=True).start()
        threading.Thread(target=self._serve_tcp, daemon=True).start()

    def _serve_udp(self):
        while True:
            query, sender = self._udp.recvfrom(4096)
            self._udp.sendto(self._reply(query, truncated=self._only_tcp), sender)

    def _serve_tcp(self):
        while True:
            sock, _ = self._tcp.accept()
            with sock:
                reader = wire.Reader(sock)
                (size,) = struct.unpack(">H", reader.exactly(2))
                reply = self._reply(reader.exactly(size), truncated=False)
                sock.sendall(struct.pack(">H", len(reply)) + reply)

    def _reply(self, query, truncated):
        at, labels = 12, []
        while size := query[at]:
            labels.append(query[at + 1 : at + 1 + size].decode())
            at += 1 + size
        name = ".".join(labels)
        (kind,) = struct.unpack(">H", query[at + 1 : at + 3])
        self.asked.append((name, kind))
        address = self.names.get(name)
        flags = 0x8180 | (0x0200 if truncated else 0) | (0 if address else 3)
        answers = b""
        if address and kind == 1 and not truncated:
            answers = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + socket.inet_aton(address)
        head = query[:2] + struct.pack(">HHHHH", flags, 1, 1 if answers else 0, 0, 0)
        return head + query[12 : at + 5] + answers
