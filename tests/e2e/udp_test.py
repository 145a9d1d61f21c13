# SPDX-License-Identifier: Apache-2.0
"""UDP passes where a rule says so, names host and port, and is refused at once elsewhere."""

import threading
import time

from rig import check, datagrams
from rig.runner import test

ALLOW = 'action = "allow"\nprotocol = "udp"\n'


def rule(text):
    return f"[[proxy.filter.rules]]\n{text}\n"


def allowed(host, port):
    return rule(f'{ALLOW}host = "{host}"\nports = [{port}]')


def server(box, host="time.test", port=123, handler=datagrams.echo, at="127.0.0.1"):
    """A server that a rule allows datagrams to."""
    made = box.reach(datagrams.UdpOrigin(handler, at), host, port, allow=False, at=at)
    box.configure(allowed(host, port))
    return made


def client(box, *arguments, **options):
    return box.python("udp_client.py", *arguments, **options).expect().json()


def flows(box, host="time.test", port=123):
    return [
        record
        for record in box.records()
        if record["kind"] == "connection" and record["url"] == f"udp://{host}:{port}"
    ]


def refusals(box, host, port):
    return [
        record
        for record in box.records()
        if record["kind"] == "refusal" and record["url"] == f"udp://{host}:{port}"
    ]


def refused_at_once(said):
    check.equal(said["outcomes"], ["ECONNREFUSED"] * len(said["outcomes"]), said)
    check.that(said["seconds"] < 2, said)


# --- what passes ---------------------------------------------------------------------------------


@test(tags=["quick"])
def datagrams_pass_over_ipv4_and_the_answer_comes_from_who_was_asked(box):
    origin = server(box)
    said = client(box, "echo", "time.test", 123, 4, "one", "two", "three")
    check.equal(said["answers"], ["one", "two", "three"])
    check.equal((said["peer"], said["port"]), (said["asked"], 123))
    check.equal([datagram for datagram, _ in origin.seen], [b"one", b"two", b"three"])
    check.equal(len({address for _, address in origin.seen}), 1, "sockets to the server")


@test(tags=["quick"])
def datagrams_pass_over_ipv6_to_a_server_with_ipv6(box):
    server(box, at="::1")
    said = client(box, "echo", "time.test", 123, 6, "one", "two")
    check.equal(said["answers"], ["one", "two"])
    check.equal((said["peer"], said["port"]), (said["asked"], 123))
    check.that(":" in said["asked"], said)


@test
def a_flow_is_one_record_with_what_passed(box):
    server(box, handler=lambda datagram: [b"answer", b"and more"])
    client(box, "ask", "time.test", 123, "question")
    [record] = flows(box)
    check.equal((record["method"], record["filter_action"]), ("UDP", "allow"))
    check.equal((record["bytes_up"], record["bytes_down"]), (8, 14))
    check.equal((record["frames_up"], record["frames_down"]), (1, 2))
    check.contains(record["rule"], "config.toml:1")
    check.contains(record["dial"], "127.0.0.1:")
    check.that(record["duration_ns"] > 0, record)


@test
def large_datagrams_pass_whole(box):
    server(box)
    sizes = [1, 0, 1472, 8192, 9000, 32768, 65507]
    check.equal(client(box, "sizes", "time.test", 123, *sizes)["sizes"], sizes)


@test
def many_datagrams_keep_their_boundaries(box):
    server(box)
    said = client(box, "burst", "time.test", 123, 200)
    check.equal(said, {"whole": 200, "other": 0})


@test
def datagrams_that_are_sent_as_one_arrive_as_what_they_are(box):
    origin = server(box)
    script = (
        "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(5);"
        "s.setsockopt(17, 103, 100);"  # UDP_SEGMENT, as QUIC does
        "s.connect(('time.test', 123)); s.send(b'x' * 950); print([len(s.recv(999)) for _ in range(10)]);"
        "s.send(b'y' * 950); print([len(s.recv(999)) for _ in range(10)])"
    )
    ran = box.run("/usr/bin/python3", "-c", script).expect()
    check.equal(ran.out.split("\n")[:2], [str([100] * 9 + [50])] * 2, ran.story())
    check.equal(len(origin.seen), 20)


@test(seconds=60)
def many_flows_at_once_get_their_own_answers(box):
    origin = server(box)
    said = client(box, "many", "time.test", 123, 400)
    check.equal(said, {"answered": 400, "wrong": 0, "failures": []})
    check.equal(len({address for _, address in origin.seen}), 400, "sockets to the server")
    check.equal(len(flows(box)), 400)


@test(seconds=60)
def the_most_silent_flow_makes_room_for_one_too_many(box):
    server(box)
    said = client(box, "many", "time.test", 123, 1100, 100)
    check.equal(said, {"answered": 1100, "wrong": 0, "failures": []})
    made_room = [record for record in flows(box) if record["stage"] == "limit"]
    check.equal((len(flows(box)), len(made_room)), (1100, 76))


@test
def a_silent_flow_ends_and_what_comes_later_is_another(box):
    origin = server(box)
    script = (
        "import socket, time; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(5);"
        "s.connect(('time.test', 123)); s.send(b'a'); s.recv(9); time.sleep(2.5); s.send(b'b'); print(s.recv(9))"
    )
    ran = box.run("/usr/bin/python3", "-c", script, flags=["--set", 'upstream.udp_idle_timeout="1s"'])
    check.equal(ran.expect().out, "b'b'\n", ran.story())
    check.equal(len(flows(box)), 2)
    check.equal(len({address for _, address in origin.seen}), 2, "sockets to the server")
    check.that(flows(box)[0]["duration_ns"] < 2.4e9, flows(box))


@test
def a_late_answer_to_nobody_is_no_attempt_to_leave(box):
    answered = threading.Event()

    def late(datagram):
        time.sleep(0.3)
        answered.set()
        return [datagram]

    server(box, handler=late)
    script = (
        "import socket, time; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('time.test', 123));"
        "s.send(b'a'); s.close(); time.sleep(1)"
    )
    box.run("/usr/bin/python3", "-c", script).expect()
    check.that(answered.is_set(), "nothing was asked")
    check.equal([record["kind"] for record in box.records()], ["connection"])
    check.equal(flows(box)[0]["frames_down"], 1)


@test
def quic_is_told_to_pass_uninspected(box):
    server(box, "quic.test", 443)
    client(box, "ask", "quic.test", 443, "hello")
    [record] = flows(box, "quic.test", 443)
    check.contains(record["filter_reason"], "QUIC passes uninspected")


@test
def a_name_server_that_a_rule_names_is_asked(box):
    answer = datagrams.UdpOrigin(lambda asked: [datagrams.dns_answer(asked, "192.0.2.77")])
    for host in ("dns.test", "192.0.2.53"):
        box.connect(host, 53, answer.port)
    box.clean_up(answer.close)
    box.configure(allowed("dns.test", 53) + allowed("192.0.2.53", 53))
    for name_server in ("dns.test", "192.0.2.53"):
        said = client(box, "resolve", name_server, 53, "anything.test")
        check.equal(said["address"], "192.0.2.77", name_server)
    said = client(box, "resolve", "192.0.2.54", 53, "anything.test")
    check.equal(said["rcode"], 3, "another name server is ours as before")
    check.equal(len(answer.seen), 2)


# --- what does not -------------------------------------------------------------------------------


@test(tags=["quick"])
def another_host_on_the_same_port_is_refused_at_once(box):
    server(box)
    box.flags += ["--allow-domain", "other.test"]
    refused_at_once(client(box, "ask", "other.test", 123, "hello", "hello"))
    refused_at_once(client(box, "ask", "192.0.2.1", 123, "hello"))
    refused_at_once(client(box, "ask", "2001:db8::1", 123, "hello"))
    record = refusals(box, "other.test", 123)[0]
    check.equal(record["filter_action"], "block")
    check.contains(record["filter_reason"], 'no rule with protocol = "udp" allows other.test')
    check.that(refusals(box, "192.0.2.1", 123) and refusals(box, "[2001:db8::1]", 123), "no record")


@test
def another_port_of_the_host_is_refused_at_once(box):
    server(box)
    said = client(box, "ask", "time.test", 124, "hello")
    check.that(said["outcomes"][0] in ("EPERM", "ECONNREFUSED") and said["seconds"] < 2, said)
    box.record("refusal", lambda record: record["method"] == "UDP" and ":124" in record["url"])


@test(tags=["quick"])
def a_server_that_is_not_there_is_told_at_once(box):
    box.connect("time.test", 123, datagrams.free_port())
    box.configure(allowed("time.test", 123))
    refused_at_once(client(box, "ask", "time.test", 123, "hello", "hello", "hello"))
    [record] = flows(box)
    check.equal(record["stage"], "connect")
    check.contains(record["error"], "unreachable")


@test
def rules_that_block_and_the_floor_come_first(box):
    origin = server(box)
    box.configure(
        rule('action = "block"\nhost = "time.test"\nports = [123]\nreason = "no clocks"')
        + allowed("*.test", 123)
        + '[[proxy.filter.floor]]\naction = "block"\nhost = "floor.test"\n'
    )
    box.connect("free.test", 123, origin.port)
    check.equal(client(box, "ask", "free.test", 123, "hello")["outcomes"], ["hello"])
    refused_at_once(client(box, "ask", "time.test", 123, "hello"))
    check.equal(refusals(box, "time.test", 123)[0]["filter_reason"], "no clocks")
    check.equal(client(box, "ask", "floor.test", 123, "hello"), {"error": "gaierror"})
    check.equal(len(origin.seen), 1)


@test
def a_rule_without_a_protocol_lets_no_datagram_through(box):
    origin = server(box)
    box.configure(
        rule('action = "allow"\nhost = "time.test"\nports = [123]') + allowed("else.test", 123)
    )
    refused_at_once(client(box, "ask", "time.test", 123, "hello"))
    check.equal(origin.seen, [])


@test
def a_rule_about_udp_lets_no_connection_through(box):
    server(box, "ok.test", 443)
    ran = box.curl_by_proxy("-o", "/dev/null", "-w", "%{http_code}", "https://ok.test/")
    check.equal(ran.out, "403", ran.story())


@test
def private_addresses_are_refused(box):
    origin = datagrams.UdpOrigin()
    box.clean_up(origin.close)
    resolve = f'[[upstream.resolve]]\nhost = "time.test"\naddresses = ["127.0.0.1"]\n'
    box.configure(resolve + allowed("time.test", origin.port) + allowed("127.0.0.1", origin.port))
    refused_at_once(client(box, "ask", "time.test", origin.port, "hello"))
    [record] = flows(box, port=origin.port)
    check.equal((record["stage"], record["bytes_up"]), ("address", 0))
    check.equal(origin.seen, [])

    box.configure(
        resolve
        + rule(f'{ALLOW}host = "time.test"\nports = [{origin.port}]\nallow_private = true')
    )
    said = client(box, "ask", "time.test", origin.port, "hello")
    check.equal(said["outcomes"], ["hello"])


@test
def mistakes_in_rules_about_udp_are_told_with_their_place(box):
    for text, place, message in (
        (f'action = "ask"\nprotocol = "udp"\nhost = "a.test"\nports = [1]', "3:12", "does not wait"),
        (f'{ALLOW}host = "a.test"', "3:12", "give the rule both"),
        (f"{ALLOW}ports = [1]", "3:12", "give the rule both"),
        (f'{ALLOW}host = "a.test"\nports = [1]\nmethods = ["GET"]', "3:12", "not looked into"),
    ):
        box.configure(rule(text))
        ran = box.run("true")
        check.equal(ran.code, 125, ran.story())
        check.contains(ran.err, f"config.toml:{place}: ")
        check.contains(ran.err, message)


@test
def udp_beside_a_proxy_is_a_mistake(box):
    box.configure(allowed("a.test", 1) + '[upstream]\nproxy = "http://proxy.test:3128"\n')
    ran = box.run("true")
    check.equal(ran.code, 125, ran.story())
    check.contains(ran.err, "does not go through upstream.proxy")


@test
def explain_knows_datagrams(box):
    server(box)
    passes = box.lazaret("policy", "explain", "--json", "UDP", "udp://time.test:123")
    check.equal((passes.code, passes.json()["decision"]), (0, "allow"), passes.story())
    refused = box.lazaret("policy", "explain", "--json", "UDP", "udp://time.test:124")
    check.equal((refused.code, refused.json()["decision"]), (1, "block"), refused.story())


AFTER_RELOAD = """
import os, socket, time
def ask(sock, text):
    try:
        sock.send(text)
        return sock.recv(100).decode()
    except OSError as error:
        return type(error).__name__
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(3)
sock.connect((socket.gethostbyname("time.test"), 123))
print(ask(sock, b"one"), flush=True)
open("asked", "w").close()
while not os.path.exists("go"):
    time.sleep(0.05)
print([ask(sock, b"two"), ask(sock, b"three")])
"""


@test
def a_flow_that_never_rests_ends_with_the_rule_that_let_it_through(box):
    server(box)
    (box.project / "ask.py").write_text(AFTER_RELOAD)
    process = box.start_lazaret(*box.command_line(["/usr/bin/python3", "ask.py"]))
    check.eventually((box.project / "asked").exists, "the first answer came")
    box.configure(rule('action = "block"\nprotocol = "udp"\nhost = "time.test"\nports = [123]'))
    box.lazaret("reload").expect()
    (box.project / "go").write_text("")
    out, err = process.communicate(timeout=30)
    check.equal(out.decode().splitlines(), ["one", "['ConnectionRefusedError', 'ConnectionRefusedError']"], err)
