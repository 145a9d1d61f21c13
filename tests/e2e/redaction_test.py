# SPDX-License-Identifier: Apache-2.0
"""No secret goes out: found wherever it stands, however it is written."""

import base64
import gzip
import json
import secrets

from rig import check, http2, websocket
from rig.runner import test


def rules(action="block", value=None, pattern=None, name="api-key", extra=""):
    kind = f'source = {{ value = "{value}" }}' if value else f'pattern = "{pattern}"'
    return (
        f"[proxy.redaction]\nenabled = true\n{extra}\n"
        f'[[proxy.redaction.rules]]\nname = "{name}"\naction = "{action}"\n{kind}\n'
    )


def canary():
    return f"canary-{secrets.token_hex(12)}"


@test(tags=["quick"])
def a_secret_is_refused_wherever_it_stands(box):
    origin, key = box.origin(), canary()
    box.configure(rules(value=key))
    for where, send in (
        ("url", [f"https://ok.test/?q={key}"]),
        ("url", [f"https://ok.test/{key}"]),
        ("header:X-Note", ["-H", f"X-Note: {key}", "https://ok.test/"]),
        ("header:Authorization", ["-u", f"me:{key}", "https://ok.test/"]),
        ("body", ["-d", f"k={key}", "https://ok.test/"]),
        ("body:$.a.b", ["-d", json.dumps({"a": {"b": key}}), "https://ok.test/"]),
        ("body", ["-F", f"file=@-;filename=x", "https://ok.test/"]),
    ):
        ran = box.curl("--http1.1", "-w", "%{http_code}", *send, stdin=f"x {key} y".encode()).expect()
        check.contains(ran.out, "403", where)
        check.contains(ran.out, 'redaction rule \\"api-key\\"', where)
    check.equal(origin.requests, [])
    check.lacks(box.everything_logged(), key.encode())
    record = box.record("record", lambda record: record.get("stage") == "redaction")
    check.equal(record["redaction_action"], "block")
    check.equal(record["redaction_matches"], ["api-key"])


@test(tags=["quick"])
def a_secret_is_replaced_and_the_request_goes_on(box):
    origin, key = box.origin(), canary()
    box.configure(rules("redact", value=key))
    box.curl(
        "-d", json.dumps({"k": key}), "-H", f"X-Note: <{key}>", f"https://ok.test/?q={key}"
    ).expect()
    request = origin.requests[-1]
    check.equal(json.loads(request.body), {"k": "[REDACTED:api-key]"})
    check.equal(request.headers("X-Note"), ["<[REDACTED:api-key]>"])
    check.equal(request.headers("Content-Length"), [str(len(request.body))])
    check.lacks(request.target, key)
    check.lacks(box.everything_logged(), key.encode())
    record = box.record("record", lambda record: record["status"] == 200)
    check.equal(record["redaction_action"], "redact")


@test
def a_secret_that_is_only_noted_goes_out_and_into_no_log(box):
    origin, key = box.origin(), canary()
    box.configure(rules("log", value=key))
    box.curl("-d", f"k={key}", f"https://ok.test/?q={key}").expect()
    check.equal(origin.requests[-1].body, f"k={key}".encode())
    check.lacks(box.everything_logged(), key.encode())
    record = box.record("record", lambda record: record["status"] == 200)
    check.equal((record["redaction_action"], record["redaction_matches"]), ("log", ["api-key"]))


@test
def a_secret_in_what_the_filter_refuses_is_in_no_log(box):
    key = canary()
    box.configure(rules("log", value=key))
    box.curl("-d", f"k={key}", "-H", f"X-Note: {key}", f"https://elsewhere.test/?q={key}")
    check.lacks(box.everything_logged(), key.encode())


@test
def a_secret_is_found_in_every_coding(box):
    origin, key = box.origin(), canary()
    box.configure(rules(value=key))
    plain = key.encode()
    for name, body in {
        "base64": base64.b64encode(b"xy" + plain),
        "hex": plain.hex().encode(),
        "percent": b"".join(b"%%%02x" % byte for byte in plain),
        "json": b'{"k":"' + b"".join(b"\\u%04x" % byte for byte in plain) + b'"}',
        "utf-16": key.encode("utf-16-le"),
        "base64 in json": json.dumps({"k": base64.b64encode(plain).decode()}).encode(),
    }.items():
        ran = box.curl("--data-binary", "@-", "https://ok.test/", stdin=body).expect()
        check.contains(ran.out, "redaction", name)
    packed = gzip.compress(b"k: " + plain, mtime=0)
    ran = box.curl(
        "-H", "Content-Encoding: gzip", "--data-binary", "@-", "https://ok.test/", stdin=packed
    ).expect()
    check.contains(ran.out, "redaction", "gzip")
    ran = box.curl(
        "-H", "Content-Encoding: unknown", "--data-binary", "@-", "https://ok.test/", stdin=packed
    ).expect()
    check.contains(ran.out, "cannot be looked into")
    check.equal(origin.requests, [])


@test
def a_secret_in_a_chunked_body_is_found_and_the_request_never_completed(box):
    origin, key = box.origin(), canary()
    box.configure(rules(value=key))
    ran = box.curl(
        "-H", "Transfer-Encoding: chunked", "-w", "%{http_code}", "--data-binary", "@-",
        "https://ok.test/", stdin=b"x" * 300000 + key.encode(),
    ).expect()
    check.contains(ran.out, "403")
    check.that(not any(request.body.endswith(key.encode()) for request in origin.requests), "sent")


@test
def a_secret_is_found_over_http2(box):
    origin, key = http2.origin(box), canary()
    box.configure(rules(value=key))
    ran = box.curl("--http2", "-d", f"k={key}", "-w", "%{http_code}", "https://ok.test/").expect()
    check.contains(ran.out, "403")
    check.equal(origin.requests(), [])


@test
def a_secret_in_a_websocket_message_is_not_let_on(box):
    heard, key = [], canary()
    box.raw_origin(lambda sock, seen: websocket.echo(sock, seen, heard))
    box.configure(rules(value=key))
    ran = box.python("websocket_client.py", "hello", f"my key is {key}")
    check.contains(ran.out, "1 hello")
    check.contains(ran.out, "8 03f0")
    check.that(not any(key.encode() in message for message in heard), heard)


@test
def a_secret_in_a_websocket_message_is_replaced(box):
    heard, key = [], canary()
    box.raw_origin(lambda sock, seen: websocket.echo(sock, seen, heard))
    box.configure(rules("redact", value=key))
    box.python("websocket_client.py", f"my key is {key}").expect()
    check.equal(heard[0], b"my key is [REDACTED:api-key]")


@test
def a_pattern_is_found_and_a_longer_body_than_may_be_held_is_refused(box):
    origin = box.origin()
    box.configure(rules(pattern="sk-[a-z0-9]{8,}", extra="max_scan_bytes = 1000"))
    check.contains(box.curl("-d", "my sk-0123456789", "https://ok.test/").expect().out, "api-key")
    ran = box.curl("--data-binary", "@-", "https://ok.test/", stdin=b"x" * 2000).expect()
    check.contains(ran.out, "max_scan_bytes")
    box.curl("--data-binary", "@-", "https://ok.test/", stdin=b"x" * 900).expect()
    check.equal(len(origin.requests), 1)


@test
def a_longer_body_is_looked_into_as_it_streams_by_when_no_rule_blocks(box):
    origin, key = box.origin(), canary()
    box.configure(rules("log", value=key, extra="max_scan_bytes = 1000"))
    box.curl("--data-binary", "@-", "https://ok.test/", stdin=b"x" * 200000 + key.encode()).expect()
    check.equal(len(origin.requests[-1].body), 200000 + len(key))
    record = box.record("record", lambda record: record["status"] == 200)
    check.equal(record["redaction_matches"], ["api-key"])


@test
def a_rule_that_would_find_a_credential_is_refused_at_the_start(box):
    key = canary()
    box.configure(
        rules(value=key)
        + '[proxy.credentials.ok]\nenabled = true\nhost = "ok.test"\nheader = "X-Key"\n'
        f'source = {{ value = "{key}" }}\n'
    )
    ran = box.run("true")
    check.equal(ran.code, 125)
    check.contains(ran.err, "api-key")
    check.lacks(ran.err, key)


@test
def a_rule_without_its_secret_stops_the_start(box):
    box.configure(
        "[proxy.redaction]\nenabled = true\n[[proxy.redaction.rules]]\nname = 'x'\n"
        "source = { env = 'NOT_SET' }\n"
    )
    ran = box.run("true")
    check.equal(ran.code, 125)
    check.contains(ran.err, "NOT_SET")


@test
def explain_names_the_rule(box):
    key = canary()
    box.configure(rules(value=key))
    ran = box.lazaret("policy", "explain", "--json", "--filter-default", "allow", "GET", f"https://ok.test/?q={key}")
    check.equal(ran.code, 1)
    check.equal((ran.json()["stage"], ran.json()["redact"]), ("redaction", ["api-key"]))
