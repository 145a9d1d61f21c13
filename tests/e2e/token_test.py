# SPDX-License-Identifier: Apache-2.0
"""lazaret token: minting, narrowing, reading and revoking, and the keys."""

import base64
import json
import os
import pty
import stat
import subprocess
import time

from rig import aws, check, origins
from rig.runner import test

# Conformance vectors of the format: minted elsewhere with this key.
KEY = base64.b64encode(b"0123456789abcdef0123456789abcdef") + b"\n"
ELSEWHERE = (
    "acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRzmASSzmVT8QDO9IZXAM8AAAABAAAAAZGRrmFwaS5zdHJpcGUuY2"
    "9tzwAAAAEAAAACkZGjR0VUzwAAAAEAAAADkZGvL3YxL2N1c3RvbWVycy8qxCBvcxUlqMZRRwrdZFSNJThrkYDb4zaBq8qMtH9SZyyAQQ"
)
HOSTILE = "acm_lJPEB3ByaW1hcnnEEAABAgMEBQYHCAkKCwwNDg_Cq2FnZW50LWNyZWRz3f____4"


def mint(box, *flags):
    return box.lazaret("token", "mint", *flags).expect().out.strip()


def inspect(box, token):
    return box.lazaret("token", "inspect", "--json", "-", stdin=token.encode()).expect().json()


def values(seen):
    return {caveat["name"]: caveat["value"] for caveat in seen["caveats"]}


@test(tags=["quick"])
def a_token_says_what_it_was_minted_for(box):
    before = int(time.time())
    token = mint(
        box,
        *("--hosts", "api.stripe.com, API.github.com"),
        *("--methods", "get,HEAD"),
        *("--paths", "/v1/customers/*"),
        *("--valid-for", "7d"),
    )
    seen = inspect(box, token)
    check.equal((seen["signature"], seen["state"]), ("good", "valid"))
    check.equal(
        [caveat["kind"] for caveat in seen["caveats"]], [4, 2**32 + 1, 2**32 + 2, 2**32 + 3]
    )
    held = values(seen)
    check.equal(held["hosts"], ["api.stripe.com", "api.github.com"])
    check.equal(held["methods"], ["GET", "HEAD"])
    check.equal(held["paths"], ["/v1/customers/*"])
    window = held["validity"]
    check.equal(window["not_after"] - window["not_before"], 7 * 86400)
    check.that(before <= window["not_before"] <= time.time(), str(window))
    words = box.lazaret("token", "inspect", token).expect().out
    for word in ("api.stripe.com, api.github.com", "GET, HEAD", "/v1/customers/*", "6 d 23 h"):
        check.contains(words, word)


@test(tags=["quick"])
def a_bare_mint_makes_a_token_for_a_day_and_warns(box):
    ran = box.lazaret("token", "mint").expect()
    check.equal(ran.out.count("\n"), 1)
    check.contains(ran.err, "warning")
    window = values(inspect(box, ran.out))["validity"]
    check.equal(window["not_after"] - window["not_before"], 86400)
    narrow = box.lazaret("token", "mint", "--hosts", "a.test").expect()
    check.equal(narrow.err, "")
    quiet = box.lazaret("--quiet", "token", "mint").expect()
    check.equal(quiet.err, "")


@test
def the_token_is_alone_on_standard_output(box):
    ran = box.lazaret("token", "mint", "--hosts", "a.test", "--show-caveats").expect()
    check.that(ran.out.startswith("acm_") and ran.out.count("\n") == 1, ran.story())
    check.contains(ran.err, "only to a.test")


@test(tags=["quick"])
def a_token_is_narrowed_without_a_key(box):
    token = mint(box, "--hosts", "a.test,b.test")
    nowhere = {"XDG_DATA_HOME": str(box.root / "another")}
    narrowed = box.lazaret(
        *("token", "attenuate", "-", "--hosts", "b.test", "--valid-for", "5m", "--requests", "3"),
        stdin=token.encode(),
        env=nowhere,
    ).expect()
    seen = inspect(box, narrowed.out)
    check.equal(seen["signature"], "good")
    check.equal(
        [caveat["name"] for caveat in seen["caveats"]],
        ["validity", "hosts", "validity", "hosts", "requests"],
    )
    check.equal(seen["id"], inspect(box, token)["id"])
    blind = box.lazaret("token", "inspect", "--json", narrowed.out.strip(), env=nowhere).expect()
    check.equal(blind.json()["signature"], "unknown_key")
    check.equal(box.lazaret("token", "attenuate", token).code, 125)


@test
def own_caveats_are_kept(box):
    token = mint(
        box,
        *("--ports", "443,8443", "--requests", "5", "--bytes-up", "1000", "--sandbox", "s"),
        *("--client", "c", "--purpose", "a test", "--single-use"),
    )
    held = values(inspect(box, token))
    del held["validity"]
    check.equal(
        held,
        {
            "ports": [443, 8443],
            "requests": 5,
            "bytes_up": 1000,
            "sandbox": ["s"],
            "client": ["c"],
            "purpose": "a test",
            "single_use": True,
        },
    )


@test(tags=["quick"])
def tokens_of_agent_creds_are_understood(box):
    check.equal(inspect(box, ELSEWHERE)["signature"], "unknown_key")
    box.lazaret("token", "keys", "import", stdin=KEY).expect()
    check.equal(inspect(box, ELSEWHERE)["signature"], "good")
    check.equal(inspect(box, mint(box))["key"], "primary")
    # The first character of the signature.
    place = len(ELSEWHERE) - 43
    changed = "A" if ELSEWHERE[place] != "A" else "B"
    forged = ELSEWHERE[:place] + changed + ELSEWHERE[place + 1 :]
    check.equal(inspect(box, forged)["signature"], "bad")
    check.equal(inspect(box, forged)["state"], "bad")


@test(tags=["quick"])
def what_is_no_token_is_refused(box):
    for text in (HOSTILE, ELSEWHERE + "=", ELSEWHERE + "AAAA", ELSEWHERE[4:], "acm_", "-x", ""):
        for command in (["inspect"], ["attenuate", "--hosts", "a.test"], ["revoke"]):
            ran = box.lazaret("token", *command, "-", stdin=text.encode())
            check.equal(ran.code, 125, f"{command} {text}\n{ran.story()}")
            check.contains(ran.err, "not a token")
            check.equal(ran.out, "")


@test
def odd_wishes_are_refused(box):
    for flags in (
        ["--hosts", ", ,"],
        ["--hosts", "*.stripe.com"],
        ["--hosts", "a.test:443"],
        ["--methods", "G ET"],
        ["--paths", "v1"],
        ["--paths", "/v1?x=1"],
        ["--paths", "/a/../b"],
        ["--valid-for", "-1h"],
        ["--valid-for", "7x"],
        ["--valid-for", ""],
        ["--hosts", ""],
        ["--requests", ""],
        ["--not-before", "soon"],
        ["--ports", "0"],
        ["--requests", "-1"],
        ["--key", "nobody"],
    ):
        ran = box.lazaret("token", "mint", *flags)
        check.equal(ran.code, 125, f"{flags}\n{ran.story()}")
        check.contains(ran.err, flags[0].lstrip("-").split("-")[0])
        check.equal(ran.out, "")


@test
def a_token_that_would_never_be_valid_is_not_made(box):
    token = mint(box, "--valid-for", "1h")
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7200))
    ran = box.lazaret("token", "attenuate", token, "--not-before", later, "--valid-for", "1h")
    check.equal(ran.code, 125, ran.story())
    check.contains(ran.err, "never be valid")


@test
def a_variable_that_is_not_set_does_not_make_a_token_wider(box):
    token = mint(box, "--hosts", "a.test")
    ran = box.lazaret("token", "attenuate", token, "--methods", "GET", "--valid-for", "")
    check.equal(ran.code, 125, ran.story())
    check.contains(ran.err, "--valid-for: an empty text")


@test(tags=["quick"])
def a_revoked_token_stays_revoked_and_is_forgotten_after_its_end(box):
    token = mint(box, "--hosts", "a.test")
    short = mint(box, "--hosts", "a.test", "--valid-for", "1s")
    short_id = inspect(box, short)["id"]
    box.lazaret("token", "revoke", short).expect()
    check.contains((box.data / "lazaret/tokens/keys").read_text(), short_id)
    narrowed = box.lazaret("token", "attenuate", token, "--valid-for", "1s").expect().out
    time.sleep(3)
    # Revoking a descendant revokes what it came from, for as long as that lasts.
    box.lazaret("token", "revoke", "-", stdin=narrowed.encode()).expect()
    check.lacks((box.data / "lazaret/tokens/keys").read_text(), short_id)
    check.equal(inspect(box, token)["state"], "revoked")
    check.equal(inspect(box, mint(box))["state"], "valid")
    by_id = mint(box)
    box.lazaret("token", "revoke", inspect(box, by_id)["id"]).expect()
    check.equal(inspect(box, by_id)["state"], "revoked")
    check.equal(box.lazaret("token", "revoke", ELSEWHERE).code, 125)


@test(tags=["quick"])
def keys_rotate(box):
    check.equal(box.lazaret("token", "keys", "list", "--json").expect().json(), [])
    old = mint(box)
    first = inspect(box, old)["key"]
    second = box.lazaret("token", "keys", "rotate").expect().out.strip()
    check.equal(inspect(box, mint(box))["key"], second)
    check.equal(inspect(box, mint(box, "--key", first))["key"], first)
    check.equal(inspect(box, old)["signature"], "good")
    listed = box.lazaret("token", "keys", "list", "--json").expect().json()
    check.equal([(key["id"], key["mints"]) for key in listed], [(first, False), (second, True)])
    box.lazaret("token", "keys", "remove", first).expect()
    check.equal(inspect(box, old)["signature"], "unknown_key")
    check.equal(box.lazaret("token", "keys", "remove", first).code, 125)


@test
def keys_are_private_and_never_shown(box):
    box.lazaret("token", "keys", "import", stdin=KEY).expect()
    ring = box.data / "lazaret/tokens/keys"
    check.equal(stat.S_IMODE(ring.stat().st_mode), 0o600)
    check.equal(stat.S_IMODE(ring.parent.stat().st_mode), 0o700)
    secret = KEY.decode().strip()
    check.contains(ring.read_text(), secret)
    for command in (
        ["keys", "list"],
        ["keys", "list", "--json"],
        ["mint", "--show-caveats"],
        ["inspect", ELSEWHERE],
        ["inspect", "--json", ELSEWHERE],
    ):
        ran = box.lazaret("token", *command).expect()
        check.lacks(ran.out + ran.err, secret)
        check.lacks(ran.out + ran.err, base64.b64decode(secret).decode())
    # Nor when the file is damaged or open to others.
    ring.chmod(0o644)
    check.contains(box.lazaret("token", "mint").err, "chmod 600")
    ring.chmod(0o600)
    ring.write_text(ring.read_text().replace("primary ", "primary  "))
    ran = box.lazaret("token", "mint")
    check.equal(ran.code, 125)
    check.contains(ran.err, str(ring))
    check.lacks(ran.err, secret)
    # What needs no key is still answered.
    seen = box.lazaret("token", "inspect", "--json", ELSEWHERE).expect()
    check.equal(json.loads(seen.out)["signature"], "unknown_key")
    check.contains(seen.err, "warning")


@test
def keys_that_are_none_are_refused(box):
    for text in (b"", b"short\n", base64.b64encode(b"x" * 31), b"not base64!"):
        ran = box.lazaret("token", "keys", "import", stdin=text)
        check.equal(ran.code, 125, ran.story())
    check.equal(box.lazaret("token", "keys", "import", "a b", stdin=KEY).code, 125)
    box.lazaret("token", "keys", "import", "theirs", stdin=KEY).expect()
    check.equal(box.lazaret("token", "keys", "import", "theirs", stdin=KEY).code, 125)


@test
def keys_are_out_of_sight_in_a_sandbox(box):
    box.lazaret("token", "keys", "rotate").expect()
    ran = box.run("ls", "-la", box.data / "lazaret/tokens")
    check.that(ran.code != 0, ran.story())


CREDENTIAL = (
    '[proxy.credentials.api]\nenabled = true\ntype = "bearer"\nhost = "api.test"\n'
    'source = { value = "canary-of-ours" }\n'
)


def answer(box, token, word, *flags):
    """What a person is shown and told who is asked about a token, and the exit status."""
    pid, master = box.on_terminal("token", "approve", token, *flags)
    shown = box.read_until(master, b"[y/N] ")
    os.write(master, word.encode() + b"\n")
    shown += box.read_until(master, b"approved")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(master)
    return shown.decode(), status


def asks(box, token, **options):
    bearer = f"Authorization: Bearer {token}"
    ran = box.curl("-w", "%{http_code}", "-H", bearer, "https://api.test/", **options)
    return ran.expect().out


@test
def a_token_is_bound_to_the_label_of_a_client(box):
    box.origin("api.test", origins.text("hello"))
    box.configure(CREDENTIAL)
    token = mint(box, "--client", "reviewer")
    for label, status in (("", "403"), ("builder", "403"), ("reviewer", "200")):
        shown = asks(box, token, flags=["--client", label] if label else [])
        check.that(shown.endswith(status), f"{label}: {shown}")


@test(tags=["quick"])
def a_token_for_paths_holds_however_servers_read_them(box):
    api = box.origin("api.test", origins.text("hello"))
    box.configure(CREDENTIAL)
    token = mint(box, "--paths", "/users/*/profile,/projects/group%2Fname/*")
    asked = {
        "/users/me/profile": "200",
        "/projects/group%2fname/issues": "200",
        "/users//profile": "403",
        "/users/a%2Fb/profile": "403",
        "/projects/group%2fname/a%2fb": "403",
    }
    each = [word for path in asked for word in ("-o", "/dev/null", f"https://api.test{path}")]
    bearer = f"Authorization: Bearer {token}"
    ran = box.curl("--path-as-is", "-w", "%{http_code}\n", "-H", bearer, *each).expect()
    check.equal(ran.out.split(), list(asked.values()))
    check.equal(len(api.requests), 2)


@test(tags=["quick"])
def a_token_signs_for_the_region_that_the_program_means(box):
    problems, host = [], "pail.s3.amazonaws.com"
    pail = box.origin(host, aws.store("pail", problems))
    box.configure(f'[proxy.credentials.aws]\nenabled = true\nhost = "{host}"\n')
    real = {"AWS_ACCESS_KEY_ID": aws.KEY_ID, "AWS_SECRET_ACCESS_KEY": aws.SECRET}
    token = mint(box, "--hosts", host)
    presigned = (
        f"https://{host}/a?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        f"&X-Amz-Credential={token}%2F20200101%2Feu-west-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
    )
    signed = ("--aws-sigv4", "aws:amz:eu-west-1:s3", "--user", f"{token}:none")
    box.curl(*signed, f"https://{host}/a", env=real).expect()
    box.curl(presigned, env=real).expect()
    check.equal(problems, [])
    field, query = pail.requests
    check.contains(field.header("authorization"), "/eu-west-1/s3/aws4_request")
    check.contains(query.target, "%2Feu-west-1%2Fs3%2Faws4_request")
    for request in pail.requests:
        check.lacks(str(request.fields) + request.target, "acm_")


@test(seconds=120, tags=["quick"])
def a_token_waits_for_a_person(box):
    api = box.origin("api.test", origins.text("hello"))
    box.configure(CREDENTIAL)
    wide = mint(box, "--hosts", "api.test", "--ask-person")
    check.equal(values(inspect(box, wide))["ask_person"], True)
    token = box.lazaret("token", "attenuate", "-", "--methods", "GET", stdin=wide.encode())
    token = token.expect().out.strip()

    refused = asks(box, token)
    check.contains(refused, "lazaret token approve")
    check.that(refused.endswith("403"), refused)

    shown, status = answer(box, token, "n")
    check.equal(status, 1)
    for words in ("only to api.test", "only with GET", "what is made from it"):
        check.contains(shown, words)
    check.that(asks(box, token).endswith("403"), "nobody has agreed")

    _, status = answer(box, token, "y", "--for", "1h")
    check.equal(status, 0)
    check.equal(asks(box, token), "hello200")
    check.that(asks(box, wide).endswith("403"), "nobody has agreed to the wider token")
    check.equal([r.headers("Authorization") for r in api.requests], [["Bearer canary-of-ours"]])

    box.lazaret("token", "revoke", token).expect()
    check.that(asks(box, token).endswith("401"), "it was revoked")


@test(tags=["quick"])
def a_note_does_not_pass_for_a_restriction(box):
    wide = mint(box, "--hosts", "api.test", "--ask-person")
    columns = 80
    note = "list issues" + " " * (columns - len("  meant for: list issues"))
    for line in ("  only with GET", "  only to the path /issues/*", "  at most 5 requests"):
        note += line.ljust(columns)
    ran = box.lazaret("token", "attenuate", "-", "--purpose", note, stdin=wide.encode())
    shown, _ = answer(box, ran.expect().out.strip(), "n")
    lines = shown.replace("\r", "").split("\n")
    rows = [line[i : i + columns] for line in lines for i in range(0, len(line), columns)]
    restrictions = [row for row in rows if row.startswith("  ") and row[2] != " "]
    check.equal(len(restrictions), 4, shown)  # time, host, person, note
    check.that(restrictions[3].startswith('  meant for: "list issues only with GET'), shown)
    check.lacks("\n".join(rows), "\nonly")


@test
def what_is_typed_before_the_question_is_no_answer(box):
    token = mint(box, "--hosts", "api.test", "--ask-person")
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(box.project)
        time.sleep(1)  # what is typed now waits in the terminal
        os.execve(box.rig.lazaret, [box.rig.lazaret, "token", "approve", token], box.environment())
    os.write(master, b"y\n")
    shown = box.read_until(master, b"[y/N] ")
    os.write(master, b"n\n")
    shown += box.read_until(master, b"approved")
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(master)
    check.equal(status, 1, shown.decode())


FORGE = """
import base64, os, subprocess, sys

def forged():
    nonce = b"\\x93\\xc4\\x03abc\\xc4\\x10" + os.urandom(16) + b"\\xc2"
    requests = b"\\xcf" + (2**48 + 2).to_bytes(8, "big") + b"\\x91\\x05"
    token = b"\\x94" + nonce + b"\\xabagent-creds" + b"\\x92" + requests + b"\\xc4\\x20" + bytes(32)
    return "acm_" + base64.urlsafe_b64encode(token).rstrip(b"=").decode()

for _ in range(3):
    subprocess.run(["curl", "-s", "-H", "X-Key: " + forged(), "https://api.test/"])
"""


@test(tags=["quick"])
def forged_tokens_leave_no_files(box):
    box.origin("api.test", origins.text("hello"))
    box.configure(CREDENTIAL)
    mint(box, "--hosts", "api.test")
    (box.project / "forge.py").write_text(FORGE)
    ran = box.run("/usr/bin/python3", "forge.py").expect()
    check.equal(ran.out.count("Unauthorized"), 3, ran.story())
    check.that(not (box.data / "lazaret/tokens/usage").exists(), "nothing was counted")


@test
def the_count_of_a_token_goes_when_it_has_ended(box):
    box.origin("api.test", origins.text("hello"))
    box.configure(CREDENTIAL)
    token = mint(box, "--hosts", "api.test", "--single-use")
    check.equal(asks(box, token), "hello200")
    counts = box.data / "lazaret/tokens/usage" / inspect(box, token)["id"]
    usage, end, _ = counts.read_text().split("\n")
    check.equal(usage.split(), ["1", "0"])
    mint(box, "--hosts", "api.test")
    check.that(counts.exists(), "it may still be used")
    year = end[:4]
    counts.write_text(f"{usage}\n{end.replace(year, str(int(year) - 1))}\n")
    mint(box, "--hosts", "api.test")
    check.that(not counts.exists(), "it ended a year ago")


@test(tags=["quick"])
def controls_of_a_terminal_are_escaped_in_json(box):
    token = mint(box, "--hosts", "a.test", "--purpose", "a\u009b31m\u202eb")
    ran = box.lazaret("token", "inspect", "--json", token).expect()
    check.contains(ran.out, "a\\u009b31m\\u202eb")
    check.equal(values(ran.json())["purpose"], "a\u009b31m\u202eb")


@test
def a_token_that_needs_no_person_or_is_none_of_ours_is_not_approved(box):
    asks_nobody = mint(box, "--hosts", "api.test")
    check.contains(box.lazaret("token", "approve", asks_nobody).err, "does not ask for a person")
    check.contains(box.lazaret("token", "approve", ELSEWHERE).err, "no key of the ring signed")
    token = mint(box, "--ask-person")
    ran = box.lazaret("token", "approve", "--for", "never", token)
    check.contains(ran.err, "write 30m, 1h or 7d")


@test
def nobody_but_a_person_on_a_terminal_approves_a_token(box):
    token = mint(box, "--ask-person")
    command = ["setsid", "--wait", box.rig.lazaret, "token", "approve", token]
    ran = subprocess.run(
        command, env=box.environment(), cwd=box.project, input=b"y\n", capture_output=True
    )
    check.equal(ran.returncode, 125)
    check.contains(ran.stderr.decode(), "no terminal")
