# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 put together by hand (RFC 9113, 4; RFC 7541), since no library says what must not be said.

It is a script for the inside of a sandbox, too: sends bytes as they are over TLS and prints what came back, for a list
of cases given as JSON on stdin. A case: {"host", "port", "bytes", "streams": how many are to be answered}; text is
latin-1. An answer: {"text", "closed": whether the other side closed}.
"""

import concurrent.futures
import json
import shutil
import socket
import ssl
import sys
import time

DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY, CONTINUATION = 0, 1, 3, 4, 7, 9
END_STREAM, END_HEADERS, PADDED = 1, 4, 8


# --- what is sent ----------------------------------------------------------------------------------


def frame(kind, flags, stream, payload=""):
    head = len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
    return head.decode("latin-1") + payload


def opening():
    """A client's first words. Without a table, every head that comes back can be read alone."""
    no_table = "\x00\x01" + "\x00\x00\x00\x00"
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, no_table)


def _prefixed(first, bits, value):
    limit = (1 << bits) - 1
    if value < limit:
        return chr(first | value)
    out, value = chr(first | limit), value - limit
    while value >= 0x80:
        out, value = out + chr(0x80 | value & 0x7F), value >> 7
    return out + chr(value)


def field(name, value):
    """Spelt out, for no table (RFC 7541, 6.2.2)."""
    return "\0" + _prefixed(0, 7, len(name)) + name + _prefixed(0, 7, len(value)) + value


def headers(fields, stream=1, end=True, pieces=1):
    """The frames of a head, in so many pieces."""
    block = "".join(field(name, value) for name, value in fields)
    size = -(-len(block) // pieces)
    parts = [block[start : start + size] for start in range(0, len(block), size)]
    out = ""
    for number, part in enumerate(parts):
        flags = END_HEADERS if number == len(parts) - 1 else 0
        if number == 0 and end:
            flags |= END_STREAM
        out += frame(CONTINUATION if number else HEADERS, flags, stream, part)
    return out


def data(text, stream=1, end=True, padding=0):
    flags = (END_STREAM if end else 0) | (PADDED if padding else 0)
    return frame(DATA, flags, stream, (chr(padding) + text + "\0" * padding) if padding else text)


# --- what comes back -------------------------------------------------------------------------------


def frames_of(text):
    """(kind, flags, stream, payload) of each whole frame."""
    found, data = [], text.encode("latin-1")
    while len(data) >= 9 and len(data) >= 9 + (size := int.from_bytes(data[:3], "big")):
        stream = int.from_bytes(data[5:9], "big")
        found.append((data[3], data[4], stream, data[9 : 9 + size]))
        data = data[9 + size :]
    return found


_STATIC = {8: "200", 9: "204", 10: "206", 11: "304", 12: "400", 13: "404", 14: "500"}


def _digits(coded):
    """A number in the code of Huffman (RFC 7541, B): 0 to 2 have five bits, the others six."""
    bits, out = "".join(f"{byte:08b}" for byte in coded), ""
    while len(bits) >= 5 and set(bits) != {"1"}:
        first = int(bits[:5], 2)
        size, digit = (5, first) if first <= 2 else (6, int(bits[:6], 2) - 0x19 + 3)
        out, bits = out + str(digit), bits[size:]
    return out


def _status_of(block):
    """What stands first in the head of an answer; nothing in trailers."""
    while block and block[0] & 0xE0 == 0x20:  # another size of the table
        more = block[0] & 0x1F == 0x1F
        block = block[1:]
        while more:
            more, block = bool(block[0] & 0x80), block[1:]
    if not block:
        return None
    if block[0] & 0x80:
        return _STATIC.get(block[0] & 0x7F)
    if block[0] & (0x3F if block[0] & 0x40 else 0x0F) not in _STATIC:
        return None
    value = block[2 : 2 + (block[1] & 0x7F)]
    return _digits(value) if block[1] & 0x80 else value.decode("latin-1")


def statuses_of(text):
    """Those of the final answers, in their order."""
    found = [_status_of(payload) for kind, _, _, payload in frames_of(text) if kind == HEADERS]
    return [status for status in found if status and not status.startswith("1")]


def resets_of(text):
    """The code of each stream that was broken off."""
    return {
        stream: int.from_bytes(payload, "big")
        for kind, _, stream, payload in frames_of(text)
        if kind == RST_STREAM
    }


def has_goaway(text):
    return any(kind == GOAWAY for kind, *_ in frames_of(text))


def _is_answered(text, streams):
    ended = {
        stream
        for kind, flags, stream, _ in frames_of(text)
        if kind == RST_STREAM or (kind in (HEADERS, DATA) and flags & END_STREAM)
    }
    return len(ended) >= streams or has_goaway(text)


# --- the sandbox's side ----------------------------------------------------------------------------


def send(box, cases, timeout=120):
    """Sends the cases from inside a sandbox."""
    shutil.copy(__file__, box.project / "raw_http2.py")
    ran = box.run(
        "/usr/bin/python3",
        "-u",
        "raw_http2.py",
        0.4 * box.rig.patience,
        48,
        stdin=json.dumps(cases).encode(),
        timeout=timeout,
    )
    return ran.expect().json()


def _connect(case):
    sock = socket.create_connection((case["host"], case["port"]), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2"])
    sock = context.wrap_socket(sock, server_hostname=case["host"])
    if sock.selected_alpn_protocol() != "h2":
        raise OSError("HTTP/2 was not agreed on")
    return sock


def _receive(sock, streams, quiet):
    """Until all streams have ended, and then whatever still comes before it is quiet."""
    text, give_up = "", time.monotonic() + 15
    while time.monotonic() < give_up:
        sock.settimeout(quiet if _is_answered(text, streams) else 10)
        try:
            came = sock.recv(65536)
        except TimeoutError:
            return {"text": text, "closed": False}
        except OSError:
            came = b""
        if not came:
            return {"text": text, "closed": True}
        text += came.decode("latin-1")
    return {"text": text, "closed": False}


def _run(case, quiet):
    try:
        with _connect(case) as sock:
            try:
                sock.sendall(case["bytes"].encode("latin-1"))
            except OSError:
                pass  # closed while we were sending: what was said before is still to be read
            return _receive(sock, case["streams"], quiet)
    except OSError as error:
        return {"text": f"ERROR {error}", "closed": True}


def _main(quiet, at_once):
    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        cases = json.load(sys.stdin)
        print(json.dumps(list(pool.map(_run, cases, [quiet] * len(cases)))))


if __name__ == "__main__":
    _main(float(sys.argv[1]), int(sys.argv[2]))
