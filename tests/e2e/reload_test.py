# SPDX-License-Identifier: Apache-2.0
"""`lazaret reload`: a running sandbox goes by the configuration as it is now, and drops nothing."""

import secrets
import threading
import time

from rig import check, http2, origins
from rig.runner import test


class Session:
    """A shell inside that does one line after the other, while the configuration changes."""

    def __init__(self, box, *flags, env=None):
        self.box = box
        command = box.command_line(["bash", "-c", 'while read -r line; do eval "$line"; echo "=$?"; done'], flags)
        self.process = box.start_lazaret(*command, env=env)
        self("true")

    def __call__(self, line):
        """What the line printed, without its status."""
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        out = b""
        while True:
            read = self.process.stdout.readline()
            if not read:
                raise check.Failed(f"the session ended: {out!r}, {self.process.stderr.read()!r}")
            if read.startswith(b"="):
                return out.decode()
            out += read

    def status(self, host):
        return self(f"curl -sS -o /dev/null -w '%{{http_code}}\\n' https://{host}/ 2>&1").strip()

    def close(self):
        out, err = self.process.communicate()
        check.equal(self.process.returncode, 0, err.decode())


def allow(*hosts):
    return "".join(f'[[proxy.filter.rules]]\naction = "allow"\nhost = "{host}"\n' for host in hosts)


def header(name, host, variable):
    return (
        f'[proxy.credentials.{name}]\nenabled = true\nhost = "{host}"\nheader = "X-Key"\noverwrite = true\n'
        f'source = {{ env = "{variable}" }}\n'
    )


@test(tags=["quick"])
def rules_are_taken_up_by_a_sandbox_that_runs(box):
    for host in ("one.test", "two.test"):
        box.origin(host, allow=False)
    box.configure(allow("one.test"))
    session = Session(box)
    check.equal(session.status("one.test"), "200")
    check.contains(session.status("two.test"), "Could not resolve host")
    box.configure(allow("two.test"))
    ran = box.lazaret("reload").expect()
    check.contains(ran.out, "goes by the configuration as it is now")
    check.equal(ran.err, "")
    check.equal(session.status("two.test"), "200")
    check.contains(session.status("one.test"), "Could not resolve host")
    session.close()


KEEPING = """
import http.client, os, time
connection = http.client.HTTPSConnection("one.test")
def ask():
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    print(answer.status, connection.sock.getsockname()[1], flush=True)
ask()
ask()
open("asked", "w").close()
while not os.path.exists("go"): time.sleep(0.01)
ask()
"""


def ask_before_and_after(box, change):
    """The statuses of two requests before a change and of one after it, all on one connection."""
    (box.project / "keep.py").write_text(KEEPING)
    session = Session(box)
    session("python3 keep.py > kept & while [ ! -e asked ]; do sleep 0.01; done")
    change()
    box.lazaret("reload").expect()
    session("touch go; wait")
    statuses, ports = zip(*(line.split() for line in session("cat kept").splitlines()))
    check.equal(len(set(ports)), 1, "connections of the program")
    session.close()
    return statuses


@test
def a_connection_that_is_kept_goes_by_the_new_rules_with_its_next_request(box):
    box.origin("one.test", allow=False)
    box.configure(allow("one.test"))
    block = '[[proxy.filter.rules]]\naction = "block"\nhost = "one.test"\npath = "/"\n'
    statuses = ask_before_and_after(box, lambda: box.configure(block + allow("one.test")))
    check.equal(statuses, ("200", "200", "403"))


@test
def a_connection_to_a_server_is_made_anew_as_its_address_was_checked_by_the_old_rules(box):
    one = box.origin("one.test")
    before = []
    statuses = ask_before_and_after(box, lambda: before.append(len(one.raw)))
    check.equal(statuses, ("200", "200", "200"))
    check.equal((before, len(one.raw)), ([1], 2), "connections to the server")


@test(tags=["quick"])
def a_mistake_changes_nothing_and_is_told_with_its_place(box):
    box.origin("one.test", allow=False)
    box.configure(allow("one.test"))
    session = Session(box)
    box.configure('[proxy.filter]\nprofle = "open"\n')
    ran = box.lazaret("reload").expect(1)
    check.contains(ran.err, "goes on as it was")
    check.contains(ran.err, "config.toml:2:1")
    check.contains(ran.err, "profile")
    check.equal(session.status("one.test"), "200")
    session.close()


@test
def credentials_and_secrets_are_taken_up_and_a_placeholder_stays_the_same(box):
    api = box.origin("api.test")
    old, new, other = (f"canary-{secrets.token_hex(12)}" for _ in range(3))
    environment = {"OLD": old, "NEW": new, "OTHER": other}
    placed = '[secrets.TOKEN]\nhosts = ["api.test"]\nsource = { env = "OTHER" }\n'
    box.configure(header("api", "api.test", "OLD") + placed)
    session = Session(box, env=environment)
    send = 'curl -sS -H "X-Token: $TOKEN" https://api.test/ >/dev/null'
    session(send)
    box.configure(header("api", "api.test", "NEW") + placed.replace("OTHER", "OLD"))
    box.lazaret("reload", env=environment).expect()
    session(send)
    sent = [(request.header("x-key"), request.header("x-token")) for request in api.requests]
    check.equal(sent, [(old, other), (new, old)])
    session.close()
    for value in environment.values():
        check.lacks(box.everything_logged(), value.encode())


def answer_after(box, configuration):
    """What the program sees of an answer with the old credential and the new one, after a reload."""
    old, new = (f"canary-{secrets.token_hex(12)}" for _ in range(2))
    box.origin("api.test", origins.text(f"{old} {new}"))
    box.configure(header("api", "api.test", "OLD"))
    session = Session(box, env={"OLD": old, "NEW": new})
    session("curl -sS https://api.test/ >/dev/null")
    box.configure(configuration)
    box.lazaret("reload").expect()
    seen = session("curl -sS https://api.test/; echo").strip()
    session.close()
    return seen.replace(old, "OLD").replace(new, "NEW")


@test
def a_credential_that_was_replaced_does_not_come_back_either(box):
    seen = answer_after(box, header("api", "api.test", "NEW"))
    check.equal(seen, "[REDACTED:api] [REDACTED:api]")


@test
def a_host_that_may_know_a_secret_is_searched_when_it_gets_none_any_more(box):
    check.equal(answer_after(box, ""), "[REDACTED:api] NEW")


@test
def what_the_program_writes_ends_no_search_for_what_was_there_before(box):
    key = f"canary-{secrets.token_hex(12)}"
    box.origin("api.test")
    (box.project / ".env").write_text(f"API_KEY={key}\n")
    box.configure(
        '[proxy.redaction]\nenabled = true\n[[proxy.redaction.rules]]\nname = "mine"\n'
        'source = { env_file_key = "API_KEY" }\n'
    )
    session = Session(box)
    send = f"curl -sS -o /dev/null -w '%{{http_code}}\\n' -d key={key} https://api.test/"
    check.equal(session(send), "403\n")
    session("mkdir zz; echo API_KEY=something-else > zz/.env")
    box.lazaret("reload").expect()
    check.equal(session(send), "403\n")
    check.equal(session(send.replace(key, "something-else")), "403\n")
    session.close()


@test
def what_the_program_wrote_ends_no_search_at_the_next_start_either(box):
    key = f"canary-{secrets.token_hex(12)}"
    box.origin("api.test")
    (box.project / ".env").write_text(f"API_KEY={key}\n")
    box.configure(
        '[proxy.redaction]\nenabled = true\n[[proxy.redaction.rules]]\nname = "mine"\n'
        'source = { env_file_key = "API_KEY" }\n'
    )
    box.shell("echo API_KEY=something-else > .env.zzz; mkdir zz; echo API_KEY=x > zz/.env").expect()
    send = ["-o", "/dev/null", "-w", "%{http_code}", "-d", f"key={key}", "https://api.test/"]
    check.equal(box.curl(*send).expect().out, "403")


@test
def a_file_that_says_what_must_not_leave_cannot_be_changed(box):
    (box.project / "secret.txt").write_text("a-secret-of-some-length")
    box.configure(
        '[proxy.redaction]\nenabled = true\n[[proxy.redaction.rules]]\nname = "mine"\n'
        f'source = {{ file = "{box.project}/secret.txt" }}\n'
    )
    ran = box.shell("cat secret.txt; echo other > secret.txt || mv secret.txt x || rm -f secret.txt")
    check.that(ran.code != 0, "it was changed")
    check.equal(ran.out, "a-secret-of-some-length")


@test
def a_secret_that_is_new_has_no_variable_in_programs_that_run(box):
    box.origin("api.test")
    box.configure("")
    session = Session(box, env={"KEY": "canary-value"})
    box.configure('[secrets.FRESH]\nhosts = ["api.test"]\nsource = { env = "KEY" }\n')
    ran = box.lazaret("reload").expect()
    check.contains(ran.err, "do not have `FRESH`")
    check.equal(session("echo [$FRESH]"), "[]\n")
    session.close()


@test
def what_only_a_start_takes_up_is_said(box):
    box.origin("one.test")
    box.configure("")
    session = Session(box)
    box.configure(
        '[sandbox]\nhide_env_files = false\n[upstream]\nconnect_timeout = "3s"\n'
        '[[proxy.filter.rules]]\naction = "allow"\nhost = "one.test"\nports = [123]\nprotocol = "udp"\n'
    )
    ran = box.lazaret("reload").expect()
    check.contains(ran.err, "`sandbox.hide_env_files`, `upstream.connect_timeout`")
    check.contains(ran.err, "udp")
    session.close()


@test
def a_file_in_the_projects_reach_becomes_no_secret(box):
    box.origin("api.test")
    (box.project / "token").write_text("canary-in-the-project")
    box.configure("")
    session = Session(box)
    check.equal(session("cat token; echo"), "canary-in-the-project\n")
    box.configure(
        '[proxy.credentials.api]\nenabled = true\nhost = "api.test"\nheader = "X-Key"\n'
        f'source = {{ file = "{box.project}/token" }}\n'
    )
    ran = box.lazaret("reload").expect(1)
    check.contains(ran.err, "the running sandbox can see")
    session.close()


@test
def a_project_file_that_the_program_changed_is_not_taken_up(box):
    for host in ("one.test", "two.test"):
        box.origin(host, allow=False)
    box.configure("[sandbox]\nconfig_visibility = 'readwrite'\n")
    (box.project / ".lazaret.toml").write_text(allow("one.test"))
    box.lazaret("trust", "add").expect()
    session = Session(box)
    check.equal(session.status("one.test"), "200")
    added = allow("two.test").replace("\n", "\\n")
    session(f"printf '{added}' >> .lazaret.toml")
    check.contains((box.project / ".lazaret.toml").read_text(), "two.test")
    ran = box.lazaret("reload").expect(1)
    check.contains(ran.err, "lazaret trust add")
    check.contains(session.status("two.test"), "Could not resolve host")
    box.lazaret("trust", "add").expect()
    box.lazaret("reload").expect()
    check.equal(session.status("two.test"), "200")
    session.close()


@test
def a_project_file_that_went_away_is_missed(box):
    box.origin("one.test")
    box.configure("[sandbox]\nconfig_visibility = 'readwrite'\n")
    (box.project / ".lazaret.toml").write_text(
        '[[proxy.filter.rules]]\naction = "block"\nhost = "one.test"\npath = "/"\n'
    )
    box.lazaret("trust", "add").expect()
    session = Session(box)
    (box.project / ".lazaret.toml").rename(box.project / "elsewhere.toml")
    check.contains(box.lazaret("reload").expect(1).err, "counted until now")
    session.close()


@test
def a_link_to_a_file_that_is_trusted_elsewhere_is_not_trusted_here(box):
    for host in ("one.test", "two.test"):
        box.origin(host, allow=False)
    other = box.home / "other"
    other.mkdir()
    (other / ".lazaret.toml").write_text(allow("two.test"))
    box.lazaret("trust", "add", other).expect()
    box.configure(allow("one.test"))
    session = Session(box)
    session(f"ln -s {other}/.lazaret.toml .lazaret.toml")
    check.contains(box.lazaret("reload").expect().err, "not trusted, skipped")
    check.contains(session.status("two.test"), "Could not resolve host")
    session.close()
    box.lazaret("trust", "add").expect()
    check.equal(box.curl("-o", "/dev/null", "-w", "%{http_code}", "https://two.test/").expect().out, "200")


@test
def only_sandboxes_that_were_meant_are_reloaded(box):
    box.origin("one.test")
    session = Session(box)
    for wrong in (["nobody"], ["123456789"]):
        check.contains(box.lazaret("reload", *wrong).expect(125).err, "lazaret ls lists them")
    check.contains(box.lazaret("reload", cwd=box.home).expect(125).err, "no sandbox of this project")
    for right in (["--all"], [session.process.pid]):
        check.contains(box.lazaret("reload", *right, cwd=box.home).expect().out, f"({session.process.pid})")
    session.close()
    check.contains(box.lazaret("reload").expect(125).err, "no sandbox of this project")


@test
def a_sandbox_without_the_gateway_has_nothing_to_take_up(box):
    process = box.start_lazaret("run", "--network", "none", "--", "bash", "-c", "echo up; read -r line")
    check.equal(process.stdout.readline(), b"up\n")
    check.contains(box.lazaret("reload").expect(1).err, "does not go through the gateway")
    process.communicate(b"\n")


@test(seconds=120, tags=["alone", "load"])
def reloading_under_load_drops_nothing(box):
    """HTTP/1.1, HTTP/2 and long uploads go on while the configuration is read again, many times."""
    http2.origin(box, "load.test", speaks="both")
    values = [f"canary-{secrets.token_hex(12)}" for _ in range(2)]
    box.configure(header("api", "load.test", "KEY0"))
    session = Session(box, env={"KEY0": values[0], "KEY1": values[1]})
    stop = threading.Event()
    reloads = []

    def reload_often():
        while not stop.is_set():
            box.configure(header("api", "load.test", f"KEY{len(reloads) % 2}") + f"# {len(reloads)}\n")
            reloads.append(box.lazaret("reload").code)
            time.sleep(0.02)

    thread = threading.Thread(target=reload_often)
    thread.start()
    try:
        counts = session(
            "one() { for i in $(seq 400); do echo url=https://load.test/; echo output=/dev/null; done"
            " | curl -sS $1 -w '%{http_code} %{http_version}\\n' -K - -Z --parallel-max 8 2>/dev/null; }; "
            "(one --http1.1 > one) & (one --http2 > two) & "
            "(head -c 20000000 /dev/zero | curl -sS --limit-rate 8M -T - -o /dev/null -w '%{http_code} upload\\n' https://load.test/ > three) & "
            "wait; sort one two three | uniq -c"
        )
    finally:
        stop.set()
        thread.join()
    check.equal(sorted(" ".join(line.split()) for line in counts.splitlines()),
                ["1 200 upload", "400 200 1.1", "400 200 2"])
    check.equal(set(reloads), {0})
    check.that(len(reloads) > 10, f"only {len(reloads)} reloads")
    session.close()
    check.equal(len(box.exchanges()), 801)


PARKED = """
import os, socket, ssl, sys, time
context = ssl.create_default_context()
sock = context.wrap_socket(socket.create_connection(("api.test", 443), 20), server_hostname="api.test")
head = "POST /charge HTTP/1.1\\r\\nHost: api.test\\r\\n" + sys.argv[1] + "Content-Length: 10\\r\\n\\r\\n"
sock.sendall(head.encode() + b"first")
open("parked", "w").close()
while not os.path.exists("go"):
    time.sleep(0.05)
sock.sendall(b"later")
print(sock.recv(4000).decode("latin-1").split()[1])
"""

HOLDING = (
    "[proxy.redaction]\nenabled = true\n[[proxy.redaction.rules]]\nname = 'k'\n"
    "source.value = 'a-secret-of-some-length'\n"
)


CREDENTIAL = header("api", "api.test", "KEY").replace('env = "KEY"', 'value = "a-key-of-ours"')


def status_of_parked(box, field, meanwhile):
    """Of a request whose body, which is taken whole, ends only after something else."""
    (box.project / "parked.py").write_text(PARKED)
    process = box.start_lazaret(*box.command_line(["/usr/bin/python3", "parked.py", field]))
    check.eventually((box.project / "parked").exists, "the request is on its way")
    time.sleep(0.3)
    meanwhile()
    (box.project / "go").write_text("")
    out, err = process.communicate(timeout=30)
    return out.decode().strip() or err.decode()


@test
def a_request_that_waits_for_its_body_is_judged_by_the_rules_that_there_are_then(box):
    origin = box.origin("api.test", allow=False)
    box.configure(HOLDING + allow("api.test"))

    def block():
        box.configure(HOLDING + allow("other.test"))
        box.lazaret("reload").expect()

    check.equal(status_of_parked(box, "", block), "403")
    check.equal(origin.paths(), [])


@test
def a_request_that_waits_for_its_body_is_not_given_a_credential_that_was_taken_away(box):
    origin = box.origin("api.test", allow=False)
    box.configure(HOLDING + allow("api.test") + CREDENTIAL)

    def take_away():
        box.configure(HOLDING + allow("api.test"))
        box.lazaret("reload").expect()

    check.equal(status_of_parked(box, "", take_away), "503")
    check.equal(origin.paths(), [])


@test
def a_request_that_waits_for_its_body_needs_a_token_that_holds_at_its_end(box):
    origin = box.origin("api.test", allow=False)
    box.configure(HOLDING + allow("api.test") + CREDENTIAL)
    token = box.lazaret("token", "mint", "--hosts", "api.test").expect().out.strip()

    def revoke():
        box.lazaret("token", "revoke", token).expect()

    check.equal(status_of_parked(box, f"X-Token: {token}\r\n", revoke), "401")
    check.equal(origin.paths(), [])
