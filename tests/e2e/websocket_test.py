# SPDX-License-Identifier: Apache-2.0
"""WebSockets: judged like any request, then frame by frame."""

import base64
import hashlib
import shutil
import time

from rig import check, websocket, wire
from rig.box import INSIDE
from rig.runner import test


@test(tags=["quick"])
def a_websocket_carries_messages_both_ways(box):
    box.raw_origin(websocket.echo)
    ran = box.python("websocket_client.py", "hello", "ping", "many:300000", "bye").expect()
    check.equal(
        ran.out.splitlines(),
        [
            "HTTP/1.1 101 Switching Protocols",
            "X-Authorization: none",
            "1 hello",
            "10 are you there",
            "2 " + hashlib.sha256(b"x" * 300000).hexdigest(),
            "1 bye",
            "8 03e8 end",
        ],
    )
    record = box.record("the conversation", lambda one: one["url"].endswith("/chat"))
    check.equal((record["method"], record["status"], record["error"]), ("GET", 101, ""))
    check.equal((record["bytes_up"], record["frames_up"]), (300008, 5))
    check.that(record["frames_down"] >= 5, record)
    check.that(base64.b64decode(record["req_body"]).startswith(b"hello"), "the messages are logged")


@test
def a_websocket_gets_the_credential_and_never_shows_it(box):
    box.configure(
        "[proxy.credentials.ok]\nenabled = true\nhost = 'ok.test'\nheader = 'Authorization'\n"
        "value_format = 'Bearer {token}'\nsource.value = 'sk-live-0123456789'\n"
    )
    box.raw_origin(websocket.echo)
    ran = box.python("websocket_client.py", "my key is sk-live-0123456789, is it?").expect()
    check.lacks(ran.out, "sk-live")
    check.equal(ran.out.splitlines()[1], "X-Authorization: Bearer [REDACTED:ok]")
    check.contains(ran.out, "my key is [REDACTED:ok], is it?")


@test
def a_credential_does_not_come_back_in_a_ping_or_a_goodbye(box):
    box.configure(
        "[proxy.credentials.ok]\nenabled = true\nhost = 'ok.test'\nheader = 'Authorization'\n"
        "value_format = 'Bearer {token}'\nsource.value = 'sk-live-0123456789'\n"
    )

    def tell(sock, _seen):
        reader = wire.Reader(sock)
        request = wire.read_head(reader)
        websocket.accept(sock, request)
        told = request.header("authorization").encode()
        websocket.read_frame(reader)
        sock.sendall(websocket.frame(websocket.PING, told))
        websocket.read_frame(reader)
        sock.sendall(websocket.frame(websocket.CLOSE, b"\x03\xe8" + told))

    box.raw_origin(tell)
    ran = box.python("websocket_client.py", "one", "two").expect()
    goodbye = (b"\x03\xe8" + b"Bearer [REDACTED:ok]").hex()
    check.equal(ran.out.splitlines()[-2:], ["9 Bearer [REDACTED:ok]", f"8 {goodbye}"])


@test
def a_websocket_that_is_quiet_one_way_goes_on(box):
    """While the server speaks the program may be silent, for longer than both may."""
    box.configure('[upstream]\ntunnel_idle_timeout = "1s"\n')

    def tick(sock, _seen):
        reader = wire.Reader(sock)
        websocket.accept(sock, wire.read_head(reader))
        for _ in range(6):
            time.sleep(0.5)
            sock.sendall(websocket.frame(websocket.TEXT, b"tick"))
        websocket.read_frame(reader)

    box.raw_origin(tick)
    ran = box.python("websocket_client.py", "listen")
    check.equal(ran.out.splitlines()[2:], ["1 tick"] * 6 + ["8 03e9"])
    record = box.record("the conversation", lambda one: one["url"].endswith("/chat"))
    check.equal((record["stage"], record["error"]), ("timeout", "nothing was said for too long"))


@test
def a_blocked_websocket_is_refused_before_anything_is_dialled(box):
    origin = box.raw_origin(websocket.echo, allow=False)
    box.block_path("/chat")
    ran = box.python("websocket_client.py")
    check.equal(ran.out.splitlines()[:2], ["HTTP/1.1 403 Forbidden", "X-Blocked-By: lazaret"])
    check.equal(origin.connections, 0)


@test
def a_websocket_over_http2_reaches_a_server_of_http1(box):
    box.raw_origin(websocket.echo)
    script = """
      const http2 = require("http2");
      const session = http2.connect("https://ok.test");
      session.on("remoteSettings", () => {
        const stream = session.request({":method": "CONNECT", ":protocol": "websocket", ":path": "/chat",
                                        ":authority": "ok.test", "sec-websocket-version": "13"});
        stream.on("response", head => {
          console.log(head[":status"]);
          stream.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]));
        });
        stream.on("data", data => { console.log(data.toString("hex")); stream.close(); session.close(); });
      });
    """
    ran = box.run("node", "-e", script).expect()
    check.equal(ran.out.split(), ["200", "81026869"])


def opening_that_arrives(box, **environment):
    """What the server is asked when the program offers this: None when it is not."""
    arrived = []

    def serve(sock, _seen):
        request = wire.read_head(wire.Reader(sock))
        arrived.append(request)
        websocket.accept(sock, request)

    box.raw_origin(serve)
    shutil.copy(INSIDE / "websocket_client.py", box.project)
    words = [f"WEBSOCKET_{name.upper()}={text}" for name, text in environment.items()]
    box.run("env", *words, "/usr/bin/python3", "websocket_client.py")
    return arrived[0] if arrived else None


SECRET = "0123456789abcdeX"
REDACT = (
    "[proxy.redaction]\nenabled = true\ndefault_action = 'redact'\n[[proxy.redaction.rules]]\n"
    f"name = 'k'\nsource.value = '{SECRET}'\n"
)


@test
def what_is_redacted_in_a_handshake_does_not_arrive(box):
    box.configure(REDACT)
    check.that(opening_that_arrives(box, protocol=f"chat, {SECRET}") is None, "no list of names is left")
    record = box.record("the refusal", lambda one: one["url"].endswith("/chat"))
    check.equal((record["status"], record["redaction_matches"]), (400, ["k"]))


@test
def a_server_is_given_a_key_that_the_program_did_not_choose(box):
    key = base64.b64encode(SECRET.encode()).decode()
    arrived = opening_that_arrives(box, key=key)
    check.that(arrived.header("sec-websocket-key") != key, "the program's key arrived")


@test
def a_token_in_place_of_a_subprotocol_goes_no_further(box):
    box.configure(
        "[proxy.credentials.ok]\nenabled = true\ntype = 'bearer'\nhost = 'ok.test'\n"
        "source.value = 'sk-live-0123456789'\n"
    )
    token = box.lazaret("token", "mint", "--hosts", "ok.test").expect().out.strip()
    arrived = opening_that_arrives(box, protocol=token)
    check.equal(arrived.header("authorization"), "Bearer sk-live-0123456789")
    check.that(all("acm_" not in value for _, value in arrived.fields), arrived.fields)
