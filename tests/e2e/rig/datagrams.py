# SPDX-License-Identifier: Apache-2.0
"""Servers of UDP on the loopback of the host."""

import socket
import threading


def echo(datagram):
    return [datagram]


class UdpOrigin:
    """Answers each datagram with what `handler` makes of it; keeps what came, and from where."""

    def __init__(self, handler=echo, at="127.0.0.1"):
        self._handler = handler
        self.seen = []  # (datagram, address)
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in at else socket.AF_INET, socket.SOCK_DGRAM
        )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._socket.bind((at, 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                datagram, address = self._socket.recvfrom(65536)
            except OSError:
                return
            if address is None:
                return  # closed
            self.seen.append((datagram, address))
            for answer in self._handler(datagram):
                try:
                    self._socket.sendto(answer, address)
                except OSError:
                    pass  # who asked is gone

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread
        except OSError:
            pass
        self._socket.close()
        self._thread.join(2)


def free_port():
    """A port of 127.0.0.1 where nobody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dns_answer(question, address):
    """A reply with one A record for the name that was asked for."""
    head = question[:2] + b"\x85\x80\x00\x01\x00\x01\x00\x00\x00\x00"
    asked = question[12 : question.index(b"\x00", 12) + 5]
    record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + socket.inet_aton(address)
    return head + asked + record
