# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 as an origin reads and writes it: small, and forgiving on purpose.

An origin of the rig must show what really arrived, so it repairs and refuses nothing.
"""

import dataclasses


@dataclasses.dataclass
class Request:
    method: str
    target: str
    version: str
    fields: list
    body: bytes = b""
    trailers: list = dataclasses.field(default_factory=list)

    def header(self, name, default=None):
        return next((value for key, value in self.fields if key.lower() == name.lower()), default)

    def headers(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]


class Reader:
    """Buffered reading from a socket; keeps every byte in `seen`."""

    def __init__(self, sock):
        self._sock = sock
        self._buffer = bytearray()
        self.seen = bytearray()

    def _fill(self):
        data = self._sock.recv(65536)
        if not data:
            raise EOFError
        self.seen += data
        self._buffer += data

    def line(self):
        while (end := self._buffer.find(b"\n")) < 0:
            self._fill()
        text = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return text.decode("latin-1")

    def exactly(self, count):
        while len(self._buffer) < count:
            self._fill()
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    def fields(self):
        found = []
        while line := self.line():
            name, _, value = line.partition(":")
            found.append((name, value.strip()))
        return found


def read_head(reader):
    """The next request without its body, or None at the end of the connection."""
    try:
        method, target, version = (reader.line().split(" ", 2) + ["", ""])[:3]
        return Request(method, target, version, reader.fields())
    except (EOFError, OSError):
        return None


def read_body(reader, request):
    if "chunked" in (request.header("transfer-encoding") or "").lower():
        while size := int(reader.line().split(";")[0], 16):
            request.body += reader.exactly(size)
            reader.line()
        request.trailers = reader.fields()
    elif length := request.header("content-length"):
        request.body = reader.exactly(int(length))


@dataclasses.dataclass
class Response:
    status: int = 200
    fields: list = dataclasses.field(default_factory=list)
    body: bytes = b""
    reason: str = "OK"
    chunks: list = None  # sizes to cut the body into; None: Content-Length
    trailers: list = dataclasses.field(default_factory=list)
    close: bool = False

    def head(self):
        fields = list(self.fields)
        if self.chunks is not None:
            fields.append(("Transfer-Encoding", "chunked"))
        elif self.status not in (204, 304) and not any(
            name.lower() == "content-length" for name, _ in fields
        ):
            fields.append(("Content-Length", str(len(self.body))))
        if self.close:
            fields.append(("Connection", "close"))
        lines = [f"HTTP/1.1 {self.status} {self.reason}"] + [
            f"{name}: {value}" for name, value in fields
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def pieces(self, with_body=True):
        """The bytes of the message, cut where they are to be sent apart."""
        yield self.head()
        if not with_body or self.status in (204, 304):
            return
        if self.chunks is None:
            yield self.body
            return
        start = 0
        for size in [*self.chunks, len(self.body)]:
            piece = self.body[start : start + size]
            start += size
            if piece:
                yield b"%x\r\n%s\r\n" % (len(piece), piece)
        yield b"0\r\n" + b"".join(
            f"{name}: {value}\r\n".encode() for name, value in self.trailers
        ) + b"\r\n"
