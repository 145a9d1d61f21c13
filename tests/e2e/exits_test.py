# SPDX-License-Identifier: Apache-2.0
"""What goes in and out of a command besides the network: arguments, streams, status, signals."""

import hashlib
import os
import signal
import subprocess
import time

from rig import check
from rig.runner import test


@test(tags=["quick"])
def the_exit_status_is_the_programs(box):
    for status in (0, 1, 7, 124, 200, 255):
        box.shell(f"exit {status}").expect(status)


@test(tags=["quick"])
def death_by_a_signal_is_the_same_death(box):
    for name in ("SEGV", "KILL", "TERM", "INT", "ABRT", "USR1"):
        ran = box.shell(f"kill -{name} $$")
        check.equal(ran.code, -getattr(signal, f"SIG{name}"), f"status after SIG{name}")


@test
def no_program_and_no_permission_are_127_and_126(box):
    (box.project / "not-executable").write_text("text")
    missing = box.lazaret("run", "--", "no-such-program")
    check.equal(missing.code, 127, missing.story())
    check.contains(missing.err, "no-such-program")
    check.equal(box.lazaret("run", "--", "./not-executable").code, 126)


@test
def lazarets_own_failure_is_125_with_one_line(box):
    ran = box.lazaret("run", "--profile", "nonsense", "--", "true")
    check.equal(ran.code, 125, ran.story())
    check.contains(ran.err, "nonsense")
    check.below(len(ran.err.splitlines()), 4, "lines of the message")


@test
def signals_reach_the_program(box):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        name = signal.Signals(number).name
        process = box.start_lazaret(
            *box.command_line(
                [
                    "bash",
                    "-c",
                    f"trap 'echo got {name}; exit 9' {name[3:]}; echo ready; while :; do sleep 0.05; done",
                ]
            )
        )
        check.equal(process.stdout.readline(), b"ready\n")
        process.send_signal(number)
        out, _ = process.communicate(timeout=20 * box.rig.patience)
        check.equal((out, process.returncode), (f"got {name}\n".encode(), 9), name)


@test
def a_program_that_ignores_the_signal_is_ended_by_the_second(box):
    process = box.start_lazaret(
        *box.command_line(["bash", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"])
    )
    check.equal(process.stdout.readline(), b"ready\n")
    start = time.monotonic()
    while process.poll() is None and time.monotonic() - start < 15 * box.rig.patience:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
    check.that(process.poll() is not None, "it still runs")
    process.communicate()


@test
def arguments_arrive_as_they_are(box):
    words = [
        "",
        "two words",
        "new\nline",
        "-x",
        "--",
        "*",
        "$HOME",
        "'quoted'",
        "ünïcödé",
        "\\",
        "a" * 5000,
    ]
    ran = box.run("printf", "%s\\0", *words).expect()
    check.equal(ran.raw.decode().split("\0")[:-1], words)


@test(tags=["quick"])
def streams_pass_through_untouched(box):
    data = os.urandom(5 << 20)
    ran = box.run("cat", stdin=data).expect()
    check.equal(
        hashlib.sha256(ran.raw).hexdigest(),
        hashlib.sha256(data).hexdigest(),
        "hash of 5 MiB through cat",
    )
    ran = box.shell("echo out; echo err >&2").expect()
    check.equal(ran.out, "out\n")
    check.contains(ran.err, "err\n")


@test
def nothing_but_the_program_writes_to_stdout(box):
    check.equal(box.run("true").expect().out, "")
    ran = box.lazaret("run", "--quiet", "--", "true").expect()
    check.equal(ran.out + ran.err, "")


@test
def a_closed_stdout_ends_a_pipeline(box):
    process = box.start_lazaret(*box.command_line(["yes"]))
    process.stdout.read(1000)
    process.stdout.close()
    process.stderr.close()
    check.that(process.wait(10 * box.rig.patience) != 0, "`yes` ended well")


@test
def flags_after_the_command_are_the_commands(box):
    check.equal(
        box.lazaret("run", "echo", "--profile", "x", "--help").expect().out, "--profile x --help\n"
    )


@test
def the_environment_holds_what_is_promised_and_nothing_more(box):
    ran = box.run(
        "env",
        env={"MY_SECRET": "canary", "LC_TIME": "C", "KEPT": "yes"},
        flags=["--set", 'sandbox.env_passthrough=["KEPT"]'],
        proxy_variables=True,
    ).expect()
    variables = dict(line.split("=", 1) for line in ran.out.splitlines() if "=" in line)
    check.lacks(ran.out, "canary")
    check.equal(variables["LAZARET"], "1")
    check.equal(variables["KEPT"], "yes")
    for name in (
        "LAZARET_SANDBOX",
        "SSL_CERT_FILE",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "GIT_SSL_CAINFO",
        "CARGO_HTTP_CAINFO",
        "AWS_CA_BUNDLE",
        "PIP_CERT",
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
        "DENO_CERT",
        "HTTP_PROXY",
        "https_proxy",
        "NO_PROXY",
    ):
        check.that(variables.get(name), f"{name} is not set")


@test
def the_shell_is_run_when_no_command_is_given(box):
    check.equal(box.lazaret("run", stdin=b"echo from the shell\nexit 4\n").out, "from the shell\n")


@test
def it_is_said_what_the_network_is(box):
    ran = box.lazaret("run", "--network", "host", "--", "true").expect()
    check.contains(ran.err, "the network is the host's own")
    networks = {
        "gateway": "everything goes through the gateway",
        "none": "none",
        "host": "the host's own",
    }
    for network, said in networks.items():
        shown = box.lazaret("run", "--dry-run", "--network", network, "--", "true").expect().out
        check.contains(shown, f"network\n  {said}")
