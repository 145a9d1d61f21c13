# SPDX-License-Identifier: Apache-2.0
"""WebSockets: judged like any request, then frame by frame."""

import base64
import hashlib

from rig import check, websocket
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
