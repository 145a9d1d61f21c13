# SPDX-License-Identifier: Apache-2.0
"""Every kind of traffic at once: nothing comes wrong, and every exchange is in the log exactly once.

SOAK_SECONDS=1800 tests/e2e/run --only soak --binary build/dev/lazaret --patience 5
"""

import collections
import os
import shutil
import urllib.parse

from rig import check, http2, websocket
from rig.box import INSIDE, PYTHON
from rig.runner import test

SECONDS = int(os.environ.get("SOAK_SECONDS", "10"))


def id_of(url):
    return int(urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("id", ["0"])[0])


@test(seconds=SECONDS * 2 + 120, tags=["alone", "load"])
def mixed_traffic_comes_through_and_is_in_the_log_once(box):
    box.configure("[proxy]\nmax_log_body_bytes = 0\n")
    http2.origin(box, "load.test", speaks="both")
    box.raw_origin(websocket.echo)
    for script in ("soak.js", "websocket_client.py"):
        shutil.copy(INSIDE / script, box.project / script)
    talk = f"timeout 60 {PYTHON} websocket_client.py hello many:70000 ping bye > talk"
    ran = box.shell(
        f"(while :; do {talk}; grep -c 'bye' talk >> talks; done) & node soak.js load.test {SECONDS}",
        timeout=SECONDS * 2 + 100,
    ).expect()
    result = ran.json()
    check.equal((result["wrongs"], result["wrong"]), (0, []), ran.err[-2000:])
    talks = (box.project / "talks").read_text().split()
    check.equal(set(talks), {"1"}, "conversations that were not whole")

    logged = collections.Counter()
    sound = set()
    for record in box.exchanges():
        number = id_of(record["url"])
        logged[number] += 1
        if record["status"] == 200 and not record["error"]:
            sound.add(number)
    sent = set(result["whole"]) | set(result["broken"])
    missed = sorted(number for number in sent if logged[number] != 1)
    check.equal(missed[:20], [], f"requests of {len(sent)} that are not in the log exactly once")
    unsound = sorted(set(result["whole"]) - sound)
    check.equal(unsound[:20], [], f"whole answers of {len(sent)} that the log calls broken")
    print(f"{len(sent)} requests, {len(talks)} WebSocket conversations")
