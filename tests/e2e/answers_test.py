# SPDX-License-Identifier: Apache-2.0
"""Answers that mean two things: the program gets a 502, or a broken connection, and never a second answer hidden in one.

An origin answers each request from a table. After each the program asks for /probe on the same connection: it gets the
probe's own answer or none.
"""

import json
import re

from rig import check, wire
from rig.runner import test

HOST = "ok.test"
HIDDEN = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsmuggled"
PROBE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nprobe"
LENGTH = "Content-Length: 5\r\n"
CODED = "Transfer-Encoding: chunked\r\n"
EMPTY = "0\r\n\r\n"


def answer(fields="", body="", first="HTTP/1.1 200 OK"):
    return f"{first}\r\n{fields}\r\n{body}"


# What it is, the answer. Each is a 502.
MALFORMED = {
    # Lengths
    "two lengths": answer("Content-Length: 0\r\n" + LENGTH, HIDDEN),
    "the same length twice": answer(LENGTH + LENGTH, "hello"),
    "a list of lengths": answer("Content-Length: 5, 5\r\n", "hello"),
    "a length with plus": answer("Content-Length: +5\r\n", "hello"),
    "a negative length": answer("Content-Length: -1\r\n", HIDDEN),
    "a hexadecimal length": answer("Content-Length: 0x5\r\n", "hello"),
    "a length beyond 64 bits": answer("Content-Length: 18446744073709551621\r\n", "hello"),
    "an empty length": answer("Content-Length:\r\n", HIDDEN),
    "a length with a blank inside": answer("Content-Length: 1 0\r\n", HIDDEN),
    # Codings
    "a length, then a coding": answer(LENGTH + CODED, EMPTY + HIDDEN),
    "a coding, then a length": answer(CODED + LENGTH, EMPTY + HIDDEN),
    "a coding and a length in a 304": answer(CODED + LENGTH, HIDDEN, "HTTP/1.1 304 Not Modified"),
    "the coding twice": answer(CODED + CODED, EMPTY + HIDDEN),
    "chunked, chunked": answer("Transfer-Encoding: chunked, chunked\r\n", EMPTY + HIDDEN),
    "chunked, identity": answer("Transfer-Encoding: chunked, identity\r\n", EMPTY + HIDDEN),
    "gzip, chunked": answer("Transfer-Encoding: gzip, chunked\r\n", EMPTY + HIDDEN),
    "identity": answer("Transfer-Encoding: identity\r\n", HIDDEN),
    "xchunked": answer("Transfer-Encoding: xchunked\r\n", EMPTY + HIDDEN),
    "chunked after a vertical tab": answer("Transfer-Encoding: \x0bchunked\r\n", EMPTY + HIDDEN),
    "an empty coding": answer("Transfer-Encoding:\r\n", EMPTY + HIDDEN),
    "a coding in HTTP/1.0": answer(CODED, EMPTY + HIDDEN, "HTTP/1.0 200 OK"),
    # Answers that have no body
    "a 204 with a length": answer(LENGTH, "hello" + HIDDEN, "HTTP/1.1 204 No Content"),
    "a 204 with a coding": answer(CODED, EMPTY + HIDDEN, "HTTP/1.1 204 No Content"),
    "a 100 with a length": answer(LENGTH, "hello" + PROBE, "HTTP/1.1 100 Continue"),
    "a 103 with a coding": answer(CODED, EMPTY + PROBE, "HTTP/1.1 103 Early Hints"),
    "a flood of 100": answer(first="HTTP/1.1 100 Continue") * 100 + PROBE,
    "a 101 that nobody asked for": answer(
        "Upgrade: x\r\nConnection: upgrade\r\n", HIDDEN, "HTTP/1.1 101 Switching Protocols"
    ),
    # Lines and fields
    "LF everywhere": "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    "an LF after the status line": "HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\nhello",
    "an LF as the empty line": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\nhello",
    "a CR in a value": answer("X: a\rContent-Length: 0\r\n" + LENGTH, "hello"),
    "CR CR LF": answer("X: a\r\r\n" + LENGTH, "hello"),
    "a NUL in a value": answer("X: a\0b\r\n" + LENGTH, "hello"),
    "a control byte in a name": answer("X\x01: a\r\n" + LENGTH, "hello"),
    "a folded field": answer("X: a\r\n b\r\n" + LENGTH, "hello"),
    "a folded length": answer("Content-Length:\r\n 5\r\n", "hello"),
    "a blank before the colon": answer("Content-Length : 5\r\n", "hello"),
    "a blank before the first field": answer(" Content-Length: 5\r\n", "hello"),
    "a field without colon": answer("X\r\n" + LENGTH, "hello"),
    "a field without name": answer(": x\r\n" + LENGTH, "hello"),
    "an empty line first": "\r\n" + answer(LENGTH, "hello"),
    "a head of 70 KiB": answer(f"X: {'x' * 70000}\r\n" + LENGTH, "hello"),
    "300 fields": answer("X: y\r\n" * 300 + LENGTH, "hello"),
    # Status lines
    **{
        f"the status line {first!r}": answer(LENGTH, "hello", first)
        for first in (
            "HTTP/1.1 OK",
            "HTTP/1.1",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK",
            "HTTP/1.1 099 OK",
            "HTTP/1.1 000 OK",
            "HTTP/1.1 +20 OK",
            "HTTP/1.1 2x0 OK",
            "HTTP/1.1 200OK",
            "HTTP/1.1  200 OK",
            "HTTP/1.1\t200 OK",
            "HTTP/1.1 200\tOK",
            "HTTP/1.2 200 OK",
            "HTTP/2.0 200 OK",
            "HTTP/0.9 200 OK",
            "HTTP/1.10 200 OK",
            "http/1.1 200 OK",
            "ICY 200 OK",
            " HTTP/1.1 200 OK",
            "HTTP/1.1 200 O\0K",
            "HTTP/1.1 200 O\rK",
            "HTTP/1.1 200 O\x1b[31mK",
            "hello",
            "\x16\x03\x01\x02",
        )
    },
}

# The head is good and has been passed on; then the body breaks.
BROKEN = {
    what: answer(CODED, body + HIDDEN)
    for what, body in {
        "a chunk size with plus": "+5\r\nhello\r\n" + EMPTY,
        "a chunk size with 0x": "0x5\r\nhello\r\n" + EMPTY,
        "a chunk size with a blank": "5 \r\nhello\r\n" + EMPTY,
        "a chunk size beyond 64 bits": "10000000000000005\r\nhello\r\n" + EMPTY,
        "a chunk size with many zeros": "0" * 40 + "5\r\nhello\r\n" + EMPTY,
        "an empty chunk size": "\r\nhello\r\n" + EMPTY,
        "an LF after a chunk size": "5\nhello\r\n" + EMPTY,
        "an LF in a chunk extension": "5;a\nhello\r\n" + EMPTY,
        "a long chunk extension": "5;" + "a" * 20000 + "\r\nhello\r\n" + EMPTY,
        "a chunk longer than its size": "5\r\nhello!\r\n" + EMPTY,
        "a chunk that ends in LF": "5\r\nhello\n" + EMPTY,
        "a chunk that ends in nothing": "5\r\nhello" + EMPTY,
        "an LF as the last line": "5\r\nhello\r\n0\r\n\n",
        "a folded trailer": "5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n",
        "a trailer without colon": "5\r\nhello\r\n0\r\nX\r\n\r\n",
        "a flood of trailers": "5\r\nhello\r\n0\r\n" + "X: y\r\n" * 300 + "\r\n",
    }.items()
}

# What is good up to a point, and what comes back; the rest is nobody's answer.
FOLLOWED = {
    "a length": ("GET", answer(LENGTH, "hello" + HIDDEN), "200"),
    "chunks": ("GET", answer(CODED, "5\r\nhello\r\n" + EMPTY + HIDDEN), "200"),
    "a length of 0": ("GET", answer("Content-Length: 0\r\n", HIDDEN), "200"),
    "a 204": ("GET", answer("", HIDDEN, "HTTP/1.1 204 No Content"), "204"),
    "a 204 with a length of 0": (
        "GET",
        answer("Content-Length: 0\r\n", HIDDEN, "HTTP/1.1 204 No Content"),
        "204",
    ),
    "a 304": ("GET", answer("", HIDDEN, "HTTP/1.1 304 Not Modified"), "304"),
    "a 304 with a length": ("GET", answer(LENGTH, HIDDEN, "HTTP/1.1 304 Not Modified"), "304"),
    "a 304 with a coding": ("GET", answer(CODED, HIDDEN, "HTTP/1.1 304 Not Modified"), "304"),
    "an answer to HEAD with a length": ("HEAD", answer(LENGTH, HIDDEN), "200"),
    "an answer to HEAD with a coding": ("HEAD", answer(CODED, EMPTY + HIDDEN), "200"),
    "an answer to HEAD without either": ("HEAD", answer("", HIDDEN), "200"),
    "an answer after a 100": (
        "GET",
        answer(first="HTTP/1.1 100 Continue") + answer(LENGTH, "hello" + HIDDEN),
        "200",
    ),
}


def ask(box, answers, methods=None):
    """What came back on one connection each for GET of the path that has this answer, and of /probe."""
    paths = {f"/{number}": text for number, text in enumerate(answers.values())}

    def serve(sock, _seen):
        reader = wire.Reader(sock)
        while head := wire.read_head(reader):
            sock.sendall(paths.get(head.target, PROBE).encode("latin-1"))

    box.raw_origin(serve, HOST)
    cases = [
        {
            "way": "tls",
            "host": HOST,
            "port": 443,
            "bytes": f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
            f"GET /probe HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
        }
        for path, method in zip(paths, methods or ["GET"] * len(paths), strict=True)
    ]
    ran = box.python("raw_http.py", 1.0 * box.rig.patience, 32, stdin=json.dumps(cases).encode())
    return dict(zip(answers, ran.expect().json(), strict=True))


def statuses_in(text):
    found = re.findall(r"^HTTP/1\.1 (\d{3})|(?<=[\w}])HTTP/1\.1 (\d{3})", text, re.MULTILINE)
    return [status for pair in found for status in pair if status and status != "100"]


@test(tags=["quick"])
def malformed_answers_are_a_502(box):
    wrong = []
    for what, came in ask(box, MALFORMED).items():
        statuses = statuses_in(came["text"])
        alone = statuses == ["502"] and came["closed"]
        with_probe = statuses == ["502", "200"] and came["text"].endswith("\r\n\r\nprobe")
        if not (alone or with_probe) or "smuggled" in came["text"]:
            wrong.append(f"{what}: {statuses} {came['text'][:300]!r}")
    check.that(not wrong, "\n".join(wrong))
    failed = [record for record in box.exchanges() if record["status"] == 502]
    check.equal(len(failed), len(MALFORMED), "records of a 502")


@test
def an_answer_whose_body_breaks_is_cut_off(box):
    wrong = []
    for what, came in ask(box, BROKEN).items():
        whole = re.search(r"\r\n0\r\n(.*\r\n)*\r\n$", came["text"])
        if whole or not came["closed"] or re.search("smuggled|probe", came["text"]):
            wrong.append(f"{what}: {came}")
    check.that(not wrong, "\n".join(wrong))


@test(tags=["quick"])
def what_follows_an_answer_is_nobodys(box):
    wrong = []
    methods = [method for method, _, _ in FOLLOWED.values()]
    came = ask(box, {what: text for what, (_, text, _) in FOLLOWED.items()}, methods)
    for what, (_, _, status) in FOLLOWED.items():
        text = came[what]["text"]
        good = statuses_in(text) == [status, "200"] and text.endswith("\r\n\r\nprobe")
        if not good or "smuggled" in text:
            wrong.append(f"{what}: {came[what]}")
    check.that(not wrong, "\n".join(wrong))


@test
def trailers_of_an_answer_do_not_become_fields(box):
    names = ("Set-Cookie", "Content-Length", "Transfer-Encoding", "Location", "WWW-Authenticate")
    lines = "".join(f"{name}: hidden\r\n" for name in names)
    text = answer(CODED, f"5\r\nhello\r\n0\r\n{lines}X-Sum: kept\r\n\r\n")
    came = ask(box, {"trailers": text})["trailers"]["text"]
    check.lacks(came, "hidden")
    check.contains(came, "X-Sum: kept")
