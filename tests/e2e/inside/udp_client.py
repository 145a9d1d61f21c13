# SPDX-License-Identifier: Apache-2.0
"""Datagrams, and what became of them, as one JSON object: udp_client.py MODE HOST PORT [ARGUMENT ...]"""

import errno
import json
import resource
import select
import selectors
import socket
import struct
import sys
import time

PATIENCE = 5


def address_of(host, port, family=socket.AF_UNSPEC):
    family, _, _, _, address = socket.getaddrinfo(host, port, family, socket.SOCK_DGRAM)[0]
    return family, address


def name_of(error):
    return errno.errorcode.get(error.errno, type(error).__name__)


def echo(host, port, family, *texts):
    """Each text there and back over one socket, from whom the answers came."""
    family, address = address_of(host, port, {"4": socket.AF_INET, "6": socket.AF_INET6}[family])
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        answers = []
        for text in texts:
            client.sendto(text.encode(), address)
            answer, peer = client.recvfrom(65536)
            answers.append(answer.decode())
        return {"answers": answers, "asked": address[0], "peer": peer[0], "port": peer[1]}


def ask(host, port, *texts):
    """Over one connected socket; the outcome of each, and how long the last one took."""
    family, address = address_of(host, port)
    outcomes = []
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        for text in texts:
            began = time.monotonic()
            try:
                client.send(text.encode())
                outcomes.append(client.recv(65536).decode())
            except OSError as error:
                outcomes.append(name_of(error))
        return {"outcomes": outcomes, "seconds": time.monotonic() - began}


def sizes(host, port, *wanted):
    """Datagrams of these sizes; the sizes that came back, whether their bytes did."""
    family, address = address_of(host, port)
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        back = []
        for size in map(int, wanted):
            sent = bytes(i * 7 % 251 for i in range(size))
            client.send(sent)
            back.append(len(answer) if (answer := client.recv(65536)) == sent else "other bytes")
        return {"sizes": back}


def burst(host, port, count):
    """Many datagrams of different sizes at once, over one socket; what came back, in any order."""
    family, address = address_of(host, port)
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.connect(address)
        sent = [struct.pack("!I", i) + b"x" * (i % 97) for i in range(int(count))]
        for datagram in sent:
            client.send(datagram)
        got = []
        while len(got) < len(sent) and select.select([client], [], [], PATIENCE)[0]:
            got.append(client.recv(65536))
        return {"whole": len(set(got) & set(sent)), "other": len(set(got) - set(sent))}


def flows_to(family, address, numbers):
    clients = {}
    for i in numbers:
        client = socket.socket(family, socket.SOCK_DGRAM)
        client.connect(address)
        clients[client] = f"flow {i}".encode()
    for client, question in clients.items():
        client.send(question)
    return clients


def answers_to(clients):
    """(how many got their own question back, how many something else, the failures)"""
    waiting = selectors.DefaultSelector()
    for client in clients:
        waiting.register(client, selectors.EVENT_READ)
    answered = wrong = 0
    failures = []
    give_up = time.monotonic() + PATIENCE
    while waiting.get_map() and time.monotonic() < give_up:
        for key, _ in waiting.select(1):
            client = key.fileobj
            waiting.unregister(client)
            try:
                same = client.recv(65536) == clients[client]
                answered += same
                wrong += not same
            except OSError as error:
                failures.append(name_of(error))
    return answered, wrong, failures


def many(host, port, count, batch=None):
    """As many sockets at once, a question each; how many got their own answer back. With a batch, no
    more than that ask at a time, and all stay open."""
    family, address = address_of(host, port)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    answered = wrong = 0
    failures = []
    kept = []
    for first in range(0, int(count), int(batch or count)):
        numbers = range(first, min(first + int(batch or count), int(count)))
        clients = flows_to(family, address, numbers)
        kept.append(clients)
        answers, others, failed = answers_to(clients)
        answered, wrong, failures = answered + answers, wrong + others, failures + failed
    return {"answered": answered, "wrong": wrong, "failures": failures}


def resolve(host, port, name):
    """The address that a name server says the name has."""
    family, address = address_of(host, port)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.connect(address)
        client.send(question)
        answer = client.recv(4096)
        found = answer[3] & 15 == 0 and answer[6:8] != b"\0\0"
        return {"address": socket.inet_ntoa(answer[-4:]) if found else None, "rcode": answer[3] & 15}


MODES = {each.__name__: each for each in (echo, ask, sizes, burst, many, resolve)}

try:
    mode, host, port, *rest = sys.argv[1:]
    result = MODES[mode](host, int(port), *rest)
except OSError as error:
    result = {"error": name_of(error)}
print(json.dumps(result))
