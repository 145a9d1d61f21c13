# SPDX-License-Identifier: Apache-2.0
"""Starting, ending, dying and being many."""

import os
import pathlib
import signal
import subprocess
import threading
import time

from rig import check, origins, wire
from rig.runner import test


def mounts():
    return pathlib.Path("/proc/self/mountinfo").read_text()


MOMENTS = "0 .002 .005 .01 .015 .02 .03 .04 .05 .07 .1 .15 .2 .3 .5 .8 1.2"


def start_stubborn_traffic(box):
    """A session that asks without end and ignores what signals it may."""
    script = "trap '' HUP TERM; while :; do curl -s https://ok.test/ >/dev/null; done"
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return box.start_lazaret(*box.command_line(["bash", "-c", script]), **silent)


@test(seconds=150, tags=["quick"])
def kill_9_at_any_moment_leaves_nothing(box):
    box.origin("ok.test", origins.text("x" * 2000))
    before = mounts()
    for moment in map(float, MOMENTS.split()):
        process = start_stubborn_traffic(box)
        time.sleep(moment * box.rig.patience)
        process.kill()
        process.wait()
        check.equal(box.leftovers(), [], f"processes left after a kill at {moment} s")
    check.equal(mounts(), before, "mounts of the host")
    check.equal(box.curl("https://ok.test/").expect().out, "x" * 2000)


@test(seconds=150)
def kill_9_in_any_step_of_a_start_leaves_nothing(box):
    steps, first, last = 200, 0.002, 0.03
    for step in range(steps):
        process = start_stubborn_traffic(box)
        time.sleep((first + (last - first) * step / steps) * box.rig.patience)
        process.kill()
        process.wait()
    check.equal(box.leftovers(), [])


@test(tags=["quick"])
def the_log_of_a_killed_session_can_be_read(box):
    box.origin("ok.test", origins.text("x" * 2000))
    for _ in range(3):
        known = len(box.records())
        size, process = _log_size(box), start_stubborn_traffic(box)
        _wait_for(lambda: _log_size(box) > size)
        process.kill()
        process.wait()
        check.equal(box.leftovers(), [])
        check.that(len(box.records()) > known, "nothing new was logged")


@test
def a_killed_warden_ends_the_sandbox(box):
    process = box.start_lazaret(*box.command_line(["sleep", "60"]))
    children = _wait_for(
        lambda: pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    )
    time.sleep(0.3 * box.rig.patience)
    os.kill(int(children[0]), signal.SIGKILL)
    check.that(process.wait(10 * box.rig.patience) != 0, "lazaret says that all is well")
    process.communicate()
    check.equal(box.leftovers(), [])


def _log_size(box):
    return sum(path.stat().st_size for path in box.log_files())


def _wait_for(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        check.that(time.monotonic() < deadline, "waited in vain")
        time.sleep(0.01)
    return value


@test
def background_programs_end_with_the_main_one(box):
    start = time.monotonic()
    box.shell("sleep 60 & setsid sleep 61 & (trap '' TERM HUP; sleep 62) & true").expect()
    check.below(time.monotonic() - start, 10 * box.rig.patience)
    check.equal(box.leftovers(), [])


@test(seconds=240, tags=["alone", "load"])
def a_hundred_sessions_of_one_and_of_many_projects_run_at_once(box):
    box.origin("ok.test", origins.text("hello"))
    projects = [box.project] * 50
    for number in range(50):
        projects.append(box.home / f"project-{number}")
        projects[-1].mkdir()
    sessions = [
        box.start_lazaret(
            *box.command_line(["curl", "-sS", f"https://ok.test/{number}"]),
            cwd=project,
            stdin=subprocess.DEVNULL,
        )
        for number, project in enumerate(projects)
    ]
    failures = []
    for number, session in enumerate(sessions):
        out, err = session.communicate(timeout=200)
        if (session.returncode, out) != (0, b"hello"):
            failures.append((number, session.returncode, out[:200], err[-500:]))
    check.equal(failures, [], "sessions that failed")
    logged = {record["url"] for record in box.exchanges()}
    wanted = {f"https://ok.test/{number}" for number in range(100)}
    check.equal(sorted(wanted - logged), [], "requests that are not in the log")
    check.equal(len(list(box.data.rglob("ca.key"))), 1, "certificate authorities")


@test
def a_record_is_on_disk_within_a_second(box):
    box.origin("ok.test", origins.text("hello"))
    process = box.start_lazaret(
        *box.command_line(["bash", "-c", "curl -s https://ok.test/now; echo; read"])
    )
    check.equal(process.stdout.readline(), b"hello\n")
    time.sleep(1.0 * box.rig.patience)
    box.record(
        "record of a session that still runs", lambda record: record["url"] == "https://ok.test/now"
    )
    process.communicate(b"\n")


@test
def logs_of_two_sessions_of_one_project_do_not_mix(box):
    box.origin("ok.test", origins.text("hello"))
    sessions = [
        box.start_lazaret(
            *box.command_line(
                ["bash", "-c", "for i in 1 2 3 4 5; do curl -s https://ok.test/; done"]
            ),
            stdin=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    for session in sessions:
        session.communicate()
    records = box.exchanges()
    check.equal(len(records), 10)
    check.equal(len({record["session_id"] for record in records}), 2)


@test(seconds=90)
def exchanges_in_flight_at_the_end_are_in_the_log_as_cut_off(box):
    many, arrived = 40, threading.Semaphore(0)

    def take_and_be_silent(sock, _seen):
        sock.recv(1 << 16)
        arrived.release()
        time.sleep(30)

    def wait_for_all(_request):
        for _ in range(many):
            arrived.acquire()
        return wire.Response()

    box.raw_origin(take_and_be_silent)
    box.origin("gate.test", wait_for_all)
    box.shell(
        f"for n in $(seq {many}); do curl -s https://ok.test/$n & done; curl -s https://gate.test/"
    ).expect()
    cut = sorted(int(each["url"].rsplit("/")[-1]) for each in box.exchanges() if each["error"])
    check.equal(cut, list(range(1, many + 1)), "requests that are in the log as cut off")
