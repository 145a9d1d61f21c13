# SPDX-License-Identifier: Apache-2.0
"""TLS towards programs: clients without ECDSA, hellos with an encrypted part, programs that pin, sessions resumed."""

import re
import shutil
import ssl

from rig import check, origins
from rig.runner import Skip, test

REQUEST = "printf 'GET / HTTP/1.1\\r\\nHost: ok.test\\r\\nConnection: close\\r\\n\\r\\n'"
S_CLIENT = "openssl s_client -connect ok.test:443 -servername ok.test -verify_return_error"
OTHER_CA = "other-ca.pem"


def hello(box, **options):
    return box.origin("ok.test", origins.text("hello"), **options)


# --- clients without ECDSA -------------------------------------------------------------------------


@test
def a_client_without_ecdsa_is_served_with_rsa(box):
    hello(box)
    for flags in (
        "-tls1_3 -sigalgs rsa_pss_rsae_sha256",
        "-tls1_3 -sigalgs rsa_pss_rsae_sha256:rsa_pkcs1_sha256",
        "-tls1_2 -sigalgs RSA+SHA256",
        "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256",
        "-tls1_2 -cipher ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305",
        "-tls1_2 -curves X25519",
    ):
        ran = box.shell(f"({REQUEST}; sleep 1) | {S_CLIENT} {flags} -ign_eof 2>&1").expect()
        check.contains(ran.out, "hello", flags)
        check.contains(ran.out, "Server public key is 2048 bit", flags)
        check.contains(ran.out, "Verify return code: 0 (ok)", flags)
        check.contains(ran.out, "lazaret RSA CA", flags)


@test
def other_clients_are_served_with_ecdsa(box):
    hello(box)
    for flags in ("", "-tls1_2", "-sigalgs ECDSA+SHA256:RSA+SHA256"):
        ran = box.shell(f"({REQUEST}; sleep 1) | {S_CLIENT} {flags} -ign_eof 2>&1").expect()
        check.contains(ran.out, "hello", flags)
        check.contains(ran.out, "Server public key is 256 bit", flags)


@test
def curl_and_node_without_ecdsa_reach_a_host(box):
    hello(box)
    ran = box.curl("--tls-max", "1.2", "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256", "https://ok.test/")
    check.equal(ran.expect().out, "hello")
    script = (
        "require('https').get({host: 'ok.test', sigalgs: 'rsa_pss_rsae_sha256:rsa_pkcs1_sha256'},"
        " answer => answer.pipe(process.stdout))"
    )
    check.equal(box.run("node", "-e", script).expect().out, "hello")


@test
def gnutls_without_ecdsa_reaches_a_host(box):
    if not shutil.which("gnutls-cli"):
        raise Skip("gnutls-cli (gnutls-bin) is not installed")
    hello(box)
    for version in ("-VERS-ALL:+VERS-TLS1.3", "-VERS-ALL:+VERS-TLS1.2"):
        priority = (
            f"NORMAL:-SIGN-ALL:+SIGN-RSA-SHA256:+SIGN-RSA-PSS-RSAE-SHA256:-ECDHE-ECDSA:{version}"
        )
        ran = box.shell(
            f"({REQUEST}; sleep 1) | gnutls-cli --priority {priority} "
            "--x509cafile /etc/ssl/certs/ca-certificates.crt ok.test 2>&1"
        )
        check.contains(ran.out, "The certificate is trusted", priority)
        check.contains(ran.out, "hello", priority)


# --- hellos with an encrypted part -----------------------------------------------------------------


@test(tags=["quick"])
def an_encrypted_hello_is_answered_by_the_gateway(box):
    hello(box)
    ran = box.python("ech_hello.py", "ok.test", "443").expect()
    check.that(ran.out.startswith("160303"), f"a ServerHello, not {ran.out}")


def let_pass_unopened(box):
    box.configure(
        '[[proxy.filter.rules]]\naction = "allow"\nhost = "ok.test"\ntls = "passthrough"\n'
    )


@test
def an_encrypted_hello_passes_unopened(box):
    origin = hello(box, allow=False)
    let_pass_unopened(box)
    ran = box.python("ech_hello.py", "ok.test", "443").expect()
    check.that(ran.out.startswith("160303"), f"a ServerHello, not {ran.out}")
    check.equal(origin.connections, 1)


# --- programs that do not accept our certificate ---------------------------------------------------


def distrust_is_told(box, ran, why):
    check.contains(ran.err, 'lazaret: a program', "told at the end")
    rule = '[[proxy.filter.rules]]\n    action = "allow"\n    host = "ok.test"\n    tls = "passthrough"'
    check.equal(ran.err.count(rule), 1, f"the rule, once, in\n{ran.err}\ntimes")
    box.record(
        why,
        lambda record: why in record["error"]
        and 'action = "allow", host = "ok.test", tls = "passthrough"' in record["error"]
        and record["stage"] == "tls",
    )
    shown = box.lazaret("logs", "proxy").expect().out
    check.contains(shown, "does not accept lazaret's certificate for ok.test", "lazaret logs proxy")
    shown = box.lazaret("logs", "proxy", "--json").expect().json()
    check.any_match(shown, lambda record: 'tls = "passthrough"' in record.get("error", ""), "the rule")


@test(tags=["quick"])
def a_program_that_trusts_other_roots_is_told_apart(box):
    hello(box)
    shutil.copy(box.rig.pki.ca, box.project / OTHER_CA)
    for version in ("--tlsv1.3", "--tls-max 1.2"):
        ran = box.shell(
            f"for i in 1 2; do curl -sS {version} --cacert {OTHER_CA} --capath /none https://ok.test/; done"
        )
        check.equal(ran.code, 60)
        distrust_is_told(box, ran, "alert unknown_ca")


@test
def node_that_trusts_other_roots_is_told_apart(box):
    hello(box)
    script = "fetch('https://ok.test/').catch(error => process.exit(7))"
    ran = box.shell(f"unset NODE_EXTRA_CA_CERTS SSL_CERT_FILE NODE_OPTIONS; node --use-bundled-ca -e \"{script}\"")
    check.equal(ran.code, 7)
    distrust_is_told(box, ran, "does not accept lazaret's certificate")


@test
def a_program_that_pins_passes_with_the_rule_it_is_told(box):
    origin = hello(box)
    shutil.copy(box.rig.pki.ca, box.project / OTHER_CA)
    pinned = ["--pinnedpubkey", "sha256//" + "A" * 43 + "=", "https://ok.test/"]
    ran = box.curl(*pinned)
    check.equal(ran.code, 90)
    distrust_is_told(box, ran, "it closed the connection at once")
    check.equal(origin.requests, [])

    rule = re.search(r"\[\[proxy[^\n]*\n(?:    [^\n]*\n)+", ran.err).group()
    box.configure(rule)
    box.flags = [flag for flag in box.flags if flag not in ("--allow-domain", "ok.test")]
    check.equal(box.curl("--cacert", OTHER_CA, "https://ok.test/").expect().out, "hello")


@test
def nothing_is_told_of_programs_that_trust_us(box):
    hello(box)
    check.equal(box.curl("https://ok.test/").expect().err, "")


# --- TLS in which no HTTP is spoken ----------------------------------------------------------------


def speaks_tls_of_its_own(box, port, *flags, said="", seconds=3):
    """What a program gets that speaks something else than HTTP through TLS, where raw TCP may pass."""
    box.raw_origin(lambda sock, _: sock.sendall(b"* OK ready\r\n"), "own.test", port=port, allow=False)
    box.configure(
        f'[[proxy.filter.rules]]\naction = "allow"\nhost = "own.test"\nports = [{port}]\n'
    )
    return box.shell(
        f"(printf '{said}'; sleep {seconds}) | timeout 20 openssl s_client -quiet -connect own.test:{port}"
        f" -servername own.test {' '.join(flags)} 2>&1"
    )


def way_out_is_told(box, port, stage, reason):
    box.record(
        f"{reason} and the rule",
        lambda record: record["stage"] == stage
        and reason in record["error"]
        and f'host = "own.test", tls = "passthrough", ports = [{port}]' in record["error"],
    )


@test(seconds=60)
def a_program_that_waits_for_a_greeting_through_tls_is_told_in_the_log(box):
    ran = speaks_tls_of_its_own(box, 993, seconds=14)
    check.lacks(ran.out, "* OK ready")
    way_out_is_told(box, 993, "client", "said nothing")


@test(seconds=60)
def a_word_that_is_no_http_is_refused_at_once_through_tls(box):
    ran = speaks_tls_of_its_own(box, 6380, said=r"PING\r\n")
    check.contains(ran.out, "400 ")
    way_out_is_told(box, 6380, "parse", "the first line is not")


@test(seconds=60)
def tls_for_another_protocol_is_refused_at_once(box):
    ran = speaks_tls_of_its_own(box, 5432, "-alpn postgresql")
    check.contains(ran.out, "no application protocol")
    way_out_is_told(box, 5432, "tls", "other protocols than HTTP")


# --- sessions --------------------------------------------------------------------------------------


@test
def a_session_is_resumed_for_its_name_only(box):
    hello(box)
    box.origin("other.test", origins.text("other"))
    for version in ("-tls1_3", "-tls1_2"):
        ran = box.shell(
            f"""
            {S_CLIENT} {version} -sess_out session.pem -ign_eof < <({REQUEST}; sleep 1) 2>&1 | grep -E '^(New|Reused),'
            {S_CLIENT} {version} -sess_in session.pem -ign_eof < <({REQUEST}; sleep 1) 2>&1 | grep -E '^(New|Reused),'
            openssl s_client -connect other.test:443 -servername other.test {version} -sess_in session.pem \
                < <(sleep 1) 2>&1 | grep -E '^(New|Reused),'
            """
        ).expect()
        check.equal(
            [line.split(",")[0] for line in ran.out.splitlines()],
            ["New", "Reused", "New"],
            f"{version}: first, again, for another name",
        )


@test
def a_servers_session_is_resumed(box):
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        host = f"v{version.value}.test"

        def answer(sock, seen):
            seen.append(sock.session_reused)
            sock.recv(4096)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")

        origin = box.raw_origin(answer, host)
        origin._tls.maximum_version = version
        box.shell(f"for i in 1 2 3 4; do curl -sS https://{host}/; done").expect()
        check.equal(list(origin.seen), [0, 1, 1, 1], f"resumed, {version.name}")
