# SPDX-License-Identifier: Apache-2.0
"""No secret goes out: found wherever it stands, however it is written."""

import base64
import gzip
import hashlib
import json
import secrets
import struct
import zlib

from rig import check, http2, origins, websocket, wire
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


def in_metadata_of_br(text):
    """A body in br that is empty for whoever decodes it (RFC 7932, 9.2)."""
    bits = [0] + [0] + [1, 1] + [0] + [1, 0] + [((len(text) - 1) >> i) & 1 for i in range(8)]
    bits += [0] * (-len(bits) % 8)
    head = bytes(sum(bits[at + i] << i for i in range(8)) for at in range(0, len(bits), 8))
    return head + text + b"\x03"


@test
def a_secret_does_not_leave_where_no_reader_of_br_looks(box):
    origin, key = box.origin(), canary()
    box.configure(rules(value=key))
    body = in_metadata_of_br(key.encode())
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    ran = box.curl(
        *("-H", "Content-Encoding: br", "-H", f"Content-MD5: {digest}"),
        *("--data-binary", "@-", "https://ok.test/"),
        stdin=body,
    )
    ran.expect()
    [request] = origin.requests
    check.lacks(request.body, key.encode())
    sent = base64.b64encode(hashlib.md5(request.body).digest()).decode()
    check.equal(request.header("content-md5"), sent)


def in_comment_of_gzip(key, text):
    """RFC 1952, 2.3.1: who decodes it reads the text alone."""
    packed = gzip.compress(text, mtime=0)
    return packed[:3] + b"\x10" + packed[4:10] + key + b"\0" + packed[10:]


def in_skipped_frame_of_zstd(key, text):
    """RFC 8878, 3.1.2: a frame that readers skip, and one with a block that is not compressed."""
    skipped = struct.pack("<II", 0x184D2A50, len(key)) + key
    block = (len(text) << 3 | 1).to_bytes(3, "little") + text
    return skipped + b"\x28\xb5\x2f\xfd\x20" + bytes([len(text)]) + block


@test(tags=["quick"])
def a_secret_does_not_leave_where_no_reader_of_a_coding_looks(box):
    origin, key = box.origin(), canary()
    box.configure(rules(value=key))
    text = b"an innocent text"
    for coding, bury in (("gzip", in_comment_of_gzip), ("zstd", in_skipped_frame_of_zstd)):
        body = bury(key.encode(), text)
        for how in ([], ["-H", "Transfer-Encoding: chunked"]):
            ran = box.curl(
                *("--http1.1", *how, "-H", f"Content-Encoding: {coding}"),
                *("--data-binary", "@-", "https://ok.test/"),
                stdin=body,
            )
            ran.expect()
            request = origin.requests[-1]
            check.lacks(request.body, key.encode())
            check.equal(request.headers("Content-Encoding"), [coding])
            if coding == "gzip":
                check.equal(gzip.decompress(request.body), text)
            else:
                check.contains(request.body, text)
    check.equal(len(origin.requests), 4)


def text_that_deflate_writes_as(key):
    """In its fixed codes a byte below 144 takes eight bits, its value and 48, mirrored; five longer ones align them."""
    mirrored = (int(f"{byte:08b}"[::-1], 2) for byte in key)
    return bytes(range(0x90, 0x95)) + bytes(byte - 0x30 for byte in mirrored)


@test
def a_secret_does_not_leave_as_what_a_coding_makes_of_a_text(box):
    origin = box.origin()
    # Each letter once: deflate would write a repetition as one.
    key = "".join(secrets.SystemRandom().sample("abefijlmnqruvyz", 15))
    box.configure(rules(value=key))
    for coding, bits in (("gzip", 31), ("deflate", 15)):
        packer = zlib.compressobj(1, wbits=bits)
        body = packer.compress(text_that_deflate_writes_as(key.encode())) + packer.flush()
        check.contains(body, key.encode())
        ran = box.curl(
            *("-H", f"Content-Encoding: {coding}", "--data-binary", "@-", "https://ok.test/"),
            stdin=body,
        ).expect()
        check.contains(ran.out, "found in the encoded body")
    check.equal(origin.requests, [])


@test
def what_is_encoded_anew_has_its_length_and_digests_made_anew(box):
    origin = box.origin()
    box.configure(rules(value=canary()))
    text = b"an innocent text " * 10000
    body = gzip.compress(text, 9, mtime=0)
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    ran = box.curl(
        *("-H", "Content-Encoding: gzip", "-H", f"Content-MD5: {digest}"),
        *("-H", f"X-Amz-Content-Sha256: {hashlib.sha256(body).hexdigest()}"),
        *("--data-binary", "@-", "https://ok.test/"),
        stdin=body,
    )
    ran.expect()
    [request] = origin.requests
    check.equal(gzip.decompress(request.body), text)
    check.equal(request.headers("Content-Length"), [str(len(request.body))])
    sent = base64.b64encode(hashlib.md5(request.body).digest()).decode()
    check.equal(request.headers("Content-MD5"), [sent])
    check.that(sent != digest, "the bytes that came went on")
    record = box.record("record", lambda record: record.get("stale"))
    check.equal(record["stale"], ["x-amz-content-sha256"])


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
def a_secret_in_a_ping_or_a_goodbye_is_not_let_on(box):
    heard, key = [], canary()
    box.raw_origin(lambda sock, _seen: websocket.everything(sock, heard))
    box.configure(rules(value=key))
    for said in ("ping:", "goodbye:"):
        heard.clear()
        ran = box.python("websocket_client.py", "hello", f"{said}my key is {key}")
        check.contains(ran.out, "1 hello")
        check.that(b"hello" in heard, heard)
        check.that(not any(key.encode() in payload for payload in heard), heard)
    record = box.record("record", lambda record: record.get("redaction_action") == "block")
    check.that("api-key ws" in record["where"], record["where"])


@test(tags=["quick"])
def a_secret_in_the_name_of_a_host_is_refused(box):
    key = canary()
    halves = f"{key[:12]}.{key[12:]}"
    for host in (f"{key}.wild.test", f"{key.upper()}.wild.test", f"{halves}.wild.test"):
        origin = box.origin(host.lower())
        for tls in ("inspect", "passthrough"):
            box.configure(
                f'[[proxy.filter.rules]]\naction = "allow"\nhost = "*.wild.test"\ntls = "{tls}"\n'
                + rules("redact", value=key)
            )
            ran = box.curl("--connect-timeout", "10", f"https://{host}/")
            check.that(ran.code != 0, f"{host}: {ran.out}")  # the name does not exist
            ran = box.curl_by_proxy(f"https://{host}/")
            check.that(ran.code != 0 or "redaction" in ran.out, f"{host}: {ran.out}")
        check.equal((origin.connections, origin.requests), (0, []))
    check.lacks(box.everything_logged().lower(), key.encode())
    check.lacks(box.everything_logged().lower(), halves.encode())


@test
def a_secret_in_the_method_is_refused_and_in_no_log(box):
    origin, key = box.origin(), f"AKIA{secrets.token_hex(8).upper()}"
    box.configure(rules(value=key))
    check.contains(box.curl("-X", key, "https://ok.test/").expect().out, "found in method")
    check.equal(origin.requests, [])
    check.lacks(box.everything_logged(), key.encode())


@test
def lines_of_json_go_on_one_by_one(box):
    """The program waits for an answer to each before it sends the next."""
    key = canary()

    def answer_each(sock, _seen):
        reader = wire.Reader(sock)
        wire.read_head(reader)
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while size := int(reader.line(), 16):
            line = reader.exactly(size)
            reader.exactly(2)
            sock.sendall(b"%x\r\n%s\r\n" % (size, line))
        sock.sendall(b"0\r\n\r\n")

    box.raw_origin(answer_each)
    box.configure(rules("redact", value=key))
    script = """
import http.client, json, ssl, sys
connection = http.client.HTTPSConnection("ok.test", timeout=20)
connection.putrequest("POST", "/")
connection.putheader("Content-Type", "application/x-ndjson")
connection.putheader("Transfer-Encoding", "chunked")
connection.endheaders()
answer = None
for text in ("one", sys.argv[1], "three"):
    line = json.dumps({"say": text}).encode() + b"\\n"
    connection.send(b"%x\\r\\n%s\\r\\n" % (len(line), line))
    answer = answer or connection.getresponse()
    print(answer.readline().decode(), end="")
connection.send(b"0\\r\\n\\r\\n")
"""
    ran = box.run("/usr/bin/python3", "-c", script, key).expect()
    said = [json.loads(line)["say"] for line in ran.out.splitlines()]
    check.equal(said, ["one", "[REDACTED:api-key]", "three"])


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


# --- the way back --------------------------------------------------------------------------------


def telling(key):
    """A server that says a secret whatever it is asked."""
    told = f"before {key} and {base64.b64encode(key.encode()).decode()}".encode()
    fields = [("Content-Encoding", "gzip"), ("X-Note", f"<{key}>"), ("Content-MD5", "AAAA")]
    return origins.text(gzip.compress(told), fields=fields)


@test(tags=["quick"])
def a_secret_does_not_come_back_from_any_host(box):
    key = canary()
    origin = box.origin("ok.test", telling(key))
    box.configure(rules(value=key))
    ran = box.curl("--http1.1", "-i", "-H", "Range: bytes=0-9", "https://ok.test/").expect()
    head, body = ran.out.replace("\r", "").split("\n\n", 1)
    check.equal(body, "before [REDACTED:api-key] and [REDACTED:api-key]")
    check.contains(head, "X-Note: <[REDACTED:api-key]>")
    check.lacks(head.lower(), "content-md5")
    check.lacks(head.lower(), "content-encoding")
    check.equal(origin.requests[-1].headers("Range"), [])
    check.lacks(box.everything_logged(), key.encode())


@test(tags=["quick"])
def a_rule_leaves_bodies_of_answers_as_they_came(box):
    key = canary()
    origin = box.origin("ok.test", telling(key), allow=False)
    box.configure(
        rules(value=key)
        + '[[proxy.filter.rules]]\naction = "allow"\nhost = "ok.test"\npath = "/big/**"\n'
        'scrub = "headers"\n'
        '[[proxy.filter.rules]]\naction = "allow"\nhost = "ok.test"\n'
    )
    ran = box.curl(
        "-i", "--compressed", "-H", "Range: bytes=0-9", "https://ok.test/big/x"
    ).expect()
    check.contains(ran.out, f"before {key} and")
    check.contains(ran.out, "<[REDACTED:api-key]>")
    check.equal(origin.requests[-1].headers("Range"), ["bytes=0-9"])
    check.equal(box.exchanges()[-1]["scrub"], "headers")
    check.lacks(box.curl("https://ok.test/small").expect().out, key)


@test(tags=["quick"])
def a_digest_of_a_body_that_was_changed_is_made_anew(box):
    origin, key = box.origin(), canary()
    box.configure(rules("redact", value=key))
    told = ["-H", "Content-MD5: AAAA", "-H", "X-Amz-Checksum-Crc32: A"]
    box.curl(*told, "-d", f"k={key}", "https://ok.test/").expect()
    request = origin.requests[-1]
    digest = base64.b64encode(hashlib.md5(request.body).digest()).decode()
    check.equal(request.headers("Content-MD5"), [digest])
    check.equal(request.headers("X-Amz-Checksum-Crc32"), [])
    streamed = ["-H", "Transfer-Encoding: chunked", "-d", f"k={key}", "https://ok.test/"]
    box.curl(*told, "--http1.1", *streamed).expect()
    check.equal(origin.requests[-1].headers("Content-MD5"), ["AAAA"])
    record = box.record("record", lambda record: record.get("stale"))
    check.equal(record["stale"], ["content-md5", "x-amz-checksum-crc32"])
    box.curl(*told, "-d", "k=innocent", "https://ok.test/").expect()
    check.equal(origin.requests[-1].headers("Content-MD5"), ["AAAA"])
