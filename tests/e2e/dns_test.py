# SPDX-License-Identifier: Apache-2.0
"""DNS as dig sees it: the gateway's own answers, and records that a rule lets through."""

import json

from rig import check, daemons
from rig.runner import test

ZONE = """
@ MX 10 mail
@ TXT "v=spf1 -all" "second string"
@ CAA 0 issue "ca.test"
_xmpp._tcp SRV 5 7 5222 chat
@ NAPTR 100 10 "S" "SIP+D2U" "" _sip._udp
@ HTTPS 1 . alpn=h3,h2 port=8443 ipv4hint=10.1.2.3 ech=AAAA ipv6hint=fd00::1
_dns SVCB 1 svc alpn=h2 ipv4hint=10.1.2.3
alias CNAME @
""" + "".join(f'big TXT "{number} {"x" * 90}"\n' for number in range(40))

RULES = """
[[proxy.dns.rules]]
host = "{host}"
records = [{types}]
"""

ALL_TYPES = '"MX", "TXT", "CAA", "SRV", "NAPTR", "HTTPS", "SVCB"'
EVERYWHERE = ("10.0.2.3", "2001:4860:4860::8888")


def dig(box, *arguments):
    program = daemons.find("dig", "bind9-dnsutils")
    return box.run(program, "+tries=1", f"+time={int(10 * box.rig.patience)}", *arguments).expect().out


def served(box, rules, at="127.0.0.1"):
    """A name server for records.test, known to lazaret, with rules about its records."""
    server = daemons.nsd(box, "records.test", ZONE)
    place = f"[{at}]:{server.port}" if ":" in at else f"{at}:{server.port}"
    box.configure(f'[upstream]\nname_servers = ["{place}"]\n{rules}')
    return server


def dns_records(box):
    return [record for record in box.records() if record["kind"] == "dns"]


@test(tags=["quick"])
def records_that_a_rule_names_are_looked_up(box):
    expected = {
        "records.test MX": "10 mail.records.test.",
        "records.test TXT": '"v=spf1 -all" "second string"',
        "records.test CAA": '0 issue "ca.test"',
        "_xmpp._tcp.records.test SRV": "5 7 5222 chat.records.test.",
        "records.test NAPTR": '100 10 "S" "SIP+D2U" "" _sip._udp.records.test.',
        "records.test HTTPS": '1 . alpn="h2" port=8443',
        "_dns.records.test SVCB": '1 svc.records.test. alpn="h2"',
        "alias.records.test MX": "10 mail.records.test.",
    }
    both = RULES.format(host="records.test", types=ALL_TYPES) + RULES.format(
        host="*.records.test", types=ALL_TYPES
    )
    for at in ("127.0.0.1", "::1"):
        served(box, both, at)
        for transport in ("+notcp", "+tcp"):
            questions = [word for name in expected for word in name.split()]
            said = dig(box, "@10.0.2.3", transport, "+short", *questions)
            check.equal(said.splitlines(), list(expected.values()), f"{at} {transport}")
    record = box.record(
        "record of a lookup", lambda record: record["url"] == "dns://records.test?type=TXT"
    )
    check.equal(record["filter_action"], "allow")
    check.contains(record["rule"], "config.toml:")
    check.equal(len(dns_records(box)), 4 * len(expected), "records, one a lookup")


@test
def a_long_answer_comes_over_tcp(box):
    served(box, RULES.format(host="big.records.test", types='"TXT"'))
    short = dig(box, "@10.0.2.3", "+ignore", "big.records.test", "TXT")
    check.contains(short, "flags: qr tc")
    check.contains(short, "ANSWER: 0")
    for address in EVERYWHERE:
        whole = dig(box, f"@{address}", "+short", "big.records.test", "TXT")
        check.equal(len(whole.splitlines()), 40, address)


@test(tags=["quick"])
def nothing_is_looked_up_without_a_rule(box):
    server = served(box, RULES.format(host="records.test", types='"MX"'))
    box.flags += ["--allow-domain", "allowed.records.test"]
    said = dig(box, "@10.0.2.3", "records.test", "TXT")
    check.contains(said, "status: NOERROR")
    check.contains(said, "ANSWER: 0")
    check.contains(said, "EDE: 15 (Blocked): (no rule of proxy.dns.rules has TXT records")
    check.contains(said, "IN\tSOA\tlazaret.internal.")
    for name in ("x.records.test", "secret.evil.test"):
        said = dig(box, "@10.0.2.3", name, "MX")
        check.contains(said, "status: NXDOMAIN")
        check.contains(said, f"lazaret policy allow {name}")
    said = dig(box, "@10.0.2.3", "allowed.records.test", "HTTPS")
    check.contains(said, "status: NOERROR")
    check.contains(said, "no rule of proxy.dns.rules has HTTPS records")
    looked_up = [record for record in dns_records(box) if record["filter_action"] == "allow"]
    check.equal(looked_up, [])
    check.lacks(server.said(), "evil")


@test
def the_floor_forbids_lookups_too(box):
    served(
        box,
        '[[proxy.filter.floor]]\nhost = "*.records.test"\nreason = "never this"\n'
        + RULES.format(host="*", types='"TXT"'),
    )
    said = dig(box, "@10.0.2.3", "big.records.test", "TXT")
    check.contains(said, "status: NXDOMAIN")
    check.contains(said, "never this (config.toml:")
    check.contains(dig(box, "@10.0.2.3", "+short", "records.test", "TXT"), "v=spf1")


@test
def a_failure_is_told_apart_from_absence(box):
    server = served(box, RULES.format(host="*", types='"TXT"'))
    check.contains(dig(box, "@10.0.2.3", "no.records.test", "TXT"), "status: NXDOMAIN")
    check.contains(dig(box, "@10.0.2.3", "_dns.records.test", "TXT"), "status: NOERROR")
    said = dig(box, "@10.0.2.3", "elsewhere.test", "TXT")
    check.contains(said, "status: SERVFAIL")
    check.contains(said, "EDE: 22")
    server.close()
    said = dig(box, "@10.0.2.3", "records.test", "TXT")
    check.contains(said, "status: SERVFAIL")
    box.record("record of a failed lookup", lambda record: record["stage"] == "resolve")


@test(tags=["quick"])
def dig_understands_the_gateways_own_answers(box):
    box.flags += ["--allow-domain", "ok.test"]
    for address in EVERYWHERE:
        at = f"@{address}"
        for transport in ("+notcp", "+tcp"):
            check.contains(dig(box, at, transport, "+short", "ok.test", "A"), "198.18.")
            check.contains(dig(box, at, transport, "+short", "ok.test", "AAAA"), "fd00:6c61::")
        said = dig(box, at, "ok.test", "CNAME")
        check.contains(said, "status: NOERROR")
        check.contains(said, "AUTHORITY: 1")
        check.contains(dig(box, at, "+short", "ok.test", "ANY"), '"RFC8482"')
        said = dig(box, at, "+edns=1", "+noednsnegotiation", "ok.test")
        check.contains(said, "status: BADVERS")
        said = dig(box, at, "+dnssec", "ok.test")
        check.contains(said, "flags: do; udp: 1232")
        check.lacks(said, " ad")
        check.contains(dig(box, at, "+noedns", "evil.test"), "status: NXDOMAIN")
        check.contains(dig(box, at, "version.bind", "CH", "TXT"), "status: REFUSED")
        check.contains(dig(box, at, "+opcode=NOTIFY", "ok.test"), "status: NOTIMP")
        check.contains(dig(box, at, "+header-only"), "status: FORMERR")


@test(tags=["quick"])
def addresses_are_named_backwards(box):
    box.flags += ["--allow-domain", "ok.test"]
    script = (
        "for kind in A AAAA; do dig @10.0.2.3 +short -x $(dig @10.0.2.3 +short ok.test $kind); done;"
        "dig @10.0.2.3 +short -x 127.0.0.1; dig @10.0.2.3 -x 198.18.9.9"
    )
    daemons.find("dig", "bind9-dnsutils")
    said = box.shell(script).expect().out
    check.equal(said.splitlines()[:3], ["ok.test.", "ok.test.", "localhost."])
    check.contains(said, "status: NXDOMAIN")


@test
def many_queries_share_a_connection(box):
    served(box, RULES.format(host="records.test", types='"MX"'))
    box.flags += ["--allow-domain", "ok.test"]
    ran = box.python("dns_pipeline.py", json.dumps([["ok.test", 1], ["records.test", 15]] * 20))
    check.equal(ran.expect().json(), [[number, 0, 1] for number in range(40)])


@test
def a_query_is_explained(box):
    box.configure(RULES.format(host="*.a.test", types='"TXT"'))
    ran = box.lazaret("policy", "explain", "--json", "DNS", "dns://x.a.test?type=txt").expect()
    told = ran.json()
    check.equal((told["decision"], told["url"]), ("allow", "dns://x.a.test?type=TXT"))
    check.equal(told["rule"]["pattern"], "*.a.test")
    ran = box.lazaret("policy", "explain", "DNS", "dns://a.test?type=MX").expect(1)
    check.contains(ran.out, 'host = "a.test", records = ["MX"]')
    box.lazaret("policy", "explain", "DNS", "dns://nowhere.test").expect(1)
