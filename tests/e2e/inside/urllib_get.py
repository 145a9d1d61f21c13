# SPDX-License-Identifier: Apache-2.0
"""urllib_get.py FAMILY URL: fetches with urllib over IPv4 or IPv6 only."""

import socket
import sys
import urllib.request

FAMILY = {"4": socket.AF_INET, "6": socket.AF_INET6}[sys.argv[1]]
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, port, _family=0, *rest, **named: resolve(
    host, port, FAMILY, *rest, **named
)

with urllib.request.urlopen(sys.argv[2], timeout=20) as answer:
    sys.stdout.write(answer.read().decode())
