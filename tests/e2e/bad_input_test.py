# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong gives one clear message, and nothing passes unseen."""

import os
import re
import shutil
import socket
import struct
import time

from rig import check, origins, wire
from rig.runner import Skip, test

# The mistake, the file, what the message must hold.
MISTAKES = {
    "malformed TOML": ("[proxy\nenabled = true\n", ["config.toml:1:"]),
    "an unterminated string": ('[proxy]\nextra_env = ["X\n', ["config.toml:2:"]),
    "an unknown key": (
        "[proxy]\nenabeld = true\n",
        ["config.toml:2:1", "proxy.enabeld", "enabled"],
    ),
    "an unknown section": ("[proxi]\nenabled = true\n", ["config.toml:1:", "proxi", "proxy"]),
    "a wrong type": ('[proxy]\nmitm = "yes"\n', ["config.toml:2:", "proxy.mitm"]),
    "a wrong choice": (
        '[proxy.filter]\ndefault_action = "maybe"\n',
        ["config.toml:2:", "default_action", "block"],
    ),
    "a bad regex": (
        '[[proxy.filter.rules]]\naction = "block"\npattern = "a("\ntype = "regex"\n',
        ["config.toml:3:"],
    ),
    "a rule without condition": ('[[proxy.filter.rules]]\naction = "block"\n', ["config.toml:1:"]),
    "pattern and condition of one kind": (
        '[[proxy.filter.rules]]\naction = "block"\npattern = "x.test"\nhost = "y.test"\n',
        ["config.toml:"],
    ),
    "an ambiguous pattern": (
        '[[proxy.filter.rules]]\naction = "allow"\npattern = "{a,b}.x.test"\n',
        ["config.toml:3:", "type"],
    ),
    "a port out of range": ("[proxy]\nport = 70000\n", ["config.toml:2:", "proxy.port"]),
    "a path rule without MITM": (
        '[proxy]\nmitm = false\n[[proxy.filter.rules]]\naction = "block"\nhost = "x.test"\npath = "/y"\n',
        ["config.toml:3:"],
    ),
    "a feature that is not there yet": (
        "[port_forwarding]\nenabled = true\n",
        ["config.toml:2:", "not"],
    ),
    "a floor that allows": (
        '[[proxy.filter.floor]]\naction = "allow"\nhost = "x.test"\n',
        ["config.toml:2:"],
    ),
    "a missing CA file": ('[upstream]\nca_files = ["/no/such/file.pem"]\n', ["/no/such/file.pem"]),
}


def _mistake_test(name, text, parts):
    def one_clear_message(box):
        box.configure(text)
        ran = box.run("touch", "it-ran")
        check.equal(ran.code, 125, ran.story())
        for part in parts:
            check.contains(ran.err, part)
        check.below(len(ran.err.strip().splitlines()), 6, "lines of the message")
        check.that(not (box.project / "it-ran").exists(), "the command ran all the same")

    one_clear_message.__module__ = __name__
    test(one_clear_message, name=f"{name} gives one clear message")


for _name, (_text, _parts) in MISTAKES.items():
    _mistake_test(_name, _text, _parts)


@test
def all_mistakes_are_told_at_once(box):
    box.configure(
        '[proxy]\nenabeld = true\nmitm = "yes"\n[proxy.filter]\ndefault_action = "maybe"\n'
    )
    ran = box.run("true")
    check.equal(ran.code, 125)
    for place in ("config.toml:2:", "config.toml:3:", "config.toml:5:"):
        check.contains(ran.err, place)


@test
def a_missing_file_of_a_credential_is_named(box):
    box.configure(
        '[proxy.credentials.x]\nenabled = true\nhost = "x.test"\nheader = "X"\nsource = { file = "/no/such/key" }\n'
    )
    ran = box.run("true")
    check.contains(ran.err, "/no/such/key")


@test(tags=["quick"])
def an_empty_allow_list_allows_nothing(box):
    box.origin("ok.test", origins.text("open"), allow=False)
    for text in (
        '[proxy.filter]\ndefault_action = "block"\n',
        '[proxy.filter]\ndefault_action = "block"\nrules = []\n',
        '[proxy.filter]\nprofile = "locked-down"\n',
        "",
    ):
        box.configure(text)
        check.equal(
            box.curl_by_proxy("-o", "/dev/null", "-w", "%{http_code}", "https://ok.test/").out,
            "403",
            repr(text),
        )


@test
def a_config_file_that_cannot_be_read_stops_the_start(box):
    (box.config / "config.toml").mkdir()
    ran = box.run("touch", "it-ran")
    check.equal(ran.code, 125, ran.story())
    check.contains(ran.err, "config.toml")
    check.equal(box.lazaret("run", "--config", box.root / "missing.toml", "--", "true").code, 125)


@test
def an_unwritable_data_directory_is_named(box):
    shutil.rmtree(box.data)
    box.data.write_text("a file where a directory should be")
    ran = box.run("touch", "it-ran")
    check.equal(ran.code, 125, ran.story())
    check.contains(ran.err, str(box.data))
    check.that(not (box.project / "it-ran").exists(), "the command ran all the same")


@test(seconds=90)
def a_full_disk_stops_requests_and_says_so(box):
    origin = box.origin("ok.test", lambda _: wire.Response(body=b"x" * 4000))
    script = f'mount -t tmpfs -o size=256k none "{box.data}" && exec "$@"'
    probe = [
        "unshare",
        "-U",
        "--map-current-user",
        "--keep-caps",
        "-m",
        "bash",
        "-c",
        script,
        "bash",
    ]
    if os.system(" ".join(["unshare -Um true"]) + " 2>/dev/null"):
        raise Skip("no user and mount namespace can be made here")
    command = (
        "for i in $(seq 300); do curl -s -o /dev/null -w '%{http_code}\\n' https://ok.test/$i; done"
    )
    real, box.rig.lazaret = box.rig.lazaret, probe[0]
    ran = box.lazaret(*probe[1:], real, *box.command_line(["bash", "-c", command]), timeout=80)
    box.rig.lazaret = real
    statuses = ran.out.split()
    check.contains(statuses, "200")
    check.contains(statuses, "503")
    check.equal(len(origin.requests), statuses.count("200"), "requests that passed")
    check.that(
        "200" not in statuses[statuses.index("503") + 20 :],
        "requests passed again while the disk was full",
    )


@test
def an_explicit_proxy_port_is_inside_and_cannot_collide(box):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        box.origin("ok.test", origins.text("open"))
        ran = box.curl(
            "https://ok.test/", flags=["--proxy-port", taken.getsockname()[1]], proxy_variables=True
        )
        check.that(
            ran.out == "open" or (ran.code == 125 and str(taken.getsockname()[1]) in ran.err),
            ran.story(),
        )


def upstream_failure(box, script, *, host="ok.test", certificate=None, tls=True, arguments=()):
    origin = (
        box.raw_origin(script, host)
        if certificate is None
        else box.origin(host, certificate=certificate)
    )
    ran = box.curl("-w", "\n%{http_code}", *arguments, f"https://{host}/")
    body, _, status = ran.out.rpartition("\n")
    return origin, status, body, ran


@test(tags=["quick"])
def an_origin_that_closes_at_once_is_a_502(box):
    _, status, body, ran = upstream_failure(box, lambda sock, _: None)
    check.equal(status, "502", ran.story())
    check.contains(body, '"stage"')


@test
def an_origin_that_resets_is_a_502(box):
    def reset(sock, _seen):
        sock.recv(100)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    _, status, _, ran = upstream_failure(box, reset)
    check.equal(status, "502", ran.story())


@test
def an_origin_that_sends_garbage_is_a_502(box):
    def garbage(sock, _seen):
        wire.read_head(wire.Reader(sock))
        sock.sendall(os.urandom(5000))

    _, status, _, ran = upstream_failure(box, garbage)
    check.equal(status, "502", ran.story())


@test
def an_origin_that_does_not_speak_tls_is_a_502(box):
    origin = box.raw_origin(lambda sock, _: sock.sendall(b"220 smtp.test ready\r\n"), tls=False)
    ran = box.curl("-w", "%{http_code}", "https://ok.test/")
    check.contains(ran.out, "502")
    check.contains(ran.out, "tls")
    check.equal(bytes(origin.seen), b"")


@test
def nobody_at_the_address_is_a_502(box):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    box.connect("ok.test", 443, port)
    box.flags += ["--allow-domain", "ok.test"]
    ran = box.curl("-w", "%{http_code}", "https://ok.test/")
    check.contains(ran.out, "502")
    check.contains(ran.out, "connect")


@test
def a_name_that_does_not_exist_is_a_502(box):
    box.flags += ["--allow-domain", "no-such-host.invalid"]
    ran = box.curl("-w", "%{http_code}", "https://no-such-host.invalid/", timeout=60)
    check.one_of(ran.out[-3:], ("502", "504"), ran.story())
    check.contains(ran.out, "resolve")


def _wrong_certificate_test(name, make):
    def is_a_502_and_nothing_is_sent(box):
        origin, status, body, ran = upstream_failure(
            box, None, certificate=make(box.rig.pki), arguments=["-d", "secret"]
        )
        check.equal(status, "502", ran.story())
        check.contains(body, '"tls"')
        check.equal(origin.requests, [])
        box.record(
            "record of the failure",
            lambda record: record["status"] == 502 and record["stage"] == "tls",
        )

    is_a_502_and_nothing_is_sent.__module__ = __name__
    test(
        is_a_502_and_nothing_is_sent,
        name=f"a certificate that is {name} is a 502 and nothing is sent",
    )


_wrong_certificate_test("self-signed", lambda pki: pki.self_signed("ok.test"))
_wrong_certificate_test("of another name", lambda pki: pki.leaf("other.test"))
_wrong_certificate_test("expired", lambda pki: pki.expired("ok.test"))


@test
def a_program_that_gives_up_is_logged(box):
    def stall(sock, _seen):
        wire.read_head(wire.Reader(sock))
        time.sleep(20)

    box.raw_origin(stall)
    ran = box.run("curl", "-s", "--max-time", "1", "https://ok.test/stalled")
    check.equal(ran.code, 28, ran.story())
    box.record(
        "record of the stalled request",
        lambda record: record["url"] == "https://ok.test/stalled" and record["error"],
    )


@test
def hostile_names_are_harmless_in_output_and_log(box):
    evil = "\x1b]0;owned\x07\x1b[31m‮"
    box.origin("ok.test", origins.text("x", fields=[("X-Evil", "\\x1b[31m")]))
    box.curl("https://ok.test/", "-H", f"X-Evil: {evil}", "-A", evil, "-X", "G\x1bT")
    box.curl("https://ok.test/%1b%5b31m?a=%0a%0d")
    ran = box.lazaret("logs", "proxy").expect()
    check.that(
        not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", ran.out), repr(ran.out)
    )
    check.that(box.records(), "nothing was logged")
