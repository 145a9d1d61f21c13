# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 as programs use it comes through unharmed, whichever version either side speaks."""

import hashlib
import json
import pathlib
import shutil
import statistics
import threading
import time

from credentials_test import canary, credential
from rig import check, daemons, http2, origins, raw_http2, wire
from rig.runner import Skip, test

CANCEL, ENHANCE_YOUR_CALM, INTERNAL_ERROR = 8, 11, 2
PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, REFUSED_STREAM = 1, 3, 5, 7


def needs(*programs):
    for program in programs:
        if not shutil.which(program, path="/usr/local/bin:/usr/bin:/bin"):
            raise Skip(f"{program} is not installed")


def origin(box, *arguments, **options):
    needs("node")
    return http2.origin(box, *arguments, **options)


def ask(box, *wishes, at="https://ok.test", **options):
    """What became of requests on one HTTP/2 connection."""
    return box.node("http2_client.js", at, json.dumps(wishes), **options).expect().json()


def headers_of(request, *names):
    return [request["headers"].get(name) for name in names]


# --- four combinations ---------------------------------------------------------------------------


def for_all_versions(function):
    """The same test for each version of HTTP on either side."""
    for client in ("1.1", "2"):
        for server in ("1.1", "2"):

            def between(box, client=client, server=server):
                function(box, client, server)

            between.__module__ = function.__module__
            name = f"{function.__name__.replace('_', ' ')} from HTTP {client} to {server}"
            test(between, name=name, tags=["quick"] if client != server else [])
    return function


def curl_speaking(box, version, *arguments, **options):
    return box.curl("--http2" if version == "2" else "--http1.1", *arguments, **options)


def origin_speaking(box, version, **options):
    return origin(box, speaks="h2" if version == "2" else "h1", **options)


@for_all_versions
def a_request_and_its_answer_pass_whole(box, client, server):
    server_side = origin_speaking(box, server)
    data = bytes(range(256)) * 2000
    (box.project / "data").write_bytes(data)
    ran = curl_speaking(
        box,
        client,
        "-X",
        "PATCH",
        "-H",
        "X-Mine: a value",
        "-H",
        "Cookie: a=b; c=d",
        "-H",
        "Expect:",
        "--data-binary",
        "@data",
        "-w",
        "%{stderr}%{http_version} %{http_code}",
        "https://ok.test/echo/path?q=1&r=a%20b",
    ).expect()
    check.equal(ran.err, f"{client} 200")
    seen = ran.json()
    check.equal(seen["http"], {"1.1": "1.1", "2": "2.0"}[server])
    check.equal(
        (seen["method"], seen["path"], seen["authority"]),
        ("PATCH", "/echo/path?q=1&r=a%20b", "ok.test"),
    )
    check.equal((seen["size"], seen["sha256"]), (len(data), hashlib.sha256(data).hexdigest()))
    check.equal(
        headers_of(seen, "x-mine", "cookie", "content-length"),
        ["a value", "a=b; c=d", str(len(data))],
    )
    for name in ("via", "x-forwarded-for", "connection", "transfer-encoding"):
        check.that(name not in seen["headers"] or server == "1.1", f"{name} was added: {seen}")
    record = box.record("record", lambda record: record["kind"] == "exchange")
    check.equal(
        (record["http"], record["status"], record["bytes_up"]),
        (client, 200, len(data)),
        f"{record}",
    )
    check.that(server_side.requests(), "the origin saw no request")


@for_all_versions
def bodies_without_a_length_pass(box, client, server):
    origin_speaking(box, server)
    ran = box.shell(
        "head -c 300000 /dev/zero | curl -sS --max-time 50 $1 -T - -X POST https://ok.test/echo",
        "--http2" if client == "2" else "--http1.1",
    ).expect()
    seen = ran.json()
    check.equal(
        (seen["size"], seen["sha256"]), (300000, hashlib.sha256(bytes(300000)).hexdigest())
    )
    check.that("content-length" not in seen["headers"], seen)


@for_all_versions
def answers_without_a_body_keep_the_connection(box, client, server):
    origin_speaking(box, server)
    head, none, unchanged, after = (
        "https://ok.test/head",
        "https://ok.test/nothing?status=204",
        "https://ok.test/nothing?status=304",
        "https://ok.test/echo",
    )
    ran = curl_speaking(
        box,
        client,
        *one_more(client, none),
        "--next",
        *one_more(client, unchanged),
        "--next",
        *one_more(client, after),
    ).expect()
    lines = [line.split() for line in ran.err.splitlines()]
    check.equal([line[0] for line in lines], ["204", "304", "200"])
    check.equal([line[1] for line in lines[:2]], ["0", "0"])
    check.equal([line[2] for line in lines], ["1", "0", "0"])
    ran = curl_speaking(box, client, "-I", head).expect()
    check.contains(ran.out.lower(), "content-length: 12345")


def one_more(client, url):
    """The words for a further request of one curl, whose options are its own."""
    version = "--http2" if client == "2" else "--http1.1"
    show = "%{stderr}%{http_code} %{size_download} %{num_connects}\n"
    return ["-sS", version, "-w", show, url]


@for_all_versions
def trailers_of_an_answer_pass(box, client, server):
    if client == "2":
        origin_speaking(box, server)
        [seen] = ask(box, {"path": "/trailers"})
        check.equal(seen["trailers"].get("x-checksum"), "abc", seen)
        return
    origin_speaking(box, server)
    ran = box.curl("-i", "--raw", "--http1.1", "-H", "TE: trailers", "https://ok.test/trailers")
    check.contains(ran.expect().out.lower(), "x-checksum: abc")


@for_all_versions
def early_hints_pass(box, client, server):
    origin_speaking(box, server)
    ran = curl_speaking(box, client, "-v", "https://ok.test/early-hints").expect()
    check.contains(ran.err, f"HTTP/{client} 103")
    check.contains(ran.err.lower(), "< link: </style.css>")
    check.equal(ran.json(), {"early": True})


@for_all_versions
def each_event_of_a_stream_arrives_at_once(box, client, server):
    origin_speaking(box, server)
    script = (
        'curl -sSN --max-time 50 "$1" "https://ok.test/events?count=30" |'
        ' while read -r word sent; do [ -z "$sent" ] || echo "$sent ${EPOCHREALTIME/./}"; done'
    )
    ran = box.shell(script, "--http2" if client == "2" else "--http1.1").expect()
    delays = [
        int(arrived) / 1000 - int(sent)
        for sent, arrived in (line.split() for line in ran.out.splitlines())
    ]
    check.equal(len(delays), 30)
    # What is held back until the next event comes would be 50 ms late or more, every time.
    check.below(statistics.median(delays), 40 * box.rig.patience, "ms to most events")
    check.below(sorted(delays)[-4], 100 * box.rig.patience, f"ms to nearly all events of {delays}")
    check.below(max(delays), 1400, f"ms to any event of {delays}")


@test
def an_http1_program_gets_an_http1_server_where_both_are_spoken(box):
    origin(box, speaks="both")
    for version in ("1.1", "2"):
        ran = curl_speaking(box, version, "https://ok.test/echo").expect()
        check.equal(ran.json()["http"], {"1.1": "1.1", "2": "2.0"}[version])


@test(tags=["quick"])
def http2_in_clear_passes_for_who_knows_beforehand(box):
    server = origin(box, "h2c.test", port=80, tls=False)
    ran = box.curl("--http2-prior-knowledge", "-d", "the body", "http://h2c.test/echo").expect()
    seen = ran.json()
    check.equal((seen["http"], seen["authority"], seen["size"]), ("2.0", "h2c.test", 8))
    check.equal(box.exchanges()[0]["http"], "2")
    check.equal(len(server.told("session")), 1)


@test
def a_connection_in_clear_goes_on_in_http2_when_the_program_asks(box):
    """The server need not know HTTP/2 for that."""
    box.origin("ok.test", origins.text("hello"), port=80, tls=False)
    urls = ["http://ok.test/1", "http://ok.test/2"]
    ran = box.curl("--http2", "-w", "%{http_version} ", *urls).expect()
    check.equal(ran.out, "hello2 hello2 ")
    check.equal([each["http"] for each in box.exchanges()], ["2", "2"])


@test
def a_request_with_a_body_stays_in_http1_in_clear(box):
    box.origin("ok.test", origins.text("hello"), port=80, tls=False)
    ran = box.curl("--http2", "-d", "x", "-w", "%{http_version}", "http://ok.test/").expect()
    check.equal(ran.out, "hello1.1")


@test
def a_refused_request_that_asks_for_http2_is_answered_in_http2(box):
    box.origin("ok.test", origins.text("hello"), port=80, tls=False, allow=False)
    box.block_path("/no")
    ran = box.curl("--http2", "-w", "%{http_code} %{http_version}", "-o", "/dev/null", "http://ok.test/no")
    check.equal(ran.expect().out, "403 2")


# --- many at once, and much ----------------------------------------------------------------------


@test(seconds=90, tags=["quick"])
def a_hundred_requests_at_once_share_one_connection(box):
    server = origin(box)
    script = (
        'for i in $(seq 100); do printf "url = https://ok.test/down?bytes=%d\\noutput = out/%d\\n" $((i * 997)) $i; done'
        " > list; mkdir out; curl -sS --http2 --parallel --parallel-max 100 --max-time 80 -K list;"
        " cd out; sha256sum *"
    )
    ran = box.shell(script, timeout=85).expect()
    found = {int(name): digest for digest, name in (line.split() for line in ran.out.splitlines())}
    for number in range(1, 101):
        check.equal(found.get(number), http2.poured(number * 997), f"answer {number}")
    check.equal(len(server.told("session")), 1, "connections to the origin")
    check.equal(len(box.exchanges()), 100, "records")


@test(seconds=90)
def a_hundred_uploads_at_once_arrive_whole(box):
    server = origin(box)
    wishes = [
        {"path": f"/echo/{number}", "method": "POST", "size": number * 1013, "all": True}
        for number in range(1, 101)
    ]
    for number, seen in enumerate(ask(box, *wishes, timeout=85), 1):
        check.equal(seen["status"], 200, seen)
        told = json.loads(seen["beginning"])
        wanted = hashlib.sha256(b"x" * number * 1013).hexdigest()
        check.equal((told["path"], told["sha256"]), (f"/echo/{number}", wanted))
    check.equal(len(server.told("session")), 1, "connections to the origin")


@test(seconds=90)
def h2load_gets_every_answer_of_nghttpd(box):
    needs("h2load", "nghttp")
    served = box.root / "served"
    served.mkdir()
    (served / "file").write_bytes(http2.PATTERN)
    daemons.nghttpd(box, served)
    ran = box.run("h2load", "-n1000", "-c4", "-m50", "https://ok.test/file", timeout=80).expect()
    check.contains(ran.out, "1000 succeeded, 0 failed, 0 errored, 0 timeout")
    check.contains(ran.out, "Application protocol: h2")
    ran = box.run("nghttp", "-n", "-s", "-m100", "https://ok.test/file").expect()
    check.equal(ran.out.count(" 200 "), 100, ran.out)


def memory_while(box, command):
    """Runs a command in the sandbox: (what it said, the most memory lazaret held, in KiB)."""
    process = box.start_lazaret(*box.command_line(command))
    peak = []

    def watch():
        while process.poll() is None:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
            peak.extend(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    out, err = process.communicate(timeout=170 * box.rig.patience)
    watcher.join()
    check.equal(process.returncode, 0, err.decode(errors="replace"))
    return out.decode(), max(peak)


@test(seconds=180, tags=["load"])
def large_bodies_stream_without_being_held(box):
    size = 200 << 20
    server = origin(box)
    script = (
        f"curl -sS --http2 'https://ok.test/down?bytes={size}' | sha256sum;"
        f" head -c {size} /dev/zero > big; curl -sS --http2 -T big https://ok.test/echo/up -o said; sha256sum < big"
    )
    said, peak = memory_while(box, ["bash", "-c", script])
    down, up = (line.split()[0] for line in said.splitlines())
    check.equal(down, http2.poured(size), "hash of what came down")
    seen = server.requests()[-1]
    check.equal((seen["size"], seen["sha256"]), (size, up), "what went up")
    if box.rig.patience == 1:
        check.below(peak, 100 << 10, "KiB of memory of lazaret")


@test
def a_slow_reader_slows_the_origin(box):
    server = origin(box)
    box.shell(
        "curl -s --http2 --limit-rate 1000 --max-time 3 'https://ok.test/down?bytes=1000000000' | wc -c"
    ).expect()
    server.wait_for("closed")
    taken = max(each["bytes"] for each in server.told("poured"))
    check.below(taken, 32 << 20, "bytes the origin could send to a program that reads 3 kB")


@test
def a_slow_stream_does_not_hold_up_its_neighbours(box):
    origin(box)
    start = time.monotonic()
    slow, quick = ask(
        box,
        {"path": "/down?bytes=5000000", "pause": 4000, "all": True},
        {"path": "/down?bytes=300000", "all": True},
    )
    check.equal((slow["size"], slow["sha256"]), (5000000, http2.poured(5000000)))
    check.equal((quick["size"], quick["sha256"]), (300000, http2.poured(300000)))
    ends = {
        record["url"].rpartition("=")[2]: record["duration_ns"] for record in box.exchanges()
    }
    check.below(ends["300000"], 3e9 * box.rig.patience, "ns for the quick one")
    check.that(time.monotonic() - start >= 4, "the slow one was not slow")


@test
def a_slow_server_slows_the_program(box):
    server = origin(box)
    [seen] = ask(box, {"path": "/lazy?wait=1500", "method": "POST", "size": 5000000})
    check.equal(seen["status"], 200, seen)
    check.equal(server.requests()[0]["size"], 5000000)


# --- what HTTP/2 forbids ---------------------------------------------------------------------------


@test(tags=["quick"])
def heads_that_http2_forbids_are_broken_off_and_logged(box):
    server = origin(box)
    usual = [(":method", "GET"), (":scheme", "https"), (":authority", "ok.test"), (":path", "/")]
    forbidden = [
        [*usual, ("x", "a\r\nb: c")],
        [*usual, ("x\r\ny", "a")],
        [*usual, ("transfer-encoding", "chunked")],
        [*usual, ("content-length", "5"), ("content-length", "5")],
        [*usual, (":authority", "other.test")],
        [*usual[:3], (":path", "/a HTTP/1.1\r\nx: y")],
        [(":method", "GET /x"), *usual[1:]],
        [*usual[:1], (":scheme", "https://other.test/?"), *usual[2:]],
        [*usual, ("upgrade", "h2c")],
        [*usual, (":protocol", "websocket")],
    ]
    cases = [
        {
            "host": "ok.test",
            "port": 443,
            "bytes": raw_http2.opening() + raw_http2.headers(fields),
            "streams": 1,
        }
        for fields in [*forbidden, usual]
    ]
    *refused, after = raw_http2.send(box, cases)
    for fields, came in zip(forbidden, refused, strict=True):
        check.equal(raw_http2.resets_of(came["text"]), {1: PROTOCOL_ERROR}, fields)
        check.equal(raw_http2.statuses_of(came["text"]), [], fields)
    check.equal(raw_http2.statuses_of(after["text"]), ["200"], "what is not forbidden")
    check.equal(len(server.requests()), 1, "requests that arrived")
    parsed = [record for record in box.exchanges() if record["stage"] == "parse"]
    check.equal([record["status"] for record in parsed], [400] * len(forbidden), parsed)


@test
def a_flood_of_forbidden_heads_ends_its_connection(box):
    origin(box)
    head = [(":method", "GET"), (":scheme", "https"), (":authority", "ok.test"), (":path", "/ ")]
    flood = "".join(raw_http2.headers(head, stream) for stream in range(1, 10000, 2))
    case = {"host": "ok.test", "port": 443, "bytes": raw_http2.opening() + flood, "streams": 5000}
    [came] = raw_http2.send(box, [case])
    check.that(came["closed"] or raw_http2.has_goaway(came["text"]), "it went on")
    check.below(len(box.exchanges()), 1300, "records")


# --- ends and errors -----------------------------------------------------------------------------


@test
def trailers_of_a_request_pass(box):
    for speaks in ("h2", "h1"):
        server = origin(box, f"{speaks}.test", speaks=speaks)
        ask(
            box,
            {"path": "/echo", "method": "POST", "body": "hello", "trailers": {"x-sum": "5"}},
            at=f"https://{speaks}.test",
        )
        check.equal(server.requests()[0]["trailers"], {"x-sum": "5"}, speaks)


@test(tags=["quick"])
def a_reset_by_the_server_is_told_and_logged(box):
    origin(box)
    before, midway, after = ask(
        box,
        {"path": f"/reset?code={ENHANCE_YOUR_CALM}"},
        {"path": f"/reset-midway?code={INTERNAL_ERROR}"},
        {"path": "/echo"},
    )
    check.equal((before["status"], before["headers"]["x-blocked-by"]), (502, "lazaret"))
    check.equal((midway["status"], midway["code"]), (200, INTERNAL_ERROR), midway)
    check.equal(after["status"], 200, "after a reset")
    record = box.record("record", lambda record: "/reset?" in record["url"])
    check.equal((record["status"], record["stage"]), (502, "upstream"))
    record = box.record("record", lambda record: "/reset-midway" in record["url"])
    check.contains(record["error"], "broke off")


@test(tags=["quick"])
def the_code_of_a_reset_reaches_the_program(box):
    """But not that of what was wrong between the server and lazaret."""
    origin(box)
    told = {
        code: code
        for code in (CANCEL, ENHANCE_YOUR_CALM, INTERNAL_ERROR, STREAM_CLOSED, REFUSED_STREAM)
    } | {PROTOCOL_ERROR: INTERNAL_ERROR, FLOW_CONTROL_ERROR: INTERNAL_ERROR}
    seen = ask(box, *[{"path": f"/reset-midway?code={code}"} for code in told])
    check.equal([each["code"] for each in seen], list(told.values()))


@test(tags=["quick"])
def what_changes_something_is_not_repeated_on_a_new_connection(box):
    server = origin(box)
    for method in ("PUT", "DELETE"):
        before = len(server.told("session"))
        [seen] = ask(box, {"path": f"/reset?code={ENHANCE_YOUR_CALM}", "method": method})
        check.equal(seen["status"], 502, method)
        check.equal(len(server.told("session")) - before, 1, f"connections for one {method}")


@test(seconds=120)
def a_server_that_gives_no_sign_of_life_is_left(box):
    server = origin(box)

    def freeze():
        server.wait_for("waiting", seconds=30, path="/silent")
        server.freeze()

    freezer = threading.Thread(target=freeze)
    freezer.start()
    start = time.monotonic()
    _, seen = ask(box, {"path": "/echo"}, {"path": "/silent", "method": "POST"}, timeout=100)
    freezer.join()
    check.equal(seen["status"], 502, seen)
    check.that(29 < time.monotonic() - start < 29 + 20 * box.rig.patience, "it took another time")
    record = box.record("record", lambda record: "/silent" in record["url"])
    check.equal(record["stage"], "upstream")
    check.equal(record["error"], "the connection to the server was lost")


@test
def an_http1_program_sees_a_reset_as_a_cut(box):
    origin(box)
    ran = box.curl("--http1.1", f"https://ok.test/reset-midway?code={INTERNAL_ERROR}")
    check.that(ran.code != 0, "a cut answer looked whole")


@test(tags=["quick"])
def what_the_program_cancels_is_cancelled_at_the_server(box):
    server = origin(box)
    seen = ask(box, {"path": "/silent", "cancel": 300}, {"path": "/echo"})
    check.equal(seen[1]["status"], 200, "after a cancelled request")
    waiting = server.wait_for("waiting", path="/silent")
    closed = server.wait_for("closed", path="/silent")
    check.equal(closed["code"], CANCEL)
    check.below(closed["at"] - waiting["at"], 2300 * box.rig.patience, "ms until the origin knew")
    check.equal(len(server.told("session")), 1, "connections to the origin")


@test
def what_the_program_cancels_midway_is_cancelled_at_the_server(box):
    server = origin(box)
    ask(box, {"path": "/down?bytes=1000000000", "cancel": 500})
    closed = server.wait_for("closed", path="/down?bytes=1000000000")
    check.equal(closed["code"], CANCEL)


@test
def a_program_that_goes_leaves_nothing_running_at_the_server(box):
    server = origin(box)
    box.curl("--http2", "--max-time", "1", "https://ok.test/silent")
    server.wait_for("closed", seconds=5, path="/silent")


@test
def a_server_that_says_goodbye_is_dialled_again(box):
    server = origin(box)
    seen = ask(box, *[{"path": "/goodbye"}] * 5)
    check.equal([each["status"] for each in seen], [200] * 5)
    check.that(2 <= len(server.told("session")) <= 5, server.told("session"))


@test
def an_answer_may_come_before_the_request_has_ended(box):
    origin(box)
    [seen] = ask(
        box, {"path": "/hasty", "method": "POST", "size": 100000, "unfinished": True, "cancel": 3000}
    )
    check.equal((seen["status"], seen["beginning"]), (200, '{"hasty":true}'))
    [seen] = ask(box, {"path": "/hasty", "method": "POST", "size": 10_000_000})
    check.equal((seen["status"], seen["beginning"]), (200, '{"hasty":true}'))


@test
def what_has_come_down_whole_is_not_logged_as_cut_off(box):
    """An HTTP/1.1 program goes by the length: it may leave before the server has ended its stream."""
    origin(box)
    data = b"x" * 300000
    (box.project / "data").write_bytes(data)
    url = "https://ok.test/lingering"
    ran = box.curl("--http1.1", "-H", "Expect:", "--data-binary", "@data", url).expect()
    check.equal(ran.out, "all of this")
    box.shell(f"curl -sS --http1.1 {url}?again > said; cat said; sleep 1").expect()
    for record in box.exchanges():
        check.equal((record["error"], record["bytes_down"]), ("", 11), record["url"])
    check.equal(box.exchanges()[0]["bytes_up"], len(data))


# --- what a gateway decides ----------------------------------------------------------------------


@test(tags=["quick"])
def a_refusal_is_read_and_the_connection_lives_on(box):
    server = origin(box, allow=False)
    box.block_path("/no", reason="nobody goes there")
    ran = box.curl(
        "--http2",
        "-w",
        "%{stderr}%{http_version} %{http_code} %{num_connects} %header{x-blocked-by}\n",
        "https://ok.test/no",
        "https://ok.test/echo",
        "-o",
        "refused",
        "-o",
        "passed",
    ).expect()
    check.equal(ran.err, "2 403 1 lazaret\n2 200 0 \n")
    refusal = json.loads((box.project / "refused").read_text())
    check.equal((refusal["error"], refusal["stage"]), ("blocked_by_lazaret", "filter"))
    check.contains(refusal["reason"], "nobody goes there")
    check.equal([each["path"] for each in server.requests()], ["/echo"])
    record = box.record("record", lambda record: record["url"].endswith("/no"))
    check.equal(
        (record["http"], record["status"], record["filter_action"], record["id"]),
        ("2", 403, "block", refusal["id"]),
    )


@test
def a_refused_upload_ends_without_waiting_for_its_body(box):
    origin(box, allow=False)
    box.block_path("/no")
    refused, after = ask(
        box,
        {"path": "/no", "method": "POST", "size": 100000, "unfinished": True},
        {"path": "/echo"},
    )
    check.equal((refused["status"], after["status"]), (403, 200))


@test(tags=["quick"])
def a_key_is_added_outside_and_does_not_come_back(box):
    key = canary()
    for speaks in ("h2", "h1"):
        server = origin(box, f"{speaks}.test", speaks=speaks)
        box.configure(credential(f"{speaks}.test"))
        [seen] = ask(box, {"path": "/mirror"}, at=f"https://{speaks}.test", env={"API_KEY": key})
        check.equal(server.requests()[0]["headers"].get("authorization"), f"Bearer {key}")
        check.equal(seen["headers"]["x-echo"], "Bearer [REDACTED:demo]")
        check.equal(seen["beginning"], "before Bearer [REDACTED:demo] after")
        check.that("content-length" not in seen["headers"], "a length that is no longer true")
    for path, data in box.everything_stored():
        check.that(key.encode() not in data, f"the key is in {path}")


@test
def an_http1_program_gets_no_key_back_from_an_http2_server(box):
    server, key = origin(box, "api.test"), canary()
    box.configure(credential("api.test"))
    ran = box.curl("--http1.1", "-i", "https://api.test/mirror", env={"API_KEY": key}).expect()
    check.equal(server.requests()[0]["headers"].get("authorization"), f"Bearer {key}")
    check.lacks(ran.out, key)
    check.contains(ran.out, "before Bearer [REDACTED:demo] after")


@test(tags=["quick"])
def another_authority_on_a_connection_is_misdirected(box):
    server = origin(box)
    origin(box, "other.test")
    one, two = ask(
        box, {"path": "/echo", "headers": {":authority": "other.test"}}, {"path": "/echo"}
    )
    check.equal((one["status"], two["status"]), (421, 200))
    check.equal(len(server.requests()), 1)


@test
def crumbs_of_a_cookie_are_one_field_for_an_http1_server(box):
    server = origin(box, speaks="h1")
    ask(box, {"path": "/echo", "headers": {"cookie": ["a=1", "b=2", "c=3"]}})
    check.equal(server.requests()[0]["headers"]["cookie"], "a=1; b=2; c=3")


@test
def too_many_headers_are_refused_and_others_pass(box):
    server = origin(box)
    big = {f"x-{number}": "v" * 4000 for number in range(18)}
    refused, after = ask(box, {"path": "/echo", "headers": big}, {"path": "/echo"})
    check.that(refused.get("status") == 431 or refused["code"] != 0, refused)
    check.equal(len(server.requests()), 1, "requests that arrived")
    check.equal(after["status"], 200, after)


@test
def nothing_of_an_http1_connection_reaches_http2(box):
    server = origin(box)
    box.curl(
        "--http1.1",
        "https://ok.test/echo",
        "-H",
        "Connection: close, x-hop",
        "-H",
        "X-Hop: 1",
        "-H",
        "Keep-Alive: 5",
        "-H",
        "TE: gzip",
    ).expect()
    seen = server.requests()[0]["headers"]
    for name in ("connection", "keep-alive", "x-hop", "te", "transfer-encoding", "host"):
        check.that(name not in seen, f"{name} arrived: {seen}")


@test
def connection_fields_of_an_http1_answer_do_not_reach_http2(box):
    fields = [("Connection", "x-hop"), ("X-Hop", "1"), ("Keep-Alive", "5"), ("X-Kept", "1")]
    box.origin("ok.test", lambda _: wire.Response(fields=fields, body=b"hello", chunks=[2]))
    [seen] = ask(box, {"path": "/"})
    check.equal((seen["status"], seen["size"]), (200, 5))
    check.equal(seen["headers"].get("x-kept"), "1")
    for name in ("connection", "x-hop", "keep-alive", "transfer-encoding"):
        check.that(name not in seen["headers"], seen)
