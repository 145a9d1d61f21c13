# SPDX-License-Identifier: Apache-2.0
"""Descriptors and memory that are not there: nothing hangs, nothing passes unseen, the person is told."""

import os
import pathlib
import resource
import time

from rig import check, origins
from rig.runner import Skip, test

# Asks for the URL of each line, and says what became of it.
ASKER = (
    'while read -r url; do curl -s -m 30 -o /dev/null -w "%{http_code} %{errormsg}\\n" "$url"; done'
)


class Session:
    """A session inside which one request after another is made, as the test says."""

    def __init__(self, box):
        if b"__asan_init" in pathlib.Path(box.rig.lazaret).read_bytes():
            raise Skip("sanitizers need memory and descriptors themselves")
        self.process = box.start_lazaret(*box.command_line(["bash", "-c", ASKER]))

    def ask(self, url):
        """The status of the answer, or what curl says; nothing once the session has ended."""
        try:
            self.process.stdin.write(url.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return ""
        return self.process.stdout.readline().decode().strip().removeprefix("000 ")

    def limit(self, which, soft):
        """Changes what the gateway may have from now on; returns what it was."""
        before = resource.prlimit(self.process.pid, which)
        resource.prlimit(self.process.pid, which, (soft, before[1]))
        return before[0]

    def end(self):
        """What lazaret had to say."""
        try:
            return self.process.communicate()[1].decode()
        except BrokenPipeError:
            return self.process.stderr.read().decode()


def only_for_root():
    if os.geteuid() != 0:
        raise Skip("only root can count the descriptors of the gateway, which keeps to itself")


def first_free_descriptor(pid):
    """Once what the last request needed is closed."""
    used, before = None, ()
    while used != before:
        time.sleep(0.5)
        before, used = used, {int(each.name) for each in pathlib.Path(f"/proc/{pid}/fd").iterdir()}
    return next(number for number in range(len(used) + 1) if number not in used)


def leave_no_descriptor(session):
    """The limit before. Something may have been closed meanwhile: then it is tried again."""
    for _ in range(5):
        before = session.limit(resource.RLIMIT_NOFILE, first_free_descriptor(session.process.pid))
        if not session.ask("https://ok.test/").isdigit():
            break
        session.limit(resource.RLIMIT_NOFILE, before)
    return before


@test(tags=["quick"])
def without_descriptors_a_connection_is_reset_at_once_and_later_all_is_well(box):
    only_for_root()
    box.origin("ok.test", origins.text("hi"))
    session = Session(box)
    check.equal(session.ask("https://ok.test/1"), "200")
    before = leave_no_descriptor(session)
    for number in range(5):
        said = session.ask(f"https://ok.test/{number}")
        # The reset may come before curl has seen that it is connected; and once the server has
        # closed its connection, there is one descriptor for a program's, which gets an answer.
        at_once = ("reset", "couldn't connect", "502", "503")
        check.one_of(True, [text in said.lower() for text in at_once], said)
    session.limit(resource.RLIMIT_NOFILE, before)
    check.equal(session.ask("https://ok.test/2"), "200")
    session.end()
    check.contains(box.lazaret("logs", "internal").expect().out, "cannot be accepted, and are reset")


@test
def with_too_few_descriptors_for_a_server_the_program_gets_an_answer(box):
    only_for_root()
    box.origin("ok.test", origins.text("hi"))
    box.origin("other.test", origins.text("hi"))
    session = Session(box)
    check.equal(session.ask("https://ok.test/"), "200")
    free = first_free_descriptor(session.process.pid)
    before = session.limit(resource.RLIMIT_NOFILE, free + 1)
    check.one_of(session.ask("https://other.test/"), ("502", "503"))
    session.limit(resource.RLIMIT_NOFILE, before)
    check.equal(session.ask("https://other.test/"), "200")
    session.end()


@test
def without_memory_the_sandbox_ends_and_says_why(box):
    box.origin("ok.test", origins.text("x" * 3_000_000))
    session = Session(box)
    check.equal(session.ask("https://ok.test/1"), "200")
    session.limit(resource.RLIMIT_DATA, 1 << 20)
    outcomes = [session.ask(f"https://ok.test/{number}") for number in range(200)]
    check.that(outcomes[-1] == "", outcomes[-3:])
    check.contains(session.end(), "there is no memory left, so the sandbox was ended")
    check.equal(box.leftovers(), [])
    check.that(len(box.records()) >= outcomes.count("200"), "some exchange is not in the log")


HOARDER = """
import socket, ssl, sys
framing, open_now, refused = sys.argv[1], [], 0
context = ssl.create_default_context()
for _ in range(40):
    sock = context.wrap_socket(socket.create_connection(("ok.test", 443), 20), server_hostname="ok.test")
    sock.sendall(f"POST / HTTP/1.1\\r\\nHost: ok.test\\r\\n{framing}\\r\\n\\r\\n".encode())
    chunk = b"x" * 1_000_000
    if "chunked" in framing:
        chunk = b"%x\\r\\n%s\\r\\n" % (len(chunk), chunk)
    try:
        for _ in range(9):
            sock.sendall(chunk)
        sock.settimeout(0.2)
        refused += b" 503 " in sock.recv(1000)
    except TimeoutError:
        pass
    except OSError:
        refused += 1
    open_now.append(sock)
print(refused)
input()
"""


@test
def bodies_that_are_held_have_a_limit_together(box):
    """Each may be as long as `max_scan_bytes`; all of one sandbox have 256 MiB."""
    box.origin()
    box.configure(
        "[proxy.redaction]\nenabled = true\n"
        '[[proxy.redaction.rules]]\nname = "p"\npattern = "sk-[a-z]{20}"\n'
    )
    for framing in ("Transfer-Encoding: chunked", "Content-Length: 10000000"):
        process = box.start_lazaret(
            *box.command_line(["/usr/bin/python3", "-u", "-c", HOARDER, framing])
        )
        refused = int(process.stdout.readline())
        check.that(refused > 0, f"{framing}: nothing was refused")
        if os.geteuid() == 0 and b"__asan_init" not in pathlib.Path(box.rig.lazaret).read_bytes():
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            kilobytes = int(next(line for line in status.splitlines() if "VmRSS" in line).split()[1])
            check.below(kilobytes, 700_000)
        process.communicate(b"\n")
