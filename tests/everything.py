# SPDX-License-Identifier: Apache-2.0
"""Builds lazaret in every way and runs every test; the last line counts them.

parts:
  release   optimised build, unit tests, end-to-end tests (for root: as an ordinary user, a choice of them as root)
  dev       AddressSanitizer and UndefinedBehaviorSanitizer: unit and end-to-end tests (for root: as root)
  tsan      ThreadSanitizer: unit tests, end-to-end tests under load
  fuzz      every fuzz target over its corpus
  lint      format, forbidden includes, clang-tidy
  demo      what ./quickstart shows
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as xml
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORDINARY_USER = "lazaret-test"
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=1:disable_coredump=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": f"halt_on_error=1:second_deadlock_stack=1:suppressions={ROOT}/tests/tsan.supp",
}


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def add(self, passed, title):
        if passed:
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append(title)

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


class Suite:
    """The parts, one method each. They share a tally."""

    def __init__(self, arguments):
        self._quick = arguments.quick
        self._tidy_seconds = arguments.tidy_seconds
        self._fuzz_seconds = arguments.fuzz_seconds
        self.tally = Tally()

    def release(self):
        if not self._build("release"):
            return
        self._unit("release")
        if os.getuid() != 0:
            self._end_to_end("release")
        elif in_a_chroot():
            say(f"skip  release: end to end as {ORDINARY_USER}  (a chroot forbids user namespaces)")
            self._end_to_end("release")
        else:
            self._end_to_end("release", user=ORDINARY_USER)
            self._end_to_end("release", tags=["quick"])  # the part `dev` runs all of them as root

    def dev(self):
        if not self._build("dev"):
            return
        self._unit("dev")
        self._end_to_end("dev", patience=5)

    def tsan(self):
        if not self._build("tsan"):
            return
        self._unit("tsan")
        self._end_to_end("tsan", patience=5, tags=["load"])

    def fuzz(self):
        if not self._build("fuzz", configuration="dev"):
            return
        targets = sorted((ROOT / "build/dev/fuzzers").glob("*_fuzz"))
        with ThreadPoolExecutor(os.cpu_count()) as at_once:
            list(at_once.map(self._fuzz_one, targets))

    def lint(self):
        for check in ("format", "includes", "shell", "tidy"):
            options = ["--seconds", str(self._tidy_seconds)] if check == "tidy" else []
            self._command(f"lint: {check}", ["scripts/lint", check, *options])

    def demo(self):
        self._command("demo", ["demo/run", "build/release/lazaret"])

    # --- how -------------------------------------------------------------------------------------

    def _build(self, preset, configuration=None):
        """A build counts as one test: without it the part cannot run."""
        configured = self._command(
            f"{preset}: configure", ["cmake", "--preset", configuration or preset]
        )
        built = configured and self._command(
            f"{preset}: build", ["cmake", "--build", "--preset", preset]
        )
        self.tally.add(built, f"{preset}: build")
        return built

    def _command(self, title, command):
        """Runs quietly; shows the output of what failed. Counts unless it is a step of a build."""
        start = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        say(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {title}  {time.monotonic() - start:.1f} s"
        )
        if done.returncode != 0:
            print(done.stdout[-20000:], flush=True)
        if not title.endswith(("configure", "build")):
            self.tally.add(done.returncode == 0, title)
        return done.returncode == 0

    def _unit(self, preset):
        start, before = time.monotonic(), (self.tally.passed, self.tally.failed)
        with tempfile.TemporaryDirectory() as results:
            report = pathlib.Path(results) / "ctest.xml"
            done = subprocess.run(
                [
                    "ctest",
                    "--test-dir",
                    f"build/{preset}",
                    "--output-on-failure",
                    "-j2",
                    "--timeout",
                    "600",
                    "--no-tests=error",
                    "--output-junit",
                    str(report),
                ],
                cwd=ROOT,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, **SANITIZERS, "GTEST_OUTPUT": f"json:{results}/"},
            )
            self._count_unit_tests(preset, report, pathlib.Path(results))
        if done.returncode != 0:
            print(done.stdout[-20000:], flush=True)
        passed, failed = self.tally.passed - before[0], self.tally.failed - before[1]
        say(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {preset}: unit tests: {passed} passed, {failed} failed"
            f"  {time.monotonic() - start:.1f} s"
        )

    def _count_unit_tests(self, preset, report, results):
        """Each case counts; a program that died counts as one failure more."""
        if not report.exists():
            self.tally.add(False, f"{preset}: ctest")
            return
        for program in xml.parse(report).getroot().iter("testcase"):
            detail = results / f"{program.get('name')}_test.json"
            crashed = program.get("status") != "run"
            cases = (
                json.loads(detail.read_text())
                if detail.exists() and detail.stat().st_size
                else {"testsuites": []}
            )
            for case in (case for suite in cases["testsuites"] for case in suite["testsuite"]):
                if case.get("result") == "SKIPPED":
                    self.tally.skipped += 1
                    continue
                title = f"{preset}: {program.get('name')}: {case['classname']}.{case['name']}"
                self.tally.add("failures" not in case, title)
                crashed = crashed and "failures" not in case
            if crashed:
                self.tally.add(False, f"{preset}: {program.get('name')}: the test program itself")

    def _end_to_end(self, preset, user=None, patience=1, tags=()):
        title = f"{preset}: end to end" + (f" as {user}" if user else "")
        tags = ["quick"] if self._quick and not tags else tags
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            command = [
                "/usr/bin/python3",
                "tests/e2e/run",
                "--binary",
                f"build/{preset}/lazaret",
                "--quiet",
                "--report",
                report.name,
                "--patience",
                str(patience),
            ]
            command += [word for tag in tags for word in ("--tag", tag)] + (
                ["--as", user] if user else []
            )
            start = time.monotonic()
            done = subprocess.run(command, cwd=ROOT, env={**os.environ, **SANITIZERS})
            text = pathlib.Path(report.name).read_text()
        results = json.loads(text) if text else []
        for result in results:
            if result["outcome"] == "skipped":
                self.tally.skipped += 1
            else:
                self.tally.add(result["outcome"] == "passed", f"{title}: {result['test']}")
        if done.returncode not in (0, 1) or not results:
            self.tally.add(False, title)
        say(
            f"{'ok  ' if done.returncode == 0 else 'FAIL'}  {title}  {time.monotonic() - start:.1f} s"
        )

    def _fuzz_one(self, target):
        """A few seconds are the same few seconds each time; a long search begins elsewhere."""
        corpus = ROOT / "tests/corpus" / target.name
        seconds = self._fuzz_seconds or (2 if self._quick else 3)
        seed = 0 if self._fuzz_seconds else 1  # 0: by the clock
        with tempfile.TemporaryDirectory() as found:
            known = [str(corpus)] if corpus.is_dir() else []
            self._command(
                f"fuzz: {target.name}",
                [
                    str(target),
                    f"-max_total_time={seconds}",
                    f"-seed={seed}",
                    "-timeout=10",
                    "-close_fd_mask=1",
                    f"-artifact_prefix={found}/",
                    found,
                    *known,
                ],
            )


def in_a_chroot():
    """Only mounts below our root are listed; that of a chroot is usually none itself."""
    mounts = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return all(line.split()[4] != "/" for line in mounts)


def say(text):
    print(text, flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="./test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = ["release", "dev", "tsan", "fuzz", "lint", "demo"]
    parser.add_argument(
        "--only",
        action="append",
        choices=parts,
        metavar="PART",
        help="run only this part (repeatable)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a small choice of end-to-end tests, shorter fuzzing, no tsan",
    )
    parser.add_argument(
        "--tidy-seconds", type=int, default=120, help="how long clang-tidy may take (default 120)"
    )
    parser.add_argument(
        "--fuzz-seconds", type=int, help="search this long with each fuzz target (default 3)"
    )
    arguments = parser.parse_args()
    arguments.parts = arguments.only or [
        part for part in parts if not (arguments.quick and part == "tsan")
    ]
    return arguments


def install_servers():
    """Those that some tests need. Without them these are skipped, and say so."""
    subprocess.run(["scripts/setup", "packages-servers.txt"], cwd=ROOT)


def main():
    arguments = parse_arguments()
    suite = Suite(arguments)
    if not arguments.quick and {"release", "dev"} & set(arguments.parts):
        install_servers()
    start = time.monotonic()
    for part in arguments.parts:
        getattr(suite, part)()
    if suite.tally.failures:
        say("\nfailed:\n  " + "\n  ".join(suite.tally.failures))
    say(f"\nafter {(time.monotonic() - start) / 60:.0f} min:")
    say(str(suite.tally))
    return 1 if suite.tally.failed or not suite.tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
