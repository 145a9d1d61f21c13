# SPDX-License-Identifier: Apache-2.0
"""The program holds a placeholder; the secret takes its place outside, where it belongs."""

import base64
import hashlib
import json
import pathlib
import secrets

from rig import check, http2, origins, websocket, wire
from rig.runner import test


def secret(name="API_KEY", hosts='["api.test"]', source='env = "REAL_KEY"', extra=""):
    return f"[secrets.{name}]\nhosts = {hosts}\n{extra}\nsource = {{ {source} }}\n"


def canary():
    """A value with every character that encodings like to change."""
    return f'canary-{secrets.token_hex(8)}+/%&="{secrets.token_hex(4)}'


def plain():
    return f"canary-{secrets.token_hex(12)}"


@test(tags=["quick"])
def a_value_does_not_come_back_from_another_host(box):
    """A program may have it put where somebody else can fetch it."""
    key = plain()
    box.origin("api.test")
    gists = box.origin("gist.test", origins.text(f"once {key} was kept".encode()))
    box.configure(secret())
    ran = box.curl(
        "-H", "Range: bytes=0-9", "-H", "Accept-Encoding: gzip, x-odd", "https://gist.test/",
        env={"REAL_KEY": key},
    ).expect()
    check.contains(ran.out, "once ")
    check.lacks(ran.out, key)
    check.equal(gists.requests[-1].headers("Range"), [])
    check.equal(gists.requests[-1].headers("Accept-Encoding"), ["gzip"])


@test
def a_source_that_the_program_replaced_by_a_link_is_not_followed(box):
    """Its file is covered, but the directory around it can be moved."""
    api, key, hidden = box.origin("api.test"), plain(), plain()
    (box.project / "config").mkdir()
    (box.project / "config/key").write_text(key)
    (box.home / ".id_host_only").write_text(hidden)
    box.configure(secret(source=f'file = "{box.project}/config/key"'))
    script = f"""
      send() {{ curl -sS -o /dev/null -H "X-Key: $API_KEY" https://api.test/; }}
      send
      mv config moved && mkdir config && ln -s {box.home}/.id_host_only config/key
      touch moved/wake; sleep 1.5; send
      rm config/key && mkfifo config/key; touch moved/again; sleep 1.5; send
    """
    box.shell(script).expect()
    check.equal([request.header("X-Key") for request in api.requests], [key] * 3)
    check.lacks(box.everything_logged(), hidden.encode())


@test
def a_value_of_several_lines_does_not_come_back_as_it_was_written(box):
    key = "-----BEGIN KEY-----\nabcDEF123/+xyzzy==\nline2secretline\n"
    box.origin("api.test", lambda request: wire.Response(200, [], request.body))
    box.configure(secret())
    for kind, body in (
        ("application/json", '{"k": "$API_KEY"}'),
        ("text/xml", "<k>$API_KEY</k>"),
        ("text/xml", "<k><![CDATA[$API_KEY]]></k>"),
    ):
        ran = box.shell(
            f"curl -sS -H 'Content-Type: {kind}' -d \"$(eval echo '{json.dumps(body)}')\" https://api.test/",
            env={"REAL_KEY": key},
        ).expect()
        check.lacks(ran.out, "secretline")
        check.lacks(ran.out, "xyzzy")
        check.contains(ran.out, "<") if "xml" in kind else check.contains(ran.out, '"k"')


@test(tags=["quick"])
def a_placeholder_in_a_header_is_replaced_on_its_way_out(box):
    api, key = box.origin("api.test"), canary()
    box.configure(secret())
    ran = box.shell(
        'echo "inside: $API_KEY"; curl -sS -H "Authorization: Bearer $API_KEY" https://api.test/',
        env={"REAL_KEY": key},
    ).expect()
    check.contains(ran.out, "inside: lazaret-API_KEY-")
    check.lacks(ran.out, key)
    check.equal(api.requests[-1].headers("Authorization"), [f"Bearer {key}"])
    record = box.record("record", lambda record: record["url"] == "https://api.test/")
    check.equal(record["substituted"], ["API_KEY"])
    check.lacks(box.everything_logged(), key.encode())


@test
def a_placeholder_is_another_in_each_session(box):
    box.origin("api.test")
    box.configure(secret())
    seen = {
        box.shell('echo "$API_KEY"', env={"REAL_KEY": plain()}).expect().out for _ in range(3)
    }
    check.equal(len(seen), 3)


@test
def a_placeholder_in_the_path_and_the_query_is_replaced_percent_encoded(box):
    api, key = box.origin("api.test"), "canary/a&b=c d+1"
    box.configure(secret())
    box.shell('curl -sS "https://api.test/bot$API_KEY/send?key=$API_KEY&x=1"', env={"REAL_KEY": key}).expect()
    check.equal(
        api.requests[-1].target,
        "/botcanary%2Fa%26b%3Dc%20d%2B1/send?key=canary%2Fa%26b%3Dc%20d%2B1&x=1",
    )
    check.lacks(box.everything_logged(), b"canary%2F")


@test
def a_placeholder_in_basic_credentials_is_replaced_decoded(box):
    api, key = box.origin("api.test"), plain()
    box.configure(secret())
    box.shell('curl -sS -u "me:$API_KEY" https://api.test/', env={"REAL_KEY": key}).expect()
    login = base64.b64encode(f"me:{key}".encode()).decode()
    check.equal(api.requests[-1].headers("Authorization"), [f"Basic {login}"])


@test(tags=["quick"])
def a_placeholder_in_a_body_is_replaced_and_its_length_told_anew(box):
    api, key = box.origin("api.test"), plain()
    box.configure(secret())
    box.shell(
        'curl -sS -d "{\\"auth\\":{\\"token\\":\\"$API_KEY\\"},\\"more\\":\\"$API_KEY\\"}" '
        "-H 'Content-Type: application/json' https://api.test/",
        env={"REAL_KEY": key},
    ).expect()
    request = api.requests[-1]
    check.equal(json.loads(request.body), {"auth": {"token": key}, "more": key})
    check.equal(request.headers("Content-Length"), [str(len(request.body))])
    check.equal(request.headers("Transfer-Encoding"), [])


@test
def a_placeholder_is_replaced_in_a_chunked_body_wherever_it_is_cut(box):
    api, key = box.origin("api.test"), plain()
    box.configure(secret())
    script = """
import os, http.client, time
text = ("before " + os.environ["API_KEY"] + " behind").encode()
for cut in range(len(text)):
    c = http.client.HTTPSConnection("api.test")
    c.putrequest("POST", "/"); c.putheader("Transfer-Encoding", "chunked"); c.endheaders()
    for piece in (text[:cut], text[cut:]):
        if piece: c.send(b"%x\\r\\n%s\\r\\n" % (len(piece), piece))
    c.send(b"0\\r\\n\\r\\n")
    assert c.getresponse().status == 200
    c.close()
"""
    box.run("python3", "-c", script, env={"REAL_KEY": key}, timeout=120).expect()
    check.equal({request.body for request in api.requests}, {f"before {key} behind".encode()})


@test
def a_compressed_body_is_looked_into_and_goes_on_as_it_came_when_nothing_changes(box):
    api, key = box.origin("api.test"), plain()
    box.configure(secret())
    box.shell(
        'printf "k: %s" "$API_KEY" | gzip -n > with.gz; printf "k: nothing" | gzip -n -1 > without.gz;'
        "for f in with without; do curl -sS -H 'Content-Encoding: gzip' --data-binary @$f.gz"
        " https://api.test/$f; done",
        env={"REAL_KEY": key},
    ).expect()
    changed, unchanged = api.requests
    check.equal(changed.body, f"k: {key}".encode())
    check.equal(changed.headers("Content-Length"), [str(len(changed.body))])
    check.equal(changed.header("Content-Encoding"), None)
    check.equal(unchanged.header("Content-Encoding"), "gzip")
    check.equal(unchanged.body, (box.project / "without.gz").read_bytes())


@test
def a_placeholder_is_replaced_over_http2(box):
    api, key = http2.origin(box, "api.test"), plain()
    box.configure(secret())
    box.shell(
        'curl -sS --http2 -d "token=$API_KEY" -H "X-Key: $API_KEY" https://api.test/',
        env={"REAL_KEY": key},
    ).expect()
    request = api.wait_for("request")
    check.equal(request["sha256"], hashlib.sha256(f"token={key}".encode()).hexdigest())
    check.equal(request["headers"]["x-key"], key)


@test(tags=["quick"])
def a_placeholder_for_another_host_is_refused_and_nothing_sent(box):
    api, other, key = box.origin("api.test"), box.origin("other.test"), plain()
    box.configure(secret())
    for send in (
        '-H "X-Key: $API_KEY" https://other.test/',
        '"https://other.test/?q=$API_KEY"',
        '"https://other.test/$API_KEY"',
        '-d "a=$API_KEY" https://other.test/',
        '-u "$API_KEY:x" https://other.test/',
        '--http1.1 -H "$API_KEY: x" https://other.test/',
    ):
        ran = box.shell(f"curl -sS -w '%{{http_code}}' {send}", env={"REAL_KEY": key}).expect()
        check.contains(ran.out, "403", send)
        check.contains(ran.out, "is not for other.test", send)
    check.equal(other.requests, [])
    check.equal(api.requests, [])
    record = box.record("record", lambda record: record.get("stage") == "placeholder")
    check.equal(record["status"], 403)


@test
def a_placeholder_late_in_a_stream_cuts_the_request_before_its_end(box):
    other = box.origin("other.test")
    box.configure(secret())
    script = """
import os, socket, ssl
s = ssl.create_default_context().wrap_socket(socket.create_connection(("other.test", 443)), server_hostname="other.test")
s.sendall(b"POST / HTTP/1.1\\r\\nHost: other.test\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n")
import time
for n in range(30):
    s.sendall(b"10000\\r\\n" + b"x" * 65536 + b"\\r\\n")
time.sleep(0.3)
key = os.environ["API_KEY"].encode()
s.sendall(b"%x\\r\\n%s\\r\\n0\\r\\n\\r\\n" % (len(key), key))
print(s.recv(4096).decode().splitlines()[0])
"""
    ran = box.run("python3", "-c", script, env={"REAL_KEY": plain()})
    check.contains(ran.out, "403")
    record = box.record("record", lambda record: record.get("stage") == "placeholder")
    check.contains(record["error"], "is not for other.test")
    check.that(
        all(len(request.body) < 30 * 65536 for request in other.requests) or not other.requests,
        "the server saw a whole request",
    )


@test
def a_placeholder_that_may_be_mentioned_goes_out_as_it_is(box):
    model, key = box.origin("model.test"), plain()
    box.configure(secret(extra='mention = "inert"\nin = ["header"]'))
    ran = box.shell(
        'echo "$API_KEY"; curl -sS -d "my key is $API_KEY" https://model.test/', env={"REAL_KEY": key}
    ).expect()
    placeholder = ran.out.split()[0]
    check.equal(model.requests[-1].body, f"my key is {placeholder}".encode())


@test
def a_secret_goes_into_the_parts_it_is_for_alone(box):
    api, key = box.origin("api.test"), plain()
    box.configure(secret(extra='in = ["header"]'))
    ran = box.shell('curl -sS -d "$API_KEY" https://api.test/', env={"REAL_KEY": key}).expect()
    check.contains(ran.out, "is not put into the body")
    box.shell('curl -sS -H "X-Key: $API_KEY" https://api.test/', env={"REAL_KEY": key}).expect()
    check.equal([request.headers("X-Key") for request in api.requests], [[key]])


@test
def a_secret_does_not_go_over_plain_http(box):
    api = box.origin("api.test", port=80, tls=False)
    box.configure(secret())
    ran = box.shell('curl -sS -H "X-Key: $API_KEY" http://api.test/', env={"REAL_KEY": plain()})
    check.contains(ran.out, "without TLS")
    check.equal(api.requests, [])


@test
def what_a_server_echoes_comes_back_as_the_placeholder(box):
    box.origin(
        "api.test",
        lambda request: wire.Response(
            200, [("X-Echo", request.header("X-Key"))], b"you said " + request.body
        ),
    )
    key = plain()
    box.configure(secret())
    ran = box.shell(
        'echo "$API_KEY"; curl -isS -H "X-Key: $API_KEY" -d "key=$API_KEY" https://api.test/',
        env={"REAL_KEY": key},
    ).expect()
    placeholder = ran.out.split()[0]
    check.lacks(ran.out, key)
    check.contains(ran.out, f"you said key={placeholder}")
    check.contains(ran.out, f"x-echo: {placeholder}")


@test
def a_placeholder_in_a_websocket_message_is_replaced(box):
    heard, key = [], plain()
    box.raw_origin(lambda sock, seen: websocket.echo(sock, seen, heard))
    fixed = 'placeholder = "SANDCAT_PLACEHOLDER_{name}"'
    box.configure(secret(hosts='["ok.test"]', extra=fixed))
    placeholder = "SANDCAT_PLACEHOLDER_API_KEY"
    ran = box.python(
        "websocket_client.py", f"token={placeholder}!", "bye", env={"REAL_KEY": key}
    ).expect()
    check.equal(heard[0], f"token={key}!".encode())
    check.contains(ran.out, f"1 token={placeholder}!")
    record = box.record("record", lambda record: record["status"] == 101)
    check.equal(record["substituted"], ["API_KEY"])
    check.lacks(box.everything_logged(), key.encode())


@test
def a_placeholder_in_a_websocket_message_to_another_host_ends_the_conversation(box):
    heard = []
    box.raw_origin(lambda sock, seen: websocket.echo(sock, seen, heard))
    fixed = 'placeholder = "SANDCAT_PLACEHOLDER_{name}"'
    box.configure(secret(extra=fixed))
    ran = box.python(
        "websocket_client.py", "token=SANDCAT_PLACEHOLDER_API_KEY", env={"REAL_KEY": plain()}
    )
    check.contains(ran.out, "8 03f0")
    check.that(not any(b"SANDCAT" in message for message in heard), heard)
    record = box.record("record", lambda record: record.get("stage") == "placeholder")
    check.contains(record["error"], "is not for ok.test")


@test
def the_longest_of_two_names_wins(box):
    api = box.origin("api.test")
    fixed = 'placeholder = "SANDCAT_PLACEHOLDER_{name}"'
    box.configure(
        secret("API", source='value = "short-canary"', extra=fixed)
        + secret("API_KEY", source='value = "longer-canary"', extra=fixed)
    )
    box.shell('curl -sS -H "X-Key: $API_KEY" -H "X-Api: $API" https://api.test/').expect()
    check.equal(api.requests[-1].headers("X-Key"), ["longer-canary"])
    check.equal(api.requests[-1].headers("X-Api"), ["short-canary"])


@test
def a_secret_without_hosts_may_go_nowhere(box):
    api = box.origin("api.test")
    box.configure(secret(hosts="[]"))
    ran = box.shell('curl -sS -H "X-Key: $API_KEY" https://api.test/', env={"REAL_KEY": plain()})
    check.contains(ran.err, "may go nowhere")
    check.contains(ran.out, "is not for api.test")
    check.equal(api.requests, [])


@test
def a_secret_without_a_value_is_told_and_its_variable_is_not_there(box):
    box.origin("api.test")
    box.configure(secret())
    ran = box.shell('echo "[${API_KEY-unset}]"').expect()
    check.contains(ran.out, "[unset]")
    check.contains(ran.err, "REAL_KEY is not set")


@test
def explain_says_what_would_be_replaced(box):
    box.origin("api.test")
    box.origin("other.test")
    box.configure(secret())
    env = {"REAL_KEY": plain()}
    explain = ["policy", "explain", "--json", "--filter-default", "allow", "POST"]
    ran = box.lazaret(
        *explain, "https://api.test/", "-H", "Authorization: Bearer {secret:API_KEY}", env=env
    ).expect()
    check.equal(ran.json()["substitute"], ["API_KEY"])
    body = pathlib.Path(box.project) / "body"
    body.write_text('{"key": "{secret:API_KEY}"}')
    ran = box.lazaret(*explain, "https://other.test/", "--body", str(body), env=env).expect(1)
    check.equal(ran.json()["stage"], "placeholder")


@test
def a_secret_whose_file_is_replaced_is_used_without_a_restart(box):
    api = box.origin("api.test")
    key = box.config / "key"
    _replace(key, "canary-first-value")
    box.configure(secret(source=f'file = "{key}"'))
    script = 'while read -r x; do curl -sS --max-time 20 -H "X-Key: $API_KEY" https://api.test/; echo; done'
    process = box.start_lazaret(*box.command_line(["bash", "-c", script]))

    def ask():
        process.stdin.write(b"again\n")
        process.stdin.flush()
        return process.stdout.readline().decode()

    def has_new_value():
        check.lacks(ask(), "canary", "old and new values are hidden")
        return api.requests[-1].headers("X-Key") == ["canary-second-value"]

    check.lacks(ask(), "canary")
    check.equal(api.requests[-1].headers("X-Key"), ["canary-first-value"])
    _replace(key, "canary-second-value")
    check.eventually(has_new_value, "the new value is used", box.rig.patience)
    out, err = process.communicate(timeout=60)
    check.equal(process.returncode, 0, err)


def _replace(path, text):
    beside = path.with_suffix(".new")
    beside.write_text(text)
    beside.chmod(0o600)
    beside.rename(path)


@test
def the_log_says_where_credentials_and_secrets_stood(box):
    box.origin("api.test")
    box.configure(
        secret()
        + '[proxy.credentials.demo]\nenabled = true\ntype = "bearer"\nhost = "api.test"\n'
        'source = { env = "OTHER_KEY" }\n'
    )
    box.shell(
        'curl -sS -H "X-Key: $API_KEY" -H "Content-Type: application/json" '
        '-d "{\\"auth\\":{\\"key\\":\\"$API_KEY\\"}}" "https://api.test/$API_KEY?q=$API_KEY"',
        env={"REAL_KEY": plain(), "OTHER_KEY": plain()},
    ).expect()
    record = box.record("record", lambda record: record["kind"] == "exchange")
    places = ["path", "query", "header:x-key", "body:$.auth.key"]
    check.equal(
        record["where"], ["demo header:authorization", *(f"API_KEY {place}" for place in places)]
    )
    shown = box.lazaret("logs", "proxy").expect().out
    check.contains(shown, ", ".join(record["where"]), "no terminal: nothing is cut")


@test
def a_terminal_is_shown_the_whole_of_a_log_when_it_asks(box):
    box.origin("api.test", allow=False)
    box.configure(secret() + '[proxy.filter]\ndefault_action = "allow"\n')
    box.shell(f'curl -sS "https://api.test/{"x" * 90}"', env={"REAL_KEY": plain()}).expect()
    for flags, is_whole in (([], False), (["--wide"], True)):
        _, master = box.on_terminal("logs", "proxy", *flags)
        shown = box.read_until(master, "┘".encode())
        check.equal(b"x" * 90 in shown, is_whole, flags)
