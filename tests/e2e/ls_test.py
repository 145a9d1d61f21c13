# SPDX-License-Identifier: Apache-2.0
"""`lazaret ls` shows the sessions that run."""

import json
import os
import signal

from rig import check, origins
from rig.runner import test


def start(box, script="echo up; read -r line"):
    """A session that runs until it is given a line."""
    process = box.start_lazaret(*box.command_line(["bash", "-c", script]))
    check.equal(process.stdout.readline(), b"up\n")
    return process


def sessions(box):
    return json.loads(box.lazaret("ls", "--json").expect().out)


@test(tags=["quick"])
def a_session_is_shown_while_it_runs(box):
    box.origin("ok.test", origins.text("hi"))
    check.equal(box.lazaret("ls").expect().out, "no sandbox is running\n")
    process = start(box, "curl -s -o /dev/null https://ok.test/; echo up; read -r line")
    (shown,) = sessions(box)
    check.equal(shown["process"], process.pid)
    check.equal(shown["project"], os.path.realpath(box.project))
    check.contains(" ".join(shown["command"]), "read -r line")
    check.that(shown["records"] >= 1, shown)
    text = box.lazaret("ls").expect().out
    check.contains(text, str(process.pid))
    check.contains(text, shown["sandbox"])
    process.communicate(b"\n")
    check.equal(sessions(box), [])
    check.equal(list(box.runtime.glob("lazaret/*.sock")), [])


@test
def several_sessions_of_one_project_are_shown(box):
    started = [start(box) for _ in range(3)]
    check.equal(
        [each["process"] for each in sessions(box)], [process.pid for process in started]
    )
    for process in started:
        process.communicate(b"\n")


@test
def a_killed_session_is_not_shown(box):
    process = start(box)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    check.equal(sessions(box), [])
    check.equal(list(box.runtime.glob("lazaret/*.sock")), [])


@test
def a_program_that_distrusts_the_certificate_is_shown_with_the_rule_that_helps(box):
    box.origin("ok.test", origins.text("hi"))
    process = start(box, "curl -s --capath /dev/null --cacert /dev/null https://ok.test/; echo up; read -r line")
    text = box.lazaret("ls").expect().out
    check.contains(text, "lazaret's certificate for ok.test")
    check.contains(text, 'tls = "passthrough"')
    process.communicate(b"\n")


@test
def a_session_without_network_is_shown_too(box):
    process = box.start_lazaret("run", "--network", "none", "--", "bash", "-c", "echo up; read -r line")
    check.equal(process.stdout.readline(), b"up\n")
    check.equal(sessions(box)[0]["records"], 0)
    process.communicate(b"\n")


@test
def no_program_inside_reaches_the_socket_of_its_session(box):
    process = start(
        box,
        'echo up; read -r line; find / -xdev -name "*.sock" 2>/dev/null;'
        ' grep -a "\\.sock" /proc/net/unix; echo done',
    )
    check.equal(len(sessions(box)), 1)
    out, _ = process.communicate(b"\n")
    check.lacks(out.decode(), f"{process.pid}.sock")
    check.contains(out.decode(), "done")
