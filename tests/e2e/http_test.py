# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 as programs use it comes through unharmed."""

import gzip
import hashlib
import json
import os
import pathlib
import threading
import time

from rig import check, origins, wire
from rig.runner import test


@test(tags=["quick"])
def a_request_arrives_as_it_was_sent(box):
    origin = box.origin()
    box.curl(
        "-X",
        "PATCH",
        "-H",
        "X-Mine: a value",
        "-H",
        "Cookie: a=b; c=d",
        "--data-binary",
        "the body",
        "https://ok.test/path/x?q=1&r=a%20b",
    ).expect()
    request = origin.requests[-1]
    check.equal(
        (request.method, request.target, request.body),
        ("PATCH", "/path/x?q=1&r=a%20b", b"the body"),
    )
    check.equal(
        (request.header("x-mine"), request.header("cookie"), request.header("host")),
        ("a value", "a=b; c=d", "ok.test"),
    )
    for name in ("Via", "X-Forwarded-For", "Proxy-Connection"):
        check.equal(request.headers(name), [], name)


@test
def a_response_arrives_as_it_was_sent(box):
    fields = [
        ("Content-Type", "text/plain"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("ETag", '"x"'),
        ("X-Odd", "ünï".encode().decode("latin-1")),
    ]
    box.origin("ok.test", lambda _: wire.Response(418, fields, b"short and stout", "I'm a teapot"))
    ran = box.curl("-i", "--http1.1", "https://ok.test/").expect()
    head = ran.out.partition("\r\n\r\n")[0]
    check.contains(head, "HTTP/1.1 418 ")
    for line in ("Set-Cookie: a=1", "Set-Cookie: b=2", 'ETag: "x"'):
        check.contains(head.lower(), line.lower())
    check.that(ran.out.endswith("short and stout"), ran.out)


@test(tags=["quick"])
def head_204_and_304_have_no_body_and_keep_the_connection(box):
    answers = {
        "/head": wire.Response(200, [("Content-Length", "12345")]),
        "/204": wire.Response(204, reason="No Content"),
        "/304": wire.Response(304, [("ETag", '"x"')], reason="Not Modified"),
        "/after": wire.Response(200, [], b"after"),
    }
    box.origin("ok.test", lambda request: answers[request.target])
    script = (
        "import http.client, ssl\nc = http.client.HTTPSConnection('ok.test', timeout=10)\n"
        "for method, path in (('HEAD', '/head'), ('GET', '/204'), ('GET', '/304'), ('GET', '/after')):\n"
        "    c.request(method, path); r = c.getresponse(); print(r.status, r.getheader('Content-Length'), len(r.read()))\n"
    )
    ran = box.run("/usr/bin/python3", "-c", script).expect()
    check.equal(ran.out.splitlines(), ["200 12345 0", "204 None 0", "304 None 0", "200 5 5"])


@test
def expect_100_continue_works(box):
    origin = box.origin()
    ran = box.curl(
        "-v",
        "--http1.1",
        "-H",
        "Expect: 100-continue",
        "--data-binary",
        "x" * 100000,
        "https://ok.test/",
    ).expect()
    check.contains(ran.err, "HTTP/1.1 100")
    check.equal(origin.requests[-1].body, b"x" * 100000)


@test
def expect_100_continue_is_refused_before_the_body(box):
    ran = box.curl_by_proxy(
        "-v", "-H", "Expect: 100-continue", "--data-binary", "x" * 100000, "https://refused.test/"
    )
    check.lacks(ran.err, "HTTP/1.1 100")


@test(tags=["quick"])
def chunked_bodies_pass_both_ways(box):
    origin = box.origin(
        "ok.test",
        lambda request: wire.Response(body=request.body, chunks=[1, 2, 3, 1000, 5, 70000]),
    )
    data = os.urandom(300000)
    (box.project / "data").write_bytes(data)
    ran = box.curl(
        "-H", "Transfer-Encoding: chunked", "--data-binary", "@data", "https://ok.test/"
    ).expect()
    check.that(ran.raw == data, "the echo differs")
    check.that(origin.requests[-1].body == data, "what arrived differs")


@test
def trailers_pass_but_not_those_that_frame(box):
    box.origin(
        "ok.test",
        lambda _: wire.Response(
            body=b"hello",
            chunks=[5],
            trailers=[("X-Checksum", "abc"), ("Content-Length", "3"), ("Host", "evil.test")],
        ),
    )
    ran = box.curl("-i", "--raw", "--http1.1", "https://ok.test/").expect()
    check.contains(ran.out, "X-Checksum: abc")
    tail = ran.out.partition("hello")[2]
    check.lacks(tail, "Content-Length")
    check.lacks(tail, "evil.test")


@test
def compressed_bodies_pass_untouched(box):
    data = gzip.compress(os.urandom(50000))
    box.origin("ok.test", lambda _: wire.Response(fields=[("Content-Encoding", "gzip")], body=data))
    check.that(box.curl("https://ok.test/").expect().raw == data, "the body differs")


@test
def a_body_that_ends_with_the_connection_comes_through(box):
    def until_close(sock, _seen):
        wire.read_head(wire.Reader(sock))
        sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 200000)

    box.raw_origin(until_close)
    check.equal(len(box.curl("https://ok.test/").expect().raw), 200000)


@test
def connections_are_reused_on_both_sides(box):
    origin = box.origin()
    urls = [f"https://ok.test/{number}" for number in range(20)]
    ran = box.curl(
        "-w", "%{num_connects} ", *[word for url in urls for word in ("-o", "/dev/null", url)]
    ).expect()
    check.equal(len(origin.requests), 20)
    check.below(origin.connections, 4, "connections to the origin")
    check.equal(sum(map(int, ran.out.split())), 1, "connections of curl")


@test
def an_origin_that_closed_an_idle_connection_is_dialled_again(box):
    origin = box.origin("ok.test", lambda _: wire.Response(body=b"once", close=False))

    def close_soon(sock, _seen):
        reader = wire.Reader(sock)
        if wire.read_head(reader):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nonce")

    box.raw_origin(close_soon, "closing.test")
    ran = box.shell(
        "for i in 1 2 3 4 5; do curl -sS https://closing.test/$i || exit 1; sleep 0.05; done"
    ).expect()
    check.equal(ran.out, "once" * 5)
    check.equal(origin.connections, 0)


@test
def an_upgrade_is_refused_clearly(box):
    origin = box.origin(
        "ok.test",
        lambda _: wire.Response(
            101, [("Upgrade", "websocket"), ("Connection", "Upgrade")], reason="Switching Protocols"
        ),
    )
    ran = box.curl(
        "-i",
        "--http1.1",
        "-H",
        "Connection: Upgrade",
        "-H",
        "Upgrade: something",
        "https://ok.test/socket",
    )
    check.that(" 101 " not in ran.out.split("\r\n")[0], ran.story())
    check.contains(ran.out.lower(), "upgrade")
    check.that(
        all(
            "upgrade" not in (request.header("connection") or "").lower()
            for request in origin.requests
        ),
        "the upgrade was forwarded",
    )


@test
def connect_and_trace_inside_are_refused(box):
    origin = box.origin()
    for method in ("TRACE", "TRACK", "CONNECT"):
        for version in ("--http1.1", "--http2"):
            ran = box.curl(
                "-o", "/dev/null", "-w", "%{http_code}", version, "-X", method, "https://ok.test/"
            )
            broken_off = ("000",) if version == "--http2" else ()
            check.one_of(ran.out, ("400", "403", "405", "501", *broken_off), method)
    check.equal(origin.requests, [])


@test(tags=["quick"])
def a_refusal_explains_itself(box):
    box.configure('[proxy.filter]\ndefault_action = "block"\n')
    ran = box.curl_by_proxy(
        "-i", "--http1.1", "https://refused.test/path", "-H", "Accept: */*"
    ).expect()
    head, _, body = ran.out.partition("\r\n\r\n")
    check.contains(head, "HTTP/1.1 403")
    check.contains(head.lower(), "x-blocked-by: lazaret")
    refusal = json.loads(body)
    check.equal((refusal["error"], refusal["stage"]), ("blocked_by_lazaret", "filter"))
    check.equal(refusal["request"], {"method": "GET", "host": "refused.test", "path": "/path"})
    check.contains(refusal["allow_with"], "refused.test")
    check.that(refusal["reason"] and refusal["id"], body)
    check.lacks(body, str(box.root), "paths of the host")
    record = box.record("record", lambda record: record["url"] == "https://refused.test/path")
    check.equal(
        (record["status"], record["filter_action"], record["id"]), (403, "block", refusal["id"])
    )


@test
def a_refusal_names_the_rule_that_made_it(box):
    box.origin(allow=False)
    box.block_path("/private/**", reason="nobody goes there")
    refusal = box.curl("https://ok.test/private/x").expect().json()
    check.equal((refusal["rule"]["file"], refusal["rule"]["line"]), ("config.toml", 1))
    check.contains(refusal["reason"], "nobody goes there")


@test
def a_refusal_is_a_sentence_for_those_who_read_text(box):
    ran = box.curl_by_proxy("-H", "Accept: text/plain", "https://refused.test/").expect()
    check.that(not ran.out.lstrip().startswith("{"), ran.out)
    check.contains(ran.out, "refused.test")


@test
def a_refusal_keeps_the_connection(box):
    box.origin("ok.test", origins.text("hello"), allow=False)
    box.block_path("/no")
    ran = box.curl(
        "-o",
        "/dev/null",
        "-w",
        "%{http_code} %{num_connects} ",
        "https://ok.test/no",
        "-o",
        "/dev/null",
        "https://ok.test/yes",
    ).expect()
    check.equal(ran.out, "403 1 200 0 ")


@test
def an_origins_own_403_passes_untouched(box):
    box.origin("ok.test", origins.text("mine", 403))
    ran = box.curl("-i", "https://ok.test/").expect()
    check.that(ran.out.endswith("mine"), ran.out)
    check.lacks(ran.out.lower(), "x-blocked-by")


@test
def alternative_services_are_not_announced(box):
    box.origin("ok.test", origins.text("x", fields=[("Alt-Svc", 'h3=":443"; ma=86400')]))
    check.lacks(box.curl("-i", "https://ok.test/").expect().out.lower(), "alt-svc")


@test(seconds=120, tags=["load"])
def large_bodies_stream_without_being_held(box):
    size = 200 << 20
    block = os.urandom(1 << 20)

    def pour(sock, seen):
        reader = wire.Reader(sock)
        head = wire.read_head(reader)
        if head.method == "PUT":
            left, digest = int(head.header("content-length")), hashlib.sha256()
            while left:
                data = reader.exactly(min(left, 1 << 20))
                reader.seen.clear()
                left -= len(data)
                digest.update(data)
            text = digest.hexdigest().encode()
            sock.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                % (len(text), text)
            )
            return
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % size)
        for _ in range(size >> 20):
            sock.sendall(block)

    box.raw_origin(pour)
    peak = []
    process = box.start_lazaret(
        *box.command_line(
            [
                "bash",
                "-c",
                "curl -sS https://ok.test/down | sha256sum; head -c 200M /dev/zero > big;"
                " curl -sS -T big https://ok.test/up; echo; sha256sum < big",
            ]
        )
    )
    watcher = threading.Thread(target=_watch_memory, args=(process, peak))
    watcher.start()
    out, err = process.communicate(timeout=110 * box.rig.patience)
    watcher.join()
    down, up, big = [line.split()[0] for line in out.decode().splitlines()]
    check.equal(down, hashlib.sha256(block * (size >> 20)).hexdigest(), "hash of what came down")
    check.equal(up, big, "hash of what went up")
    if box.rig.patience == 1:
        check.below(max(peak), 100 << 10, "KiB of memory of lazaret")


def _watch_memory(process, peak):
    while process.poll() is None:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        peak += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
        time.sleep(0.05)


@test
def a_slow_reader_slows_the_origin(box):
    sent = []

    def endless(sock, _seen):
        wire.read_head(wire.Reader(sock))
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            sent.append(sock.send(b"x" * 65536))

    box.raw_origin(endless)
    box.shell("curl -s --limit-rate 1000 --max-time 3 https://ok.test/ | wc -c").expect()
    check.below(sum(sent), 32 << 20, "bytes the origin could send to a program that reads 3 kB")
