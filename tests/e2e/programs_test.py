# SPDX-License-Identifier: Apache-2.0
"""Unmodified programs work inside, over IPv4 and IPv6, with no proxy variable set."""

import shutil
import time

from rig import check, origins, registries
from rig.runner import Skip, test

HELLO = origins.text("hello from outside\n")


def for_both_families(function):
    """The same test over IPv4 and over IPv6."""
    for family in (4, 6):

        def over_one_family(box, family=family):
            function(box, family)

        over_one_family.__module__ = function.__module__
        test(
            over_one_family,
            seconds=90,
            name=f"{function.__name__.replace('_', ' ')} over IPv{family}",
        )
    return function


def needs(program):
    if not shutil.which(program, path="/usr/local/bin:/usr/bin:/bin"):
        raise Skip(f"{program} is not installed")


@for_both_families
def curl_fetches(box, family):
    box.origin("ok.test", HELLO)
    check.equal(box.curl(f"-{family}", "https://ok.test/").expect().out, "hello from outside\n")


@for_both_families
def curl_fetches_plain_http(box, family):
    box.origin("ok.test", HELLO, port=80, tls=False)
    check.equal(box.curl(f"-{family}", "http://ok.test/").expect().out, "hello from outside\n")


@for_both_families
def wget_fetches(box, family):
    needs("wget")
    box.origin("ok.test", HELLO)
    ran = box.run("wget", f"-{family}", "-q", "-O", "-", "https://ok.test/file").expect()
    check.equal(ran.out, "hello from outside\n")


@for_both_families
def python_urllib_fetches(box, family):
    box.origin("ok.test", HELLO)
    ran = box.python("urllib_get.py", family, "https://ok.test/").expect()
    check.equal(ran.out, "hello from outside\n")


@for_both_families
def node_https_fetches(box, family):
    needs("node")
    box.origin("ok.test", HELLO)
    script = f"""require('https').get({{host: 'ok.test', path: '/', family: {family}}},
        answer => answer.pipe(process.stdout)).on('error', error => {{ console.error(error); process.exit(1); }})"""
    check.equal(box.run("node", "-e", script).expect().out, "hello from outside\n")


@test
def node_fetch_fetches(box):
    needs("node")
    box.origin("ok.test", HELLO)
    script = "fetch('https://ok.test/').then(answer => answer.text()).then(text => process.stdout.write(text))"
    check.equal(box.run("node", "-e", script).expect().out, "hello from outside\n")


@for_both_families
def openssl_s_client_trusts_what_it_sees(box, family):
    box.origin("ok.test", HELLO)
    ran = box.run(
        "openssl",
        "s_client",
        f"-{family}",
        "-connect",
        "ok.test:443",
        "-servername",
        "ok.test",
        "-verify_return_error",
        "-verify_hostname",
        "ok.test",
        "-ign_eof",
        stdin=b"GET / HTTP/1.1\r\nHost: ok.test\r\nConnection: close\r\n\r\n",
    ).expect()
    check.contains(ran.out, "Verify return code: 0 (ok)")
    check.contains(ran.out, "hello from outside")


@for_both_families
def git_clones_and_pushes(box, family):
    repository = registries.bare_repository(box.root)
    box.origin("git.test", registries.git(box.root))
    script = f"""
        set -e
        git clone --quiet -{family} https://git.test/hello.git copy
        cat copy/README
        cd copy
        echo "from inside" > NEW && git add NEW
        git -c user.name=box -c user.email=box@ok.test commit --quiet -m Second
        git push --quiet -{family} origin HEAD:refs/heads/main
    """
    check.equal(box.shell(script).expect().out, "hello from git\n")
    box.run("git", f"--git-dir={repository}", "version").expect()
    check.contains(
        (repository / "refs/heads/main").read_text().strip(),
        box.shell("git -C copy rev-parse HEAD").expect().out.strip(),
        "the pushed commit",
    )


@test(seconds=120)
def npm_installs_from_a_registry(box):
    needs("npm")
    box.origin("npm.test", registries.npm("npm.test"))
    box.shell(
        "npm install --no-audit --no-fund --no-update-notifier --registry https://npm.test/ tiny-hello",
        timeout=100,
    ).expect()
    ran = box.run("node", "-p", "require('tiny-hello').greeting").expect()
    check.equal(ran.out, "hello from the registry\n")


@test(seconds=120)
def npm_install_over_ipv6_works(box):
    needs("npm")
    box.origin("npm.test", registries.npm("npm.test"))
    (box.project / "only6.js").write_text(
        "const dns = require('dns'); const { lookup } = dns;\n"
        "dns.lookup = (name, options, done) => lookup(name, { ...(typeof options === 'object' ? options : {}), family: 6 },"
        " done || options);\n"
    )
    box.shell(
        "NODE_OPTIONS=--require=$PWD/only6.js npm install --no-audit --no-fund --no-update-notifier"
        " --registry https://npm.test/ tiny-hello",
        timeout=100,
    ).expect()
    check.equal(
        box.run("node", "-p", "require('tiny-hello').greeting").expect().out,
        "hello from the registry\n",
    )


@test(seconds=120)
def pip_installs_from_an_index(box):
    box.origin("pip.test", registries.pip())
    script = """
        /usr/bin/python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir \
            --index-url https://pip.test/simple --target=site tiny_hello &&
        PYTHONPATH=site /usr/bin/python3 -c 'import tiny_hello; print(tiny_hello.greeting)'
    """
    check.equal(box.shell(script, timeout=100).expect().out, "hello from the index\n")


@for_both_families
def bash_dev_tcp_is_captured(box, family):
    box.origin("ok.test", HELLO, port=80, tls=False)
    script = (
        r"""
        address=$(getent ahostsv%d ok.test | awk 'NR == 1 { print $1 }')
        exec 3<>"/dev/tcp/$address/80"
        printf 'GET /dev-tcp HTTP/1.1\r\nHost: ok.test\r\nConnection: close\r\n\r\n' >&3
        cat <&3
    """
        % family
    )
    check.contains(box.shell(script).expect().out, "hello from outside")
    box.record("record of /dev-tcp", lambda record: record["url"] == "http://ok.test/dev-tcp")


@test
def a_raw_tcp_protocol_passes_where_a_rule_names_its_port(box):
    def shout(sock, seen):
        sock.sendall(b"220 ready\r\n")
        while data := sock.recv(1000):
            seen += data
            sock.sendall(data.upper())

    origin = box.raw_origin(shout, "mail.test", port=2525, tls=False, allow=False)
    box.configure('[[proxy.filter.rules]]\naction = "allow"\nhost = "mail.test"\nports = [2525]\n')
    ran = box.python("raw_tcp.py", "mail.test", 2525, "hello\r\n").expect()
    check.equal(ran.out, "220 ready\r\nHELLO\r\n")
    check.equal(bytes(origin.seen), b"hello\r\n")


@test
def programs_that_do_use_the_proxy_variables_work_too(box):
    box.origin("ok.test", HELLO)
    box.origin("ok.test", HELLO, port=80, tls=False)
    ran = box.run(
        "bash",
        "-c",
        "echo $HTTPS_PROXY; curl -sSv https://ok.test/ && curl -sS http://ok.test/",
        proxy_variables=True,
    ).expect()
    check.contains(ran.out, "http://10.0.2.2:")
    check.equal(ran.out.count("hello from outside"), 2)
    check.contains(ran.err, "CONNECT ok.test:443")


@test
def both_families_of_the_upstream_are_dialled(box):
    box.origin("four.test", HELLO)
    box.origin("six.test", HELLO, at="::1")
    check.equal(
        box.curl("https://four.test/", "https://six.test/").expect().out, "hello from outside\n" * 2
    )


@test
def names_resolve_without_a_query_leaving_the_host(box):
    box.origin("ok.test", HELLO)
    ran = box.shell("getent ahostsv4 ok.test; getent ahostsv6 ok.test").expect()
    check.contains(ran.out, "198.1")
    check.contains(ran.out, "fd")


@test
def a_name_keeps_its_address_for_the_whole_session(box):
    box.origin("ok.test", HELLO)
    box.origin("other.test", HELLO)
    script = "for i in 1 2 3; do getent ahostsv4 ok.test | head -1; getent ahostsv4 other.test | head -1; done | sort -u"
    check.equal(
        len(box.shell(script).expect().out.split("\n")) - 1, 2, "different addresses of two names"
    )


@test
def a_program_starts_quickly(box):
    box.run("true").expect()
    start = time.monotonic()
    for _ in range(5):
        box.run("true").expect()
    check.below((time.monotonic() - start) / 5, 0.5 * box.rig.patience, "seconds to run `true`")
