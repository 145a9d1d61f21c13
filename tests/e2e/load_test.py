# SPDX-License-Identifier: Apache-2.0
"""Many requests at once come through byte-identical."""

import hashlib
import multiprocessing
import random
import time

from rig import check, origins, wire
from rig.runner import test


def mirror(request):
    """Gives the body back in random pieces, with the hash of what arrived."""
    chance = random.Random(request.header("x-number"))
    size, chunks = len(request.body), None
    if chance.random() < 0.5:
        chunks = []
        while sum(chunks) < size and len(chunks) < 200:
            chunks.append(chance.choice([1, 13, 900, 8192, 20000]))
    fields = [
        ("X-Number", request.header("x-number")),
        ("X-Arrived", hashlib.sha256(request.body).hexdigest()),
    ]
    return wire.Response(fields=fields, body=request.body, chunks=chunks)


def mirror_in_a_process(box, host):
    """An origin that does not share this process' interpreter lock."""
    port = multiprocessing.Value("i", 0)
    certificate = box.rig.pki.leaf(host)

    def serve():
        origin = origins.HttpOrigin(mirror, certificate)
        port.value = origin.port
        while True:
            time.sleep(1)
            origin.requests.clear()
            origin.raw.clear()

    process = multiprocessing.get_context("fork").Process(target=serve, daemon=True)
    process.start()
    while not port.value:
        time.sleep(0.01)
    box.connect(host, 443, port.value)
    box.flags += ["--allow-domain", host]
    return process


def load(box, requests, connections):
    server = mirror_in_a_process(box, "load.test")
    try:
        ran = box.python("load.py", "load.test", requests, connections, 7, timeout=280).expect()
    finally:
        server.kill()
        server.join()
    result = ran.json()
    check.equal((result["right"], result["wrong"]), (requests, []), "requests that came back whole")
    records = box.exchanges()
    check.equal(len(records), requests, "log records")
    check.equal(
        sum(record["bytes_up"] for record in records), result["sent"], "bytes up in the log"
    )


@test(seconds=300, tags=["alone", "load"])
def ten_thousand_requests_over_64_connections_come_through_whole(box):
    load(box, 10_000, 64)


@test(seconds=120, tags=["quick"])
def a_thousand_requests_over_16_connections_come_through_whole(box):
    load(box, 1_000, 16)
