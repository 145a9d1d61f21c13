# SPDX-License-Identifier: Apache-2.0
"""Who is meant: address, SNI, authority and Host must agree, and what was judged is what is dialled."""

import json
import socket

from rig import check, origins
from rig.runner import Skip, test


def send(box, *cases):
    ran = box.python(
        "raw_http.py",
        0.5 * box.rig.patience,
        stdin=json.dumps(cases).encode(),
        proxy_variables=True,
    ).expect()
    return [answer["text"] for answer in ran.json()]


def get(host, path="/", fields=""):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n"


def status_of(text):
    return text.split(" ")[1] if text.startswith("HTTP/1.1 ") else text[:80]


@test(tags=["quick"])
def a_host_that_is_not_the_sni_is_misdirected(box):
    ok, other = box.origin("ok.test"), box.origin("other.test")
    for way in ("tls", "connect"):
        for sni, host in (
            ("ok.test", "other.test"),
            ("other.test", "ok.test"),
            ("ok.test", "evil.test"),
        ):
            (answer,) = send(box, {"way": way, "host": sni, "port": 443, "bytes": get(host)})
            check.equal(status_of(answer), "421", f"{way}: SNI {sni}, Host {host}")
    check.equal(ok.requests + other.requests, [], "requests at the origins")
    box.record(
        "record with both names",
        lambda record: record["status"] == 421
        and "ok.test" in json.dumps(record)
        and "evil.test" in json.dumps(record),
    )


@test
def an_sni_that_is_not_the_dialled_name_is_refused(box):
    ok, other = box.origin("ok.test"), box.origin("other.test")
    for way in ("tls", "connect"):
        (answer,) = send(
            box,
            {
                "way": way,
                "host": "ok.test",
                "sni": "other.test",
                "port": 443,
                "bytes": get("other.test"),
                "unverified": True,
            },
        )
        check.that(
            answer.startswith("ERROR") or status_of(answer) == "421", f"{way}: {answer[:200]}"
        )
    check.equal(ok.requests + other.requests, [], "requests at the origins")


@test
def a_later_request_on_the_connection_is_judged_too(box):
    ok, other = box.origin("ok.test"), box.origin("other.test")
    for way in ("tls", "connect"):
        (answer,) = send(
            box,
            {
                "way": way,
                "host": "ok.test",
                "port": 443,
                "bytes": get("ok.test", "/one") + get("other.test", "/two"),
            },
        )
        check.contains(answer, "HTTP/1.1 200")
        check.contains(answer, "HTTP/1.1 421")
    check.equal(ok.paths(), ["/one", "/one"])
    check.equal(other.paths(), [])


@test(tags=["quick"])
def plain_http_to_an_allowed_address_with_another_host_goes_nowhere(box):
    ok, other = box.origin("ok.test", port=80, tls=False), box.origin(
        "other.test", port=80, tls=False, allow=False
    )
    cases = [
        get("evil.test"),
        get("other.test"),
        "GET http://other.test/ HTTP/1.1\r\nHost: ok.test\r\n\r\n",
        "GET http://ok.test/ HTTP/1.1\r\nHost: other.test\r\n\r\n",
    ]
    for text, answer in zip(
        cases,
        send(
            box, *({"way": "plain", "host": "ok.test", "port": 80, "bytes": text} for text in cases)
        ),
        strict=True,
    ):
        check.one_of(status_of(answer), ("400", "403", "421"), repr(text))
    check.equal(ok.requests + other.requests, [], "requests at the origins")


@test
def tls_without_a_name_is_decided_by_the_address(box):
    ok = box.origin("ok.test")
    (answer,) = send(
        box,
        {
            "way": "tls",
            "host": "ok.test",
            "port": 443,
            "sni": "",
            "bytes": get("ok.test"),
            "unverified": True,
        },
    )
    check.that(status_of(answer) == "200" or answer.startswith("ERROR"), answer[:200])
    (answer,) = send(
        box,
        {
            "way": "tls",
            "host": "ok.test",
            "port": 443,
            "sni": "",
            "bytes": get("evil.test"),
            "unverified": True,
        },
    )
    check.that(status_of(answer) != "200", answer[:200])
    check.that(
        all(request.header("host") == "ok.test" for request in ok.requests),
        "an origin saw another Host",
    )


@test
def odd_spellings_of_a_name_are_one_name(box):
    ok = box.origin("ok.test")
    for spelling in ("OK.TEST", "ok.test.", "Ok.TeSt", "ok.test:443"):
        (answer,) = send(
            box, {"way": "tls", "host": "ok.test", "port": 443, "bytes": get(spelling)}
        )
        check.equal(status_of(answer), "200", spelling)
    check.equal(
        {request.header("host") for request in ok.requests}, {"ok.test"}, "Host at the origin"
    )


@test
def spelling_does_not_get_around_a_blocked_path(box):
    ok = box.origin("ok.test", allow=False)
    box.block_path("/admin/**")
    paths = [
        "/admin/x",
        "/%61dmin/x",
        "/./admin/x",
        "/y/../admin/x",
        "/y/%2e%2e/admin/x",
        "/admin/./x",
        "/%41dmin/../admin/x",
        "/admin/x?y",
        "/admin/%78",
    ]
    for path, answer in zip(
        paths,
        send(
            box,
            *(
                {"way": "tls", "host": "ok.test", "port": 443, "bytes": get("ok.test", path)}
                for path in paths
            ),
        ),
        strict=True,
    ):
        check.equal(status_of(answer), "403", path)
    check.equal(ok.requests, [], "requests at the origin")


@test
def connect_names_with_junk_are_refused(box):
    box.origin("ok.test")
    names = [
        "ok.test%00.evil.test",
        "ok.test\0",
        "evil.test@ok.test",
        "ok.test ",
        "ok.test\\",
        "ok..test",
        "x" * 300 + ".test",
        "ok.test:443:443",
        "ok．test",
        "[ok.test]",
        "*.test",
        "",
    ]
    script = (
        "import os, socket, sys, json, urllib.parse\nproxy = urllib.parse.urlsplit(os.environ['HTTPS_PROXY'])\nout = []\n"
        "for name in json.load(sys.stdin):\n"
        "    with socket.create_connection((proxy.hostname, proxy.port), timeout=10) as s:\n"
        "        s.sendall(f'CONNECT {name}:443 HTTP/1.1\\r\\nHost: {name}:443\\r\\n\\r\\n'.encode())\n"
        "        out.append(s.recv(1000).decode('latin-1').split('\\r\\n')[0])\n"
        "print(json.dumps(out))\n"
    )
    ran = box.run(
        "/usr/bin/python3", "-c", script, stdin=json.dumps(names).encode(), proxy_variables=True
    ).expect()
    for name, answer in zip(names, ran.json(), strict=True):
        check.that(" 200" not in answer[:13], f"CONNECT {name!r}: {answer}")


@test(tags=["quick"])
def private_addresses_are_not_dialled_even_when_their_name_is_allowed(box):
    server = origins.HttpOrigin()
    for literal in (
        "10.9.9.9",
        "169.254.169.254",
        "192.168.55.5",
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
    ):
        box.flags += ["--allow-domain", literal.strip("[]")]
    for literal in (
        "10.9.9.9",
        "169.254.169.254",
        "192.168.55.5",
        "[fd00::1]",
        "[fe80::1]",
        "[::ffff:10.9.9.9]",
        "[64:ff9b::a09:909]",
    ):
        ran = box.curl("-o", "/dev/null", "-w", "%{http_code}", f"http://{literal}/")
        check.that(ran.out in ("403", "421", "502") or ran.code != 0, f"{literal}: {ran.story()}")
        check.below(ran.seconds, 5 * box.rig.patience, f"seconds for {literal}")
    check.equal(server.connections, 0)


@test
def a_public_name_with_a_loopback_address_is_not_dialled(box):
    name = next(
        (name for name in ("ip6-localhost", "ip6-loopback") if _resolves_to_loopback(name)), None
    )
    if name is None:
        raise Skip("no name of this machine but localhost has a loopback address")
    server = origins.HttpOrigin()
    box.flags += [
        "--set",
        f'proxy.filter.rules=[{{action="allow", host="{name}", ports=[{server.port}]}}]',
    ]
    ran = box.curl("-i", f"http://{name}:{server.port}/")
    check.equal(server.connections, 0, "connections at the loopback service")
    check.that(" 200 " not in ran.out, ran.story())
    box.flags[
        -1
    ] = f'proxy.filter.rules=[{{action="allow", host="{name}", ports=[{server.port}], allow_private=true}}]'
    check.contains(box.curl("-i", f"http://{name}:{server.port}/").out, "200")


def _resolves_to_loopback(name):
    try:
        return all(
            info[4][0] == "::1" for info in socket.getaddrinfo(name, 80, type=socket.SOCK_STREAM)
        )
    except OSError:
        return False


@test
def a_redirect_is_a_decision_of_its_own(box):
    box.origin("ok.test", origins.text("", 302, [("Location", "https://refused.test/")]))
    refused = box.origin("refused.test", allow=False)
    ran = box.curl("-L", "-o", "/dev/null", "-w", "%{http_code}", "https://ok.test/")
    check.one_of(ran.code, (6, 0), ran.story())
    check.equal(refused.connections, 0)
