# SPDX-License-Identifier: Apache-2.0
"""Requests that mean two things reach nobody: each is sent in clear, through TLS and through CONNECT."""

import json

from rig import check, wire
from rig.runner import test

HOST = "ok.test"
WAYS = [("plain", 80), ("tls", 443), ("connect", 443)]


def send(box, cases, quiet=0.5):
    """What came back for each case of (way, port, bytes, cut)."""
    wanted = [
        {"way": way, "host": HOST, "port": port, "bytes": text, "cut": cut}
        for way, port, text, cut in cases
    ]
    ran = box.python(
        "raw_http.py",
        quiet * box.rig.patience,
        stdin=json.dumps(wanted).encode(),
        proxy_variables=True,
    ).expect()
    return ran.json()


def both_origins(box, allow=True):
    return [box.origin(HOST, port=80, tls=False, allow=allow), box.origin(HOST, allow=allow)]


def status_of(text):
    return text.split(" ")[1] if text.startswith("HTTP/1.1 ") else text[:80]


def request(fields="", body="", line=None, host=f"Host: {HOST}\r\n", path="/first"):
    return f"{line or f'POST {path} HTTP/1.1'}\r\n{host}{fields}\r\n{body}"


HIDDEN = f"GET /hidden HTTP/1.1\r\nHost: {HOST}\r\n\r\n"

# What it is, the bytes. Each must be answered with an error, and the connection closed.
MALFORMED = {
    # Two lengths
    "CL.TE": request("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + HIDDEN),
    "TE.CL": request("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n" + HIDDEN),
    "two different lengths": request("Content-Length: 0\r\nContent-Length: 5\r\n", HIDDEN),
    "a list of different lengths": request("Content-Length: 0, 5\r\n", HIDDEN),
    "a signed length": request("Content-Length: +5\r\n", "hello" + HIDDEN),
    "a negative length": request("Content-Length: -1\r\n", HIDDEN),
    "a hexadecimal length": request("Content-Length: 0x5\r\n", "hello" + HIDDEN),
    "a length with a blank inside": request("Content-Length: 1 0\r\n", HIDDEN),
    "an overflowing length": request("Content-Length: 18446744073709551621\r\n", "hello" + HIDDEN),
    "an empty length": request("Content-Length: \r\n", HIDDEN),
    # Transfer codings
    "xchunked": request("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + HIDDEN),
    "chunked, identity": request("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n" + HIDDEN),
    "chunked twice": request("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n" + HIDDEN),
    "two TE lines": request(
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + HIDDEN
    ),
    "quoted chunked": request('Transfer-Encoding: "chunked"\r\n', "0\r\n\r\n" + HIDDEN),
    "chunked after a vertical tab": request(
        "Transfer-Encoding:\x0bchunked\r\n", "0\r\n\r\n" + HIDDEN
    ),
    "chunked after 0xA0": request("Transfer-Encoding: \xa0chunked\r\n", "0\r\n\r\n" + HIDDEN),
    "chunked after 0x85": request("Transfer-Encoding: \x85chunked\r\n", "0\r\n\r\n" + HIDDEN),
    "chunked in HTTP/1.0": request(
        "Transfer-Encoding: chunked\r\n", "0\r\n\r\n" + HIDDEN, line="POST /first HTTP/1.0"
    ),
    # Line ends
    "bare LF after the request line": f"GET /first HTTP/1.1\nHost: {HOST}\r\n\r\n",
    "bare LF after a field": f"GET /first HTTP/1.1\r\nHost: {HOST}\nX: y\r\n\r\n",
    "bare LF as the empty line": f"GET /first HTTP/1.1\r\nHost: {HOST}\r\n\n" + HIDDEN,
    "bare CR in a field": request("X: a\rContent-Length: 5\r\n", HIDDEN),
    "CR CR LF": request("X: a\r\r\n", HIDDEN),
    "NUL in a value": request("X: a\0b\r\n"),
    # Fields
    "a folded field": request("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n" + HIDDEN),
    "a blank before the colon": request("Content-Length : 5\r\n", "hello"),
    "a tab before the colon": request("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n" + HIDDEN),
    "a field without colon": request("Content-Length\r\n"),
    "a field without name": request(": value\r\n"),
    "a blank first in the fields": request(host="", fields=f" Host: {HOST}\r\nHost: {HOST}\r\n"),
    "a control character in a name": request("X\x01Y: z\r\n"),
    # Chunks
    "a chunk size with sign": request("Transfer-Encoding: chunked\r\n", "+5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with 0x": request("Transfer-Encoding: chunked\r\n", "0x5\r\nhello\r\n0\r\n\r\n"),
    "a chunk size with underscore": request(
        "Transfer-Encoding: chunked\r\n", "1_0\r\nhello hello hell\r\n0\r\n\r\n"
    ),
    "an overflowing chunk size": request(
        "Transfer-Encoding: chunked\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n"
    ),
    "an empty chunk size": request("Transfer-Encoding: chunked\r\n", "\r\nhello\r\n0\r\n\r\n"),
    "a chunk line ended by LF": request("Transfer-Encoding: chunked\r\n", "5\nhello\r\n0\r\n\r\n"),
    "a chunk longer than its size": request(
        "Transfer-Encoding: chunked\r\n", "5\r\nhelloX\r\n0\r\n\r\n"
    ),
    "a chunk without its CRLF": request("Transfer-Encoding: chunked\r\n", "5\r\nhello0\r\n\r\n"),
    "a bare CR in a chunk extension": request(
        "Transfer-Encoding: chunked\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n"
    ),
    # Start lines
    "a tab in the request line": f"GET\t/first HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "two blanks in the request line": f"GET  /first HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "HTTP/1.10": f"GET /first HTTP/1.10\r\nHost: {HOST}\r\n\r\n",
    "HTTP/4294967295.255": f"GET /first HTTP/4294967295.255\r\nHost: {HOST}\r\n\r\n",
    "HTTP/2.0 in text": f"GET /first HTTP/2.0\r\nHost: {HOST}\r\n\r\n",
    "asterisk form with GET": f"GET * HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "a target without slash": f"GET first HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "NUL in the path": f"GET /first\0 HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "a raw byte in the path": f"GET /f\xefrst HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    "a method with a control character": f"GE\x01T /first HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
    # Hosts
    "no Host": "GET /first HTTP/1.1\r\n\r\n",
    "two Hosts": request(host=f"Host: {HOST}\r\nHost: {HOST}\r\n"),
    "two different Hosts": request(host=f"Host: {HOST}\r\nHost: evil.test\r\n"),
    "a Host with user": request(host=f"Host: user@{HOST}\r\n"),
    "a Host with a path": request(host=f"Host: {HOST}/x\r\n"),
    "a Host with NUL": request(host=f"Host: {HOST}\0.evil.test\r\n"),
    "a Host with a list": request(host=f"Host: {HOST}, evil.test\r\n"),
    "a Host with a bad port": request(host=f"Host: {HOST}:99999\r\n"),
}
ERRORS = {"400", "403", "413", "414", "421", "431", "501", "505"}


def reject_all(box, cases, cut):
    servers = both_origins(box)
    sent = [(name, way, port, text) for name, text in cases.items() for way, port in WAYS]
    answers = send(box, [(way, port, text, cut) for _, way, port, text in sent])
    wrong = []
    for (name, way, _, _), answer in zip(sent, answers, strict=True):
        refused = answer["text"] == "" or status_of(answer["text"]) in ERRORS
        if not refused or not answer["closed"] or answer["text"].count("HTTP/1.1 ") > 1:
            wrong.append(
                (name, way, answer["text"][:120], "closed" if answer["closed"] else "still open")
            )
    check.that(not wrong, "accepted or left open:\n" + "\n".join(map(str, wrong)))
    # A chunked body breaks after its head was judged and forwarded: the head may arrive, a whole request never.
    arrived = [request.target for server in servers for request in server.requests]
    check.equal(arrived, [], "whole requests at the origins")
    check.that(
        not any(b"/hidden" in seen for server in servers for seen in server.raw),
        "a hidden request reached the origin",
    )


@test(seconds=180, tags=["quick"])
def ambiguous_messages_are_refused(box):
    reject_all(box, MALFORMED, cut=0)


@test(seconds=240)
def ambiguous_messages_are_refused_byte_by_byte(box):
    reject_all(box, MALFORMED, cut=1)


@test
def paths_without_a_normal_form_are_refused(box):
    servers = both_origins(box)
    for path in ("/first%00", "/first%zz", "/first%2", "/first\\..\\x", "/%"):
        text = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
        for answer in send(box, [(way, port, text, 0) for way, port in WAYS]):
            check.equal(status_of(answer["text"]), "400", path)
    check.equal([request for server in servers for request in server.requests], [])


@test
def sizes_have_limits(box):
    servers = both_origins(box)
    cases = {
        "a long target": f"GET /{'x' * (1 << 20)} HTTP/1.1\r\nHost: {HOST}\r\n\r\n",
        "a long field": request(f"X: {'x' * (8 << 20)}\r\n"),
        "many fields": request("".join(f"X-{number}: y\r\n" for number in range(10000))),
        "a head without end": f"GET / HTTP/1.1\r\nHost: {HOST}\r\n" + "X: y\r\n" * 200000,
    }
    sent = [(name, way, port, text) for name, text in cases.items() for way, port in WAYS]
    for (name, way, _, _), answer in zip(
        sent, send(box, [(way, port, text, 0) for _, way, port, text in sent]), strict=True
    ):
        check.one_of(
            status_of(answer["text"]) if answer["text"] else "reset",
            {"400", "413", "414", "431", "reset"},
            f"{name} ({way})",
        )
    check.equal(
        [request for server in servers for request in server.requests],
        [],
        "requests at the origins",
    )


@test(tags=["quick"])
def pipelined_requests_are_judged_one_by_one_and_answered_in_order(box):
    box.block_path("/denied")
    servers = both_origins(box, allow=False)
    paths = [f"/{number}" for number in range(10)]
    paths[4] = "/denied"
    text = "".join(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n" for path in paths)
    for answer in send(
        box, [(way, port, text, cut) for way, port in WAYS for cut in (0, 1)], quiet=1.5
    ):
        check.equal(answer["text"].count("HTTP/1.1 "), 10, "answers")
        check.equal(answer["text"].count("HTTP/1.1 403"), 1, "refusals")
        places = [answer["text"].find(f'"target": "{path}"') for path in paths if path != "/denied"]
        check.that(-1 not in places and places == sorted(places), f"order of answers: {places}")
    check.that(
        "/denied" not in [path for server in servers for path in server.paths()],
        "the refused request arrived",
    )


@test
def what_follows_a_malformed_request_is_not_read(box):
    servers = both_origins(box)
    text = (
        f"GET /good HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
        f"GET /bad HTTP/1.1\r\nHost: {HOST}\r\nX : y\r\n\r\n" + HIDDEN
    )
    for answer in send(box, [(way, port, text, 0) for way, port in WAYS]):
        check.that(answer["closed"], "the connection stays open")
    arrived = [path for server in servers for path in server.paths()]
    check.that(set(arrived) <= {"/good"}, f"arrived: {arrived}")


@test
def heads_are_rebuilt_not_relayed(box):
    plain, _ = both_origins(box)
    text = f"GET /a/../b/%7euser/./?q=%7e HTTP/1.1\r\nhOST:   {HOST}   \r\nX-Odd:\tvalue\t\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 9\r\nProxy-Authorization: x\r\nTE: trailers\r\n\r\n"
    send(box, [("plain", 80, text, 0)])
    request = plain.requests[-1]
    check.equal(request.target.split("?")[0], "/b/~user/")
    check.equal(request.header("X-Odd"), "value")
    for name in ("X-Hop", "Keep-Alive", "Proxy-Authorization"):
        check.equal(request.headers(name), [], name)


@test
def responses_that_mean_two_things_do_not_pass(box):
    answers = {
        "/two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "/cl-te": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "/bad-coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, x\r\n\r\nhello",
        "/space-colon": b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
        "/no-status": b"HTTP/1.1 OK\r\nContent-Length: 5\r\n\r\nhello",
        "/bad-version": b"HTTP/9.9 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "/unasked-101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw bytes",
        "/bare-lf": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
        "/nul": b"HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 5\r\n\r\nhello",
        "/garbage": b"\x16\x03\x01garbage\r\n\r\n",
    }

    def answer(sock, seen):
        reader = wire.Reader(sock)
        while head := wire.read_head(reader):
            seen += head.target.encode() + b"\n"
            sock.sendall(answers[head.target])

    box.raw_origin(answer, HOST)
    for path in answers:
        ran = box.curl("-o", "/dev/null", "-w", "%{http_code}", f"https://{HOST}{path}")
        check.equal(ran.out, "502", f"status of {path}; {ran.err}")


@test
def a_response_cut_short_is_not_taken_for_whole(box):
    def cut(sock, _seen):
        wire.read_head(wire.Reader(sock))
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")

    box.raw_origin(cut, HOST)
    check.one_of(
        box.curl(f"https://{HOST}/").code, (18, 56, 92), "curl's status for a body cut short"
    )

    def cut_chunks(sock, _seen):
        wire.read_head(wire.Reader(sock))
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")

    box.raw_origin(cut_chunks, "cut.test")
    check.one_of(
        box.curl("https://cut.test/").code, (18, 56, 92), "curl's status for chunks cut short"
    )


@test
def an_early_answer_does_not_turn_a_body_into_a_request(box):
    """The origin answers before the body comes; the body looks like a request."""

    def refuse_early(sock, seen):
        reader = wire.Reader(sock)
        while head := wire.read_head(reader):
            seen += head.target.encode() + b"\n"
            sock.sendall(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
            wire.read_body(reader, head)

    origin = box.raw_origin(refuse_early, HOST)
    fields = f"Expect: 100-continue\r\nContent-Length: {len(HIDDEN)}\r\n"
    text = request(fields, HIDDEN)
    for answer in send(box, [("tls", 443, text, 0), ("tls", 443, text, 1)], quiet=1.5):
        check.equal(answer["text"].count("HTTP/1.1 417"), 1, "answers")
        check.equal(answer["text"].count("HTTP/1.1 200"), 0, "answers to the body")
    check.lacks(bytes(origin.seen).decode(), "/hidden", "requests the origin understood")
