# SPDX-License-Identifier: Apache-2.0
"""What must not leave: `redact check` says what the rules would find, and never what it is."""

import base64
import json

from rig import check
from rig.runner import test

SECRET = "canary-4f1d9a/for+redaction"

RULES = """
[proxy.redaction]
default_action = "redact"
detectors = ["github-token"]

[[proxy.redaction.rules]]
name = "api-key"
source.env = "CANARY"

[[proxy.redaction.rules]]
name = "customer"
action = "log"
pattern = 'CUST-[0-9]{8}'

[[proxy.redaction.rules]]
name = "database"
action = "block"
source.env_file_key = "DB_PASSWORD"
"""


def configure(box):
    box.configure(RULES)
    (box.project / ".env").write_text("export DB_PASSWORD='hunter-of-4711-words'\n")


def look(box, body, code):
    ran = box.lazaret("redact", "check", "-", "--json", stdin=body.encode(), env={"CANARY": SECRET})
    check.equal(ran.code, code, ran.story())
    check.lacks(ran.out + ran.err, SECRET)
    return ran.json()


@test
def redact_check_names_rule_place_and_action_of_a_secret_also_in_disguise(box):
    configure(box)
    body = json.dumps({"auth": {"tokens": ["x", SECRET]}, "note": "CUST-12345678"})
    found = look(box, body, 1)
    check.equal([(each["rule"], each["action"], each["where"]) for each in found],
                [("api-key", "redact", "body:$.auth.tokens[1]"), ("customer", "log", "body:$.note")])
    check.equal(body[found[0]["at"]:][:found[0]["bytes"]], SECRET)
    for disguise in (base64.b64encode(b"user:" + SECRET.encode()).decode(), SECRET.encode().hex(), SECRET.replace("/", "%2f")):
        check.equal([each["rule"] for each in look(box, "a=" + disguise, 1)], ["api-key"])
    check.equal([each["rule"] for each in look(box, "hunter-of-4711-words", 1)], ["database"])
    check.equal(look(box, "nothing", 0), [])


@test
def redact_check_finds_what_detectors_know_by_its_form(box):
    configure(box)
    token = "gh" + "p_" + "0123456789abcdefghij" + "ABCDEFGHIJ012345"
    check.equal([each["rule"] for each in look(box, f"the token {token}.", 1)], ["github-token"])


@test
def a_redaction_rule_whose_source_gives_nothing_is_a_mistake_that_names_it(box):
    configure(box)
    ran = box.lazaret("redact", "check", "-")
    check.equal(ran.code, 2, ran.story())
    check.contains(ran.err, 'redaction rule "api-key"')
    check.contains(ran.err, "CANARY is not set")
