# SPDX-License-Identifier: Apache-2.0
"""search.py: looks for the secret whose SHA-256 and length are given, everywhere a program can look.

The secret itself must not be named inside, so every window of its length is compared by a rolling hash of its bytes
first and by SHA-256 then. Arguments: LENGTH ROLLING SHA256. Prints one line a place, and how much was searched.
"""

import hashlib
import os
import sys

LENGTH, ROLLING, SHA256 = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
BASE, MODULUS = 257, (1 << 61) - 1
PREFIX = b"canary-"  # every secret of the tests begins so: a cheap first look
searched = 0


def holds_secret(data):
    at = data.find(PREFIX)
    while at >= 0:
        window = data[at : at + LENGTH]
        if rolling(window) == ROLLING and hashlib.sha256(window).hexdigest() == SHA256:
            return True
        at = data.find(PREFIX, at + 1)
    return False


def rolling(window):
    value = 0
    for byte in window:
        value = (value * BASE + byte) % MODULUS
    return value


def look_at(place, data):
    global searched
    searched += len(data)
    if holds_secret(data):
        print("FOUND", place, flush=True)


def read(path, limit=16 << 20):
    try:
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline", "status", "mountinfo", "maps"):
            look_at(f"/proc/{pid}/{name}", read(f"/proc/{pid}/{name}"))
        for line in read(f"/proc/{pid}/maps").decode("latin-1").splitlines():
            first, last = (int(part, 16) for part in line.split()[0].split("-"))
            memory(pid, first, min(last, first + (64 << 20)), line)


def memory(pid, first, last, line):
    try:
        with open(f"/proc/{pid}/mem", "rb", 0) as file:
            file.seek(first)
            look_at(f"memory of {pid}: {line}", file.read(last - first))
    except (OSError, ValueError, OverflowError):
        pass


def files():
    for top in ("/etc", "/home", "/root", "/run", "/tmp", "/var", os.getcwd(), os.environ["HOME"]):
        for directory, _, names in os.walk(top):
            for name in names:
                path = os.path.join(directory, name)
                if os.path.isfile(path):
                    look_at(path, read(path))


look_at("environment", "\0".join(f"{name}={value}" for name, value in os.environ.items()).encode())
files()
processes()
print("searched", searched)
