# SPDX-License-Identifier: Apache-2.0
"""A browser inside, as agents drive one: HTTP/2, event streams, WebSockets, a service worker."""

import json
import pathlib
import subprocess
import time
import urllib.parse

from rig import check, http2, websocket
from rig.runner import Skip, test

RIG = pathlib.Path(http2.__file__).parent
TRUST = "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n lazaret -i $NODE_EXTRA_CA_CERTS"
BROWSE = (
    "chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage"
    " --no-first-run --user-data-dir=/tmp/browser"
)


def installed(program):
    return pathlib.Path("/usr/bin", program).exists()


@test(seconds=120)
def chromium_shows_a_page_of_today(box):
    if not installed("chromium") or not installed("certutil"):
        raise Skip("chromium or libnss3-tools is not installed")
    files = {
        "/page": {"type": "text/html", "text": (RIG / "page.html").read_text()},
        "/worker.js": {"type": "text/javascript", "text": (RIG / "worker.js").read_text()},
    }
    origin = http2.origin(box, speaks="both", files=files, allow=False)
    box.raw_origin(websocket.echo, "chat.test")
    box.block_path("/forbidden")
    session = box.start_lazaret(
        *box.command_line(
            ["sh", "-c", f"mkdir -p ~/.pki/nssdb && {TRUST} && exec {BROWSE} https://ok.test/page"]
        ),
        stdin=subprocess.DEVNULL,
    )
    try:
        saw = what_it_saw(origin, 30 * box.rig.patience)
    finally:
        session.terminate()
        _, complaints = session.communicate()
    check.equal(
        saw,
        {
            "fetched": ["2.0", 100000, "h2"],
            "events": 3,
            "messages": "hello",
            "worker": "/echo?by=worker",
            "refused": [403, "filter"],
        },
        complaints[-2000:],
    )


def what_it_saw(origin, seconds):
    """What the page tells in the end, or what the origin was asked when it tells nothing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for request in origin.requests():
            if request["path"].startswith("/told?"):
                return json.loads(urllib.parse.unquote(request["path"].partition("?")[2]))
        time.sleep(0.1)
    return origin.requests()
