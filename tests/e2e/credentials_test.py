# SPDX-License-Identifier: Apache-2.0
"""Keys are added outside, only where they belong, and are found nowhere inside."""

import base64
import hashlib
import pathlib
import secrets
import threading
import time

from rig import check, origins, wire
from rig.runner import test


def credential(
    host="api.test",
    name="demo",
    extra="",
    source='env = "API_KEY"',
    form='value_format = "Bearer {token}"',
):
    return (
        f'[proxy.credentials.{name}]\nenabled = true\nhost = "{host}"\nheader = "Authorization"\n'
        f"{form}\n{extra}\nsource = {{ {source} }}\n"
    )


def canary():
    """A key with every character that encodings like to change."""
    return f"canary-{secrets.token_hex(12)}+/%{secrets.token_hex(4)}"


def authorization(origin):
    return origin.requests[-1].headers("Authorization")


@test(tags=["quick"])
def a_key_is_added_on_its_way_out(box):
    api, key = box.origin("api.test"), canary()
    box.configure(credential())
    box.curl("https://api.test/user", env={"API_KEY": key}).expect()
    check.equal(authorization(api), [f"Bearer {key}"])
    record = box.record("record", lambda record: record["url"] == "https://api.test/user")
    check.equal(record["injected"], ["demo"])


@test
def a_key_can_come_from_a_value_or_a_file(box):
    api, key = box.origin("api.test"), canary()
    (box.config / "key").write_text(f"  {key}\n")
    for source in (f'value = "{key}"', f'file = "{box.config}/key"'):
        box.configure(credential(source=source))
        box.curl("https://api.test/").expect()
        check.equal(authorization(api), [f"Bearer {key}"], source)


@test
def the_github_preset_needs_no_more_than_its_name(box):
    api, key = box.origin("api.github.com"), canary()
    box.configure("[proxy.credentials.github]\nenabled = true\n")
    box.curl("https://api.github.com/user", env={"GITHUB_TOKEN": key}).expect()
    check.equal(authorization(api), [f"Bearer {key}"])


@test(tags=["quick"])
def a_key_goes_to_no_other_host(box):
    other, key = box.origin("other.test"), canary()
    box.origin("api.test")
    box.configure(credential())
    box.curl(
        "https://other.test/", "https://api.test/", "-H", "Host: api.test", env={"API_KEY": key}
    )
    box.curl("https://other.test/", env={"API_KEY": key}).expect()
    for request in other.requests:
        check.equal(request.headers("Authorization"), [])


@test
def a_key_is_not_added_to_plain_http(box):
    plain, key = box.origin("api.test", port=80, tls=False), canary()
    box.configure(credential())
    box.curl("http://api.test/", env={"API_KEY": key}).expect()
    check.equal(authorization(plain), [])


@test
def a_key_is_not_added_on_another_port(box):
    api, key = box.origin("api.test", port=8443, allow=False), canary()
    box.configure(
        credential()
        + '[[proxy.filter.rules]]\naction = "allow"\nhost = "api.test"\nports = [8443]\n'
    )
    box.curl("https://api.test:8443/", env={"API_KEY": key}).expect()
    check.equal(authorization(api), [])


@test
def a_key_is_not_sent_to_an_impostor(box):
    certificate = box.rig.pki.self_signed("api.test")
    api, key = box.origin("api.test", certificate=certificate), canary()
    box.configure(credential())
    ran = box.curl("-w", "%{http_code}", "https://api.test/", env={"API_KEY": key})
    check.contains(ran.out, "502")
    check.equal(api.requests, [])


@test
def the_programs_own_value_is_kept_without_overwrite_and_replaced_with_it(box):
    api, key = box.origin("api.test"), canary()
    for extra, wanted in (
        ("overwrite = false", "Bearer mine"),
        ("overwrite = true", f"Bearer {key}"),
    ):
        box.configure(credential(extra=extra))
        box.curl(
            "https://api.test/", "-H", "Authorization: Bearer mine", env={"API_KEY": key}
        ).expect()
        check.equal(authorization(api), [wanted], extra)


@test
def the_most_specific_credential_wins(box):
    api, other = box.origin("api.test"), box.origin("other.api.test")
    box.configure(
        credential("*.test", "wide", source='value = "canary-wide"')
        + credential("api.test", "exact", source='value = "canary-exact"')
        + credential("*.api.test", "longer", source='value = "canary-longer"')
    )
    box.curl("https://api.test/", "https://other.api.test/").expect()
    check.equal(authorization(api), ["Bearer canary-exact"])
    check.equal(authorization(other), ["Bearer canary-longer"])


@test
def methods_and_paths_narrow_a_credential(box):
    api, key = box.origin("api.test"), canary()
    box.configure(credential(extra='methods = ["GET"]\npaths = ["/v1/**"]'))
    box.curl("https://api.test/v1/x", "https://api.test/v2/x", env={"API_KEY": key}).expect()
    box.curl("https://api.test/v1/y", "-d", "x", env={"API_KEY": key}).expect()
    check.equal(
        [request.headers("Authorization") for request in api.requests], [[f"Bearer {key}"], [], []]
    )


@test(tags=["quick"])
def an_echoed_key_does_not_come_back(box):
    key = canary()

    def tell_all(request):
        value = (request.header("authorization") or "").encode()
        return wire.Response(
            fields=[("X-Echo", value.decode()), ("Content-Type", "application/json")],
            body=b'{"plain": "'
            + value
            + b'", "base64": "'
            + base64.b64encode(key.encode())
            + b'"}',
        )

    api = box.origin("api.test", tell_all)
    box.configure(credential())
    ran = box.curl("-i", "https://api.test/", env={"API_KEY": key}).expect()
    check.equal(authorization(api), [f"Bearer {key}"])
    check.lacks(ran.out, key)
    check.lacks(ran.out, base64.b64encode(key.encode()).decode())
    check.contains(ran.out, "[REDACTED:demo]")


@test
def an_echoed_key_does_not_come_back_in_small_chunks(box):
    key = canary()
    box.origin(
        "api.test",
        lambda request: wire.Response(
            fields=[("Content-Type", "text/plain")],
            body=f"before {request.header('authorization')} after".encode(),
            chunks=[1] * 60,
        ),
    )
    box.configure(credential())
    ran = box.curl("https://api.test/", env={"API_KEY": key}).expect()
    check.equal(ran.out, "before Bearer [REDACTED:demo] after")


class AtOnce(wire.Response):
    """Head and body in one write, as most servers send what is short."""

    def pieces(self, with_body=True):
        yield b"".join(super().pieces(with_body))


@test
def a_short_answer_that_is_searched_tells_its_length(box):
    key = canary()
    box.origin(
        "api.test",
        lambda request: AtOnce(
            fields=[("Content-Type", "text/plain")],
            body=f"/ {request.header('authorization')}".encode(),
        ),
    )
    box.configure(credential())
    sent = "/ Bearer [REDACTED:demo]"
    for version in ("--http1.1", "--http2"):
        ran = box.curl("-i", version, "https://api.test/", env={"API_KEY": key}).expect()
        check.contains(ran.out.lower(), f"content-length: {len(sent)}\r\n", version)
        check.equal(ran.out.rpartition("\r\n\r\n")[2], sent, version)


@test
def a_compressed_echo_does_not_come_back(box):
    import gzip

    key = canary()
    box.origin(
        "api.test",
        lambda request: wire.Response(
            fields=[("Content-Type", "text/plain"), ("Content-Encoding", "gzip")],
            body=gzip.compress((request.header("authorization") or "").encode()),
        ),
    )
    box.configure(credential())
    ran = box.curl("--compressed", "https://api.test/", env={"API_KEY": key}).expect()
    check.equal(ran.out, "Bearer [REDACTED:demo]")


def search(box, key, **options):
    rolling = 0
    for byte in key.encode():
        rolling = (rolling * 257 + byte) % ((1 << 61) - 1)
    return (
        box.python(
            "search.py", len(key), rolling, hashlib.sha256(key.encode()).hexdigest(), **options
        )
        .expect()
        .out
    )


@test(seconds=180, tags=["quick"])
def the_key_is_nowhere_inside(box):
    key = canary()
    box.origin("api.test")
    (box.config / "key").write_text(key)
    box.configure(
        credential() + credential("other.test", "filed", source=f'file = "{box.config}/key"')
    )
    found = search(box, key, env={"API_KEY": key}, timeout=170)
    check.lacks(found, "FOUND")
    check.contains(found, "searched")


@test(seconds=180)
def the_search_would_find_a_key(box):
    key = canary()
    (box.project / "leak.txt").write_text(f"x={key}")
    check.contains(search(box, key, timeout=170), "FOUND")


@test(tags=["quick"])
def the_key_is_in_no_log_no_error_and_no_command_line(box):
    key = canary()
    box.origin("api.test", origins.text("no", 500))
    box.raw_origin(lambda sock, seen: sock.recv(1000), "gone.test")
    box.configure(credential() + credential("gone.test", "gone"))
    seen, done = set(), threading.Event()
    watcher = threading.Thread(target=_watch_command_lines, args=(seen, done))
    watcher.start()
    ran = box.curl(
        "-i",
        "https://api.test/",
        "https://gone.test/",
        "https://refused.test/",
        env={"API_KEY": key, "LAZARET_DEBUG": "1"},
    )
    done.set()
    watcher.join()
    check.lacks(ran.out + ran.err, key)
    check.lacks(b"\0".join(seen).decode("latin-1"), key, "command lines of the machine")
    check.that(seen, "no command line was seen")
    for path, data in box.everything_stored():
        check.that(
            key.encode() not in data and base64.b64encode(key.encode()) not in data,
            f"the key is in {path}",
        )


def _watch_command_lines(seen, done):
    while not done.is_set():
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.add(path.read_bytes())
            except OSError:
                pass
        time.sleep(0.005)


@test
def a_credential_without_a_source_is_said_once_and_injects_nothing(box):
    api = box.origin("api.test")
    box.configure(credential())
    ran = box.curl("https://api.test/").expect()
    check.contains(ran.err, "API_KEY")
    check.equal(authorization(api), [])


@test
def a_key_with_a_line_break_is_refused(box):
    box.origin("api.test")
    box.configure(credential())
    ran = box.curl("https://api.test/", env={"API_KEY": "canary-a\r\nX-Evil: 1"})
    check.equal(ran.code, 125, ran.story())
    check.lacks(ran.err, "canary-a")


@test
def two_credentials_for_one_header_of_one_host_are_refused(box):
    box.configure(credential(name="one") + credential(name="two"))
    ran = box.run("true", env={"API_KEY": "canary-x"})
    check.equal(ran.code, 125, ran.story())
    check.contains(ran.err, "one")
    check.contains(ran.err, "two")


@test
def connection_cannot_nominate_an_injected_header(box):
    api, key = box.origin("api.test"), canary()
    box.configure(credential())
    box.curl(
        "https://api.test/",
        "-H",
        "Connection: authorization, host, keep-alive",
        env={"API_KEY": key},
    )
    for request in api.requests:
        check.equal(request.headers("Authorization"), [f"Bearer {key}"])
        check.equal(request.headers("Host"), ["api.test"])
