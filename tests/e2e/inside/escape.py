# SPDX-License-Identifier: Apache-2.0
"""escape.py: tries the ways out that are given as JSON on stdin; prints what became of each as JSON.

Each attempt is a list: a kind and its arguments. The answer is {"outcome", "seconds"}; "reached" is the bad one.
"""

import ctypes
import errno
import json
import os
import socket
import struct
import sys
import time


def name_of(error):
    return (
        errno.errorcode.get(error.errno, str(error))
        if isinstance(error, OSError) and error.errno
        else type(error).__name__
    )


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def tcp(address, port):
    """A refusal may come at connect or, for a captured connection, as a reset right after it."""
    with socket.socket(family_of(address), socket.SOCK_STREAM) as sock:
        sock.settimeout(5)
        sock.connect((address, port))
        sock.sendall(b"\0is anybody there?\r\n")
        answer = sock.recv(1000)
        return f"reached: {answer[:200]!r}" if answer else "closed"


def udp(address, port):
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as sock:
        sock.settimeout(3)
        sock.connect((address, port))
        sock.send(b"anybody?")
        return f"reached: {sock.recv(1000)!r}"


def icmp(address):
    protocol = socket.IPPROTO_ICMPV6 if ":" in address else socket.IPPROTO_ICMP
    with socket.socket(family_of(address), socket.SOCK_DGRAM, protocol) as sock:
        sock.settimeout(3)
        kind = 128 if ":" in address else 8
        sock.sendto(
            struct.pack("!BBHHH", kind, 0, 0 if ":" in address else 0xF7FE, 0, 1), (address, 1)
        )
        return f"reached: {sock.recv(100)!r}"


def raw(family, protocol):
    with socket.socket(getattr(socket, family), socket.SOCK_RAW, protocol):
        return "reached: a raw socket"


def abstract(name):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect("\0" + name)
        return "reached: the host's abstract socket"


def dns(address, name, kind, transport):
    """The response code, and the addresses that came with it."""
    question = struct.pack("!HHHHHH", 0x1234, 0x0100, 1, 0, 0, 0)
    question += (
        b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        + b"\0"
        + struct.pack("!HH", kind, 1)
    )
    with socket.socket(
        family_of(address), socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    ) as sock:
        sock.settimeout(5)
        sock.connect((address, 53))
        sock.sendall(
            struct.pack("!H", len(question)) + question if transport == "tcp" else question
        )
        answer = sock.recv(4096)
    answer = answer[2:] if transport == "tcp" else answer
    return f"rcode {answer[3] & 15}, {struct.unpack('!H', answer[6:8])[0]} answers"


def system_call(number, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    result = library.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return "reached: the system call succeeded"


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return "reached: written"


def read(path):
    with open(path, "rb") as file:
        data = file.read(200)
    return f"reached: {data!r}" if data else "empty"


def kill(pid):
    os.kill(pid, 0)
    return "reached: the process can be signalled"


KINDS = {
    function.__name__: function
    for function in (tcp, udp, icmp, raw, abstract, dns, system_call, write, read, kill)
}


def attempt(kind, *arguments):
    start = time.monotonic()
    try:
        outcome = KINDS[kind](*arguments)
    except (OSError, struct.error) as error:
        outcome = name_of(error)
    return {"outcome": outcome, "seconds": time.monotonic() - start}


print(json.dumps([attempt(*one) for one in json.load(sys.stdin)]))
