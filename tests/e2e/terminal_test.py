# SPDX-License-Identifier: Apache-2.0
"""On a terminal: a terminal of its own inside, sized, interrupted, suspended and restored."""

import fcntl
import os
import re
import select
import shlex
import signal
import struct
import termios
import time

from rig import check
from rig.runner import test


class Terminal:
    def __init__(self, box, *command, size=(24, 80), spawned=None):
        self._patience = box.rig.patience
        self.pid, self.master = spawned or box.terminal(*command)
        self.resize(*size, signal_it=False)
        self.text = ""

    def resize(self, rows, columns, signal_it=True):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if signal_it:
            os.kill(self.pid, signal.SIGWINCH)

    def type(self, text):
        os.write(self.master, text.encode())

    def _read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.text += data.decode("utf-8", "replace")
        return bool(data)

    def wait_for(self, pattern, seconds=15):
        """Reads until the text matches; what matched is taken away."""
        deadline = time.monotonic() + seconds * self._patience
        while not (found := re.search(pattern, self.text)):
            check.that(time.monotonic() < deadline, f"no {pattern!r} in {self.text!r}")
            self._read(0.2)
        self.text = self.text[found.end() :]
        return found

    def end(self, seconds=15):
        """How lazaret ended; what it said until then is in `text`."""
        deadline = time.monotonic() + seconds * self._patience
        while time.monotonic() < deadline:
            self._read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self._read(0.05):
                    pass
                return os.waitstatus_to_exitcode(status)
        raise check.Failed(f"still running; it said {self.text!r}")


def outer_shell(box):
    """A shell that lazaret is a job of, and the command that runs a script in a sandbox."""
    shell = Terminal(box, spawned=box.program_on_terminal("/bin/bash", "--norc", "-i"))
    return shell, lambda script: shlex.join(
        map(str, [box.rig.lazaret, *box.command_line(["sh", "-c", script])])
    )


PROMPT = r"bash-[0-9.]+[#$] "
READS_A_LINE = "echo star''ted; sleep 1; read x; echo got-$x"


@test
def a_job_that_went_to_the_background_has_the_keyboard_when_it_is_back(box):
    shell, command = outer_shell(box)
    shell.type(command(READS_A_LINE) + "\r")
    shell.wait_for("started")
    shell.type("\x1a")
    shell.wait_for("Stopped")
    shell.type("bg\r")
    shell.wait_for("&")
    shell.type("fg\r")
    time.sleep(1.5 * box.rig.patience)
    shell.type("hello\r")
    shell.wait_for("got-hello")
    shell.wait_for(PROMPT)
    shell.type("exit\r")
    shell.end()


@test
def a_job_that_began_in_the_background_reads_lines_when_it_is_in_front(box):
    shell, command = outer_shell(box)
    shell.type(command(READS_A_LINE) + " &\r")
    shell.wait_for("started")
    shell.type("fg\r")
    time.sleep(1.5 * box.rig.patience)
    shell.type("hello\r")
    shell.wait_for("got-hello")
    shell.wait_for(PROMPT)
    shell.type("exit\r")
    shell.end()


@test(tags=["quick"])
def the_program_has_a_terminal_of_its_own(box):
    terminal = Terminal(
        box, "bash", "-c", "test -t 0 && test -t 1 && test -t 2 && tty && echo yes; exit 3"
    )
    terminal.wait_for("yes")
    check.equal(terminal.end(), 3)


@test
def the_window_size_is_told_at_start_and_when_it_changes(box):
    script = (
        "import os, signal\n"
        "def tell(*_): size = os.get_terminal_size(0); print('size', size.lines, size.columns)\n"
        "signal.signal(signal.SIGWINCH, tell)\n"
        "tell()\n"
        "while True: signal.pause()\n"
    )
    terminal = Terminal(box, "/usr/bin/python3", "-uc", script, size=(31, 101))
    terminal.wait_for("size 31 101")
    terminal.resize(40, 120)
    terminal.wait_for("size 40 120")
    terminal.type("\x03")
    check.that(terminal.end() != 0, "control-C did not end the program")


@test
def control_c_interrupts_the_program_only(box):
    terminal = Terminal(box, "bash", "--norc", "-i")
    terminal.type("PS1='> '; echo be''gin; sleep 60\n")
    terminal.wait_for("begin")
    time.sleep(0.3 * box.rig.patience)
    terminal.type("\x03")
    terminal.type("echo af''ter $?\n")
    terminal.wait_for("after 130")
    terminal.type("exit 5\n")
    check.equal(terminal.end(), 5)


@test
def job_control_works_inside(box):
    terminal = Terminal(box, "bash", "--norc", "-i")
    terminal.type("PS1='> '; echo be''gin; sleep 60\n")
    terminal.wait_for("begin")
    time.sleep(0.3 * box.rig.patience)
    terminal.type("\x1a")
    terminal.wait_for("Stopped")
    terminal.type("jobs; kill -KILL %1; wait %1; disown -a; echo st''ill here\n")
    terminal.wait_for("still here")
    terminal.type("exit 0\n")
    check.equal(terminal.end(), 0)


@test
def control_d_is_the_end_of_input(box):
    terminal = Terminal(box, "cat")
    terminal.type("a line\n")
    terminal.wait_for("a line\r\na line")
    terminal.type("\x04")
    check.equal(terminal.end(), 0)


@test
def the_users_terminal_is_restored(box):
    for command in ("true", "kill -KILL $$", "stty raw -echo"):
        terminal = Terminal(box, "bash", "-c", f"echo ready; {command}")
        before = termios.tcgetattr(terminal.master)
        terminal.wait_for("ready")
        terminal.end()
        check.equal(
            termios.tcgetattr(terminal.master)[:4], before[:4], f"terminal after `{command}`"
        )


@test
def input_cannot_be_pushed_into_the_users_terminal(box):
    script = (
        "import fcntl, termios\n"
        "for request in (0x5412, 0x541c, 0x5412 | 1 << 32):\n"
        "    try: fcntl.ioctl(0, request & 0xffffffff if request < 1 << 32 else request, b'x'); print('PUSHED')\n"
        "    except (OSError, OverflowError) as error: print('refused', type(error).__name__)\n"
    )
    terminal = Terminal(box, "/usr/bin/python3", "-c", script)
    for _ in range(3):
        terminal.wait_for("refused")
    check.equal(terminal.end(), 0)
    check.lacks(terminal.text, "PUSHED")


@test
def mixed_streams_stay_what_they_are(box):
    ran = box.shell("test -t 1 && echo terminal || echo pipe")
    check.equal(ran.out, "pipe\n")


@test
def much_output_comes_through_whole(box):
    terminal = Terminal(box, "bash", "-c", "stty -opost; seq 1 100000; echo the-end")
    terminal.wait_for("the-end", seconds=40)
    check.equal(terminal.end(), 0)
