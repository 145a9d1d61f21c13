# SPDX-License-Identifier: Apache-2.0
"""Through a company's proxy, with its name servers, within configured limits."""

import socket
import threading
import time

from rig import check, http2, origins, proxies, wire
from rig.runner import test

PUBLIC = "93.184.216.34"


def known(**names):
    """`resolve` entries: a name's dots are written as underscores."""
    return "".join(
        f'[[upstream.resolve]]\nhost = "{name.replace("_", ".")}"\naddresses = ["{address}"]\n'
        for name, address in names.items()
    )


def allow(host, extra=""):
    return f'[[proxy.filter.rules]]\naction = "allow"\nhost = "{host}"\n{extra}\n'


def behind(box, proxy_line, *, names=None, extra=""):
    """ok.test is allowed and is where only the proxy can reach it."""
    box.configure(
        f"[upstream]\n{proxy_line}\n{extra}\n"
        + known(**(names if names is not None else {"ok_test": PUBLIC}))
        + allow("ok.test")
    )


def hidden_origin(box, handler=None):
    """An origin that lazaret is not told how to reach: (origin, the proxy's routes)."""
    origin = origins.HttpOrigin(handler, box.rig.pki.leaf("ok.test"))
    return origin, {("ok.test", 443): origin.port, (PUBLIC, 443): origin.port}


def refusal(box, *arguments, **options):
    return box.curl("https://ok.test/", *arguments, **options).expect().json()


@test(tags=["quick"])
def https_goes_through_a_connect_proxy(box):
    origin, routes = hidden_origin(box, origins.text("hello"))
    proxy = proxies.ConnectProxy(routes, login="me:s@cret/")
    behind(box, f'proxy = "http://me:s%40cret%2F@127.0.0.1:{proxy.port}"')
    check.equal(box.curl("https://ok.test/a").expect().out, "hello")
    check.equal(proxy.asked, [("ok.test", 443)])
    check.equal(origin.paths(), ["/a"])
    check.equal(origin.server_names, ["ok.test"], "TLS goes to the server, through the proxy")
    for path, data in box.everything_stored():
        check.that(b"s@cret" not in data or path.name == "config.toml", f"a password is in {path}")


@test
def a_plain_request_is_given_to_it_with_its_url(box):
    """Squid, as it comes, makes tunnels to port 443 only."""
    origin = origins.HttpOrigin(origins.text("clear"))
    proxy = proxies.ConnectProxy({("ok.test", 80): origin.port}, login="me:secret")
    behind(box, f'proxy = "http://me:secret@127.0.0.1:{proxy.port}"')
    check.equal(box.curl("http://ok.test/a?b").expect().out, "clear")
    check.equal(proxy.urls, ["http://ok.test/a?b"])
    check.equal(origin.paths(), ["/a?b"])


@test
def a_proxy_is_reached_by_tls(box):
    big = b"x" * 3_000_000
    origin, routes = hidden_origin(box, origins.text(big))
    proxy = proxies.ConnectProxy(routes, certificate=box.rig.pki.leaf("proxy.test"))
    behind(
        box,
        f'proxy = "https://proxy.test:{proxy.port}"',
        names={"ok_test": PUBLIC, "proxy_test": "127.0.0.1"},
    )
    check.equal(box.curl("https://ok.test/").expect().raw, big)
    upload = "head -c 2000000 /dev/zero | curl -sS -m 20 --data-binary @- https://ok.test/up | wc -c"
    check.equal(box.shell(upload).expect().out.strip(), str(len(big)))
    check.equal(len(origin.requests[-1].body), 2_000_000)
    check.equal(proxy.server_names[0], "proxy.test")


@test
def a_proxy_with_a_wrong_certificate_is_refused(box):
    _, routes = hidden_origin(box)
    proxy = proxies.ConnectProxy(routes, certificate=box.rig.pki.leaf("other.test"))
    behind(
        box,
        f'proxy = "https://proxy.test:{proxy.port}"',
        names={"ok_test": PUBLIC, "proxy_test": "127.0.0.1"},
    )
    check.equal(refusal(box)["stage"], "proxy")
    check.equal(proxy.asked, [])


@test(tags=["quick"])
def socks_is_asked_for_the_name_or_the_address(box):
    for kind, asked in (("socks5h", "ok.test"), ("socks5", PUBLIC)):
        _, routes = hidden_origin(box, origins.text(kind))
        proxy = proxies.SocksProxy(routes, login="user:pass")
        behind(box, f'proxy = "{kind}://user:pass@127.0.0.1:{proxy.port}"')
        check.equal(box.curl("https://ok.test/").expect().out, kind)
        check.equal(proxy.asked, [(asked, 443)])


@test
def the_url_comes_from_a_file_or_a_variable(box):
    _, routes = hidden_origin(box, origins.text("hello"))
    proxy = proxies.ConnectProxy(routes, login="me:secret")
    url = f"http://me:secret@127.0.0.1:{proxy.port}"
    (box.home / "proxy-url").write_text(url + "\n")
    for source in ('file = "~/proxy-url"', 'env = "THE_PROXY"'):
        behind(box, f"proxy_source = {{ {source} }}")
        ran = box.curl("https://ok.test/", env={"THE_PROXY": url})
        check.equal(ran.expect().out, "hello")
    behind(box, 'proxy_source = { env = "NO_SUCH_VARIABLE" }')
    ran = box.curl("https://ok.test/").expect(125)
    check.contains(ran.err, "NO_SUCH_VARIABLE")


@test
def the_hosts_variables_are_used_when_asked_for(box):
    _, routes = hidden_origin(box, origins.text("hello"))
    proxy = proxies.ConnectProxy(routes)
    behind(box, "proxy_from_env = true")
    environment = {"HTTPS_PROXY": f"127.0.0.1:{proxy.port}", "https_proxy": ""}
    check.equal(box.curl("https://ok.test/", env=environment).expect().out, "hello")
    ran = box.curl("https://ok.test/", env={**environment, "HTTPS_PROXY": "ftp://s3cret@x"})
    check.contains(ran.expect(125).err, "https_proxy")
    check.lacks(ran.err, "s3cret")
    asked = len(proxy.asked)
    behind(box, "proxy_from_env = true", names={"ok_test": "10.0.0.1"})
    environment["NO_PROXY"] = ".test, other.example"
    check.equal(refusal(box, env=environment)["stage"], "address", "reached directly")
    check.equal(len(proxy.asked), asked)


@test
def no_proxy_and_connect_to_go_around_it(box):
    proxy = proxies.ConnectProxy({})
    origin = box.origin("direct.test", origins.text("direct"))
    near = origins.HttpOrigin(origins.text("near"))
    box.configure(
        f'[upstream]\nproxy = "http://127.0.0.1:{proxy.port}"\nno_proxy = ["127.0.0.0/8"]\n'
        + known(near_test="127.0.0.1")
        + allow("near.test", "allow_private = true")
    )
    check.equal(box.curl("https://direct.test/").expect().out, "direct")
    check.equal(box.curl(f"http://near.test:{near.port}/").expect().out, "near")
    check.equal((proxy.asked, origin.paths()), ([], ["/"]))


@test
def the_proxy_is_no_way_to_private_addresses(box):
    proxy = proxies.ConnectProxy({})
    box.configure(
        f'[upstream]\nproxy = "http://127.0.0.1:{proxy.port}"\n'
        + known(inner_test="192.168.1.1")
        + allow("*")
    )
    for host in ("inner.test", "10.9.9.9", "169.254.169.254", "[fd00::1]"):
        ran = box.curl_by_proxy("--proxytunnel", f"http://{host}/").expect()
        check.equal(ran.json()["stage"], "address", host)
    check.equal(proxy.asked, [])


def speak_ssh(sock, seen):
    """Reads first: a socket closed with unread bytes resets, and what it said may be lost."""
    sock.recv(1000)
    sock.sendall(b"SSH-2.0-x\r\n")


@test
def what_the_proxy_refuses_is_told(box):
    for made, url, words in (
        (proxies.ConnectProxy({}, login="a:b"), "http://{}", "put user and password"),
        (proxies.ConnectProxy({}, login="a:b"), "http://a:wr0ng@{}", "does not accept"),
        (proxies.ConnectProxy({}, refuse_with=403), "http://{}", "does not allow a tunnel"),
        (proxies.ConnectProxy({}), "http://{}", "cannot reach ok.test:443 (503)"),
        (proxies.SocksProxy({}, reply=2), "socks5h://{}", "its rules do not allow it"),
        (proxies.SocksProxy({}, login="a:b"), "socks5h://{}", "put user and password"),
        (origins.RawOrigin(speak_ssh), "http://{}", "closed the connection"),
    ):
        behind(box, f'proxy = "{url.format(f"127.0.0.1:{made.port}")}"')
        ran = box.curl("-i", "https://ok.test/").expect()
        check.contains(ran.out, "HTTP/2 502")
        check.contains(ran.out, '"stage":"proxy"')
        check.contains(ran.out, words)
        check.lacks(ran.out + ran.err, "wr0ng")
    check.equal({record["stage"] for record in box.exchanges()}, {"proxy"})


@test
def a_proxy_that_stalls_is_given_up(box):
    stalling = origins.RawOrigin(lambda sock, seen: sock.recv(1000) and time.sleep(30))
    behind(box, f'proxy = "http://127.0.0.1:{stalling.port}"', extra='connect_timeout = "500ms"')
    ran = box.curl("-i", "https://ok.test/").expect()
    check.contains(ran.out, "HTTP/2 504")
    check.contains(ran.out, '"stage":"timeout"')


@test(tags=["quick"])
def configured_name_servers_are_asked(box):
    origin = origins.HttpOrigin(origins.text("found"), box.rig.pki.leaf("ok.test"))
    for only_tcp in (False, True):
        server = proxies.NameServer({"ok.test": "127.0.0.1"}, only_tcp)
        box.configure(
            f'[upstream]\nname_servers = ["127.0.0.1:{server.port}"]\n'
            + allow("ok.test", "allow_private = true")
            + allow("absent.test")
        )
        check.equal(box.curl(f"https://ok.test:{origin.port}/").expect().out, "found")
        check.equal(sorted(set(server.asked)), [("ok.test", 1), ("ok.test", 28)])
        absent = box.curl("https://absent.test/").expect().json()
        check.equal(absent["stage"], "resolve")


@test
def a_name_servers_private_answer_is_refused(box):
    server = proxies.NameServer({"ok.test": "10.1.2.3"})
    box.configure(f'[upstream]\nname_servers = ["127.0.0.1:{server.port}"]\n' + allow("ok.test"))
    check.equal(refusal(box)["stage"], "address")


@test
def time_limits_are_obeyed(box):
    box.configure('[upstream]\nfirst_byte_timeout = "500ms"\nidle_timeout = "500ms"\n')

    def slow(sock, seen):
        if b"/body" in sock.recv(1000):
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        time.sleep(10)

    box.raw_origin(slow)
    ran = box.curl("-i", "https://ok.test/head").expect()
    check.contains(ran.out, "HTTP/2 504")
    start = time.monotonic()
    check.that(box.curl("https://ok.test/body").code != 0, "a body that was cut looks whole")
    check.below(time.monotonic() - start, 8 * box.rig.patience)


@test
def an_upload_may_take_longer_than_the_server_has_for_its_answer(box):
    box.configure('[upstream]\nfirst_byte_timeout = "1s"\n')
    old, new = box.origin("old.test"), http2.origin(box, "new.test")
    for host in ("old.test", "new.test"):
        ran = box.curl(
            "-T", "-", "--limit-rate", "100k", "-w", "%{http_code} %{time_total}", "-o", "/dev/null",
            f"https://{host}/", stdin=b"x" * 300_000,
        ).expect()
        status, seconds = ran.out.split()
        check.equal(status, "200", host)
        check.that(float(seconds) > 1.5, f"{host}: it took {seconds} s")
    check.equal(len(old.requests[-1].body), 300_000)


@test
def a_held_body_may_take_longer_than_a_write_may_rest(box):
    box.configure(
        '[upstream]\nwrite_timeout = "3s"\n[proxy.redaction]\nenabled = true\n'
        '[[proxy.redaction.rules]]\nname = "p"\npattern = "sk-[a-z]{20}"\n'
    )
    taken = []

    def take_slowly(sock, _seen):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        reader = wire.Reader(sock)
        request = wire.read_head(reader)
        left = int(request.header("content-length"))
        while left > 0:
            piece = min(left, 500_000)
            reader.exactly(piece)
            left -= piece
            time.sleep(0.3)
        taken.append(time.monotonic())
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    box.raw_origin(take_slowly)
    ran = box.curl(
        "--http1.1", "-w", "%{http_code}", "--data-binary", "@-", "https://ok.test/",
        stdin=b"x" * 9_000_000,
    ).expect()
    check.equal((ran.out, len(taken)), ("200", 1))


@test
def one_direction_may_rest_while_the_other_goes_on(box):
    box.configure('[upstream]\nidle_timeout = "1s"\n')

    def tick(sock, _seen):
        wire.read_head(wire.Reader(sock))
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(6):
            time.sleep(0.5)
            sock.sendall(b"5\r\ntick\n\r\n")
        time.sleep(30)

    box.raw_origin(tick)
    start = time.monotonic()
    ran = box.shell(
        "(echo; sleep 12) | curl -sSN --http1.1 -T . -H 'Expect:' https://ok.test/"
    )
    check.equal(ran.out.count("tick"), 6)
    check.below(time.monotonic() - start, 15 * box.rig.patience)
    record = box.record("record", lambda record: record.get("stage") == "timeout")
    check.contains(record["error"], "nothing moved in either direction for too long")


@test
def connections_to_one_host_are_limited(box):
    box.configure("[upstream]\nmax_connections_per_host = 2\n")
    lock, open_now, most = threading.Lock(), [0], [0]

    def count(_request):
        with lock:
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
        time.sleep(0.1)
        with lock:
            open_now[0] -= 1
        return wire.Response(200, [], b"x")

    box.origin("ok.test", count)
    script = "for i in 1 2 3 4 5 6 7 8; do curl -sS -m 20 https://ok.test/$i & done; wait"
    check.equal(box.shell(script).expect().out, "x" * 8)
    check.equal(most[0], 2)


@test
def a_contradiction_is_told_and_no_secret(box):
    box.configure('[upstream]\nproxy = "http://a:hunter2@x/y"\nproxy_from_env = true\n')
    ran = box.lazaret("config", "check").expect(1)
    check.contains(ran.out + ran.err, "upstream.proxy: the URL of a proxy has no path")
    check.contains(ran.out + ran.err, "keep one of the two")
    box.configure('[upstream]\nproxy = "http://a:hunter2@x"\n')
    shown = box.lazaret("config", "show").expect()
    check.lacks(ran.out + ran.err + shown.out + shown.err, "hunter2")


@test
def its_password_does_not_come_back(box):
    """From a proxy that passes on what it was told, and a server that shows what it was sent."""
    proxy = proxies.ConnectProxy({}, answer=lambda request: str(request.fields))
    behind(box, f'proxy = "http://me:proxypassword99@127.0.0.1:{proxy.port}"')
    told = box.curl("http://ok.test/").expect().out
    check.contains(told, "Proxy-Authorization")
    check.contains(told, "[REDACTED:upstream.proxy]")
    for path, data in box.everything_stored():
        check.that(b"proxypassword99" not in data or path.name == "config.toml", f"a password is in {path}")
        check.that(b"bWU6cHJveHlwYXNzd29yZDk5" not in data, f"a login is in {path}")


@test
def what_is_redacted_in_a_path_names_no_other_host(box):
    proxy = proxies.ConnectProxy({}, answer=lambda request: "reached")
    behind(
        box,
        f'proxy = "http://127.0.0.1:{proxy.port}"',
        extra="[proxy.redaction]\nenabled = true\ndefault_action = 'redact'\n[[proxy.redaction.rules]]\n"
        "name = 'home'\npattern = '/home/[a-z]+/'\n",
    )
    client = (
        "import socket; s = socket.create_connection(('ok.test', 80), 20)\n"
        "s.sendall(b'GET /home/bob/@127.0.0.1:9/internal HTTP/1.1\\r\\nHost: ok.test\\r\\n\\r\\n')\n"
        "print(s.recv(4000).decode().split()[1])"
    )
    check.equal(box.run("python3", "-c", client).expect().out.strip(), "403")
    check.equal(proxy.urls, [])
