# SPDX-License-Identifier: Apache-2.0
"""Runs tests, each in a process of its own with a box of its own, some at a time."""

import dataclasses
import json
import os
import pathlib
import signal
import sys
import tempfile
import time
import traceback

from . import box as boxes
from . import check

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
_SKIP_STATUS = 77


@dataclasses.dataclass
class Case:
    """A test: its name reads as a sentence, its function takes a box."""

    room: str
    name: str
    function: object
    seconds: float
    tags: frozenset

    @property
    def title(self):
        return f"{self.room}: {self.name}"


@dataclasses.dataclass
class Rig:
    lazaret: str
    pki: object
    scratch: str
    patience: float  # how much slower than a release build things may be
    tables: object = None  # a directory for the tables that tests make for docs


class Skip(Exception):
    """This machine cannot run the test; says why."""


cases = []


def test(function=None, *, seconds=60, tags=(), name=None):
    """Makes a function a test: `def curl_reaches_an_allowed_host(box)`."""

    def add(function):
        room = function.__module__.rpartition(".")[2].removesuffix("_test")
        cases.append(
            Case(
                room,
                name or function.__name__.replace("_", " "),
                function,
                seconds,
                frozenset(tags),
            )
        )
        return function

    return add(function) if function else add


class _Running:
    def __init__(self, case, rig):
        self.case = case
        self.output = tempfile.TemporaryFile()
        self.start = time.monotonic()
        self.deadline = self.start + case.seconds * rig.patience
        self.late = False
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.dup2(self.output.fileno(), 1)
            os.dup2(self.output.fileno(), 2)
            os._exit(_run_here(case, rig))

    def stop(self):
        self.late = True
        for pid, _ in boxes.descendants(self.pid):
            boxes._kill(pid)
        boxes._kill(self.pid)

    def text(self):
        self.output.seek(0)
        said = self.output.read().decode("utf-8", "replace").strip()
        return f"took longer than {self.deadline - self.start:.0f} s\n{said}" if self.late else said


def _run_here(case, rig):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    status = 0
    box = boxes.Box(rig)
    try:
        case.function(box)
    except Skip as reason:
        print(reason)
        status = _SKIP_STATUS
    except check.Failed as failure:
        frame = next(
            f
            for f in reversed(traceback.extract_tb(failure.__traceback__))
            if "/rig/" not in f.filename
        )
        print(f"{pathlib.Path(frame.filename).name}:{frame.lineno}: {failure}")
        status = 1
    except BaseException:  # whatever it was, the test has failed and the others go on
        traceback.print_exc()
        status = 1
    try:
        box.close()
    except check.Failed as failure:
        print(failure)
        status = 1
    sys.stdout.flush()
    return status


def _outcome(status, late):
    if late or status not in (0, _SKIP_STATUS):
        return FAILED
    return PASSED if status == 0 else SKIPPED


class _Printer:
    _marks = {PASSED: ("ok  ", "32"), FAILED: ("FAIL", "31"), SKIPPED: ("skip", "33")}

    def __init__(self, quiet):
        self._quiet = quiet
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def show(self, case, outcome, seconds, said):
        mark, colour = self._marks[outcome]
        if self._colour:
            mark = f"\033[{colour}m{mark}\033[0m"
        if outcome == PASSED and self._quiet:
            return
        why = f"  ({said})" if outcome == SKIPPED else ""
        print(f"{mark}  {case.title}  {seconds:.1f} s{why}", flush=True)
        if outcome == FAILED:
            print("\n".join("      " + line for line in said.splitlines()), flush=True)


def run(chosen, rig, jobs, quiet=False, report=None):
    """Runs the cases and returns how many passed, failed and were skipped."""
    waiting = sorted(chosen, key=lambda case: "alone" in case.tags)
    running, counts, results = {}, {PASSED: 0, FAILED: 0, SKIPPED: 0}, []
    printer = _Printer(quiet)
    while waiting or running:
        while waiting and _may_start(waiting[0], running, jobs):
            started = _Running(waiting.pop(0), rig)
            running[started.pid] = started
        for started in [
            one for one in running.values() if not one.late and time.monotonic() > one.deadline
        ]:
            started.stop()
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid not in running:
            time.sleep(0.01)
            continue
        done = running.pop(pid)
        outcome, said = _outcome(os.waitstatus_to_exitcode(status), done.late), done.text()
        seconds = time.monotonic() - done.start
        counts[outcome] += 1
        results.append(
            {
                "test": done.case.title,
                "outcome": outcome,
                "seconds": round(seconds, 2),
                "said": said,
            }
        )
        printer.show(done.case, outcome, seconds, said)
    if report:
        pathlib.Path(report).write_text(json.dumps(results, indent=1))
    return counts


def _may_start(case, running, jobs):
    if any("alone" in one.case.tags for one in running.values()):
        return False
    return not running if "alone" in case.tags else len(running) < jobs
