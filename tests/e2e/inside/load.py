# SPDX-License-Identifier: Apache-2.0
"""load.py HOST REQUESTS CONNECTIONS SEED: sends random bodies in random pieces; the origin must give each back whole.

Odd connections announce their bodies' length, even ones send chunks. Every answer is compared by hash. Prints how many
were right, how many bytes went up, and the first things that went wrong.
"""

import hashlib
import http.client
import json
import random
import sys
import threading

host, requests, connections, seed = sys.argv[1], *map(int, sys.argv[2:])
POOL = random.Random(seed).randbytes(1 << 20)
lock = threading.Lock()
right, sent, wrong = 0, 0, []


def body_of(chance):
    """Mostly small, sometimes large, sometimes nothing."""
    size = chance.choice(
        [
            0,
            1,
            chance.randrange(100),
            chance.randrange(5000),
            chance.randrange(5000),
            chance.randrange(40000),
            chance.randrange(300000) if chance.random() < 0.1 else 17,
        ]
    )
    start = chance.randrange(len(POOL) - size)
    return POOL[start : start + size]


def pieces(body, chance):
    place = 0
    while place < len(body):
        size = chance.choice([1, 7, 100, 1000, 4096, 16384, 65536])
        yield body[place : place + size]
        place += size


def exchange(connection, number, chunked, chance):
    body = body_of(chance)
    digest = hashlib.sha256(body).hexdigest()
    headers = {
        "X-Number": str(number),
        "X-Hash": digest,
        "Content-Type": "application/octet-stream",
    }
    if chunked:
        connection.request("POST", f"/{number}", pieces(body, chance), headers, encode_chunked=True)
    else:
        connection.request("POST", f"/{number}", body, headers)
    answer = connection.getresponse()
    back = answer.read()
    problem = None
    if answer.status != 200 or answer.getheader("X-Number") != str(number):
        problem = f"request {number}: status {answer.status}, number {answer.getheader('X-Number')}, {back[:200]!r}"
    elif answer.getheader("X-Arrived") != digest:
        problem = f"request {number}: {len(body)} bytes arrived changed"
    elif hashlib.sha256(back).hexdigest() != digest:
        problem = f"request {number}: {len(body)} bytes came back as {len(back)}, changed"
    return len(body), problem


def client(index):
    global right, sent
    chance = random.Random(seed * 1000 + index)
    connection = http.client.HTTPSConnection(host, timeout=120)
    for number in range(index, requests, connections):
        try:
            count, problem = exchange(connection, number, index % 2 == 0, chance)
        except Exception as error:  # anything at all is a failure of this request
            count, problem = 0, f"request {number}: {type(error).__name__}: {error}"
            connection.close()
        with lock:
            sent += count
            right += problem is None
            if problem and len(wrong) < 10:
                wrong.append(problem)
    connection.close()


threads = [threading.Thread(target=client, args=(index,)) for index in range(connections)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"right": right, "sent": sent, "wrong": wrong}))
