# SPDX-License-Identifier: Apache-2.0
"""One isolated user of lazaret: own home, own XDG directories, own project, own origins."""

import base64
import ctypes
import dataclasses
import gzip
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time

from . import check, origins

INSIDE = pathlib.Path(__file__).resolve().parent.parent / "inside"
PROXY_VARIABLES = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "NODE_USE_ENV_PROXY",
]
PYTHON = "/usr/bin/python3"
_PR_SET_CHILD_SUBREAPER = 36


class LogRecord(dict):
    """A line of the log; what is empty is not written."""

    _empty = {"status": 0, "bytes_up": 0, "bytes_down": 0, "injected": [], "substituted": []}

    def __missing__(self, key):
        return self._empty.get(key, "")


@dataclasses.dataclass
class Ran:
    """How a command ended and what it said."""

    code: int
    raw: bytes
    err: str
    seconds: float

    @property
    def out(self):
        return self.raw.decode("utf-8", "replace")

    def json(self):
        try:
            return json.loads(self.raw)
        except ValueError:
            raise check.Failed(f"not JSON:\n{self.story()}") from None

    def expect(self, code=0):
        check.equal(self.code, code, f"exit status of\n{self.story()}\nexit status")
        return self

    def story(self):
        return f"exit {self.code} after {self.seconds:.2f} s\n--- stdout\n{self.out[-3000:]}\n--- stderr\n{self.err[-3000:]}"


class Box:
    def __init__(self, rig):
        self.rig = rig
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="box-", dir=rig.scratch))
        self.home = self._directory("home")
        self.project = self._directory("home/project")
        self.config = self._directory("config/lazaret")
        self.data = self._directory("data")
        self.runtime = self._directory("runtime")
        self.runtime.chmod(0o700)
        self.flags = ["--upstream-ca", str(rig.pki.ca)]
        self._origins = []
        self._at_the_end = []
        # Whatever outlives its parent becomes our child, so nothing can hide from `leftovers`.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def _directory(self, name):
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    # --- origins ---------------------------------------------------------------------------------

    def origin(
        self,
        host="ok.test",
        handler=None,
        *,
        port=443,
        tls=True,
        allow=True,
        certificate=None,
        at="127.0.0.1",
    ):
        """An HTTP origin that the gateway reaches as host:port."""
        made = origins.HttpOrigin(
            handler, certificate or (self.rig.pki.leaf(host) if tls else None)
        )
        return self.reach(made, host, port, allow, at)

    def raw_origin(self, script, host="ok.test", *, port=443, tls=True, allow=True):
        """An origin whose every byte is scripted: `script(sock, seen)`."""
        made = origins.RawOrigin(script, self.rig.pki.leaf(host) if tls else None)
        return self.reach(made, host, port, allow)

    def reach(self, made, host, port, allow=True, at="127.0.0.1"):
        """Lets the gateway reach something that has a port and can be closed as host:port."""
        self._origins.append(made)
        self.connect(host, port, made.port, at)
        if allow:
            self.flags += ["--allow-domain", host]
        return made

    def connect(self, host, port, local_port, at="127.0.0.1"):
        address = f"[{at}]" if ":" in at else at
        self.flags += ["--connect-to", f"{host}:{port}:{address}:{local_port}"]

    # --- configuration ---------------------------------------------------------------------------

    def configure(self, toml):
        (self.config / "config.toml").write_text(toml)

    def block_path(self, path, host="ok.test", reason=""):
        """Allows a host but for one path. (A flag's rules come first: its origin is made with allow=False.)"""
        self.configure(
            f'[[proxy.filter.rules]]\naction = "block"\nhost = "{host}"\npath = "{path}"\nreason = "{reason}"\n'
            f'[[proxy.filter.rules]]\naction = "allow"\nhost = "{host}"\n'
        )

    def environment(self, **extra):
        kept = {name: os.environ[name] for name in os.environ if name.endswith("SAN_OPTIONS")}
        return {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "TERM": "xterm",
            "SHELL": "/bin/bash",
            "XDG_CONFIG_HOME": str(self.root / "config"),
            "XDG_DATA_HOME": str(self.data),
            "XDG_STATE_HOME": str(self.root / "state"),
            "XDG_RUNTIME_DIR": str(self.runtime),
            **kept,
            **extra,
        }

    # --- running ---------------------------------------------------------------------------------

    def lazaret(self, *arguments, stdin=b"", env=None, timeout=60, cwd=None):
        """Any lazaret command, to its end."""
        start = time.monotonic()
        process = self.start_lazaret(*arguments, env=env, cwd=cwd)
        try:
            out, err = process.communicate(stdin, timeout * self.rig.patience)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise check.Failed(
                f"lazaret {arguments} hung; it had said\n{out.decode(errors='replace')}\n"
                f"{err.decode(errors='replace')}"
            ) from None
        return Ran(
            process.returncode, out, err.decode("utf-8", "replace"), time.monotonic() - start
        )

    def start_lazaret(self, *arguments, env=None, cwd=None, **options):
        options = {
            "stdin": subprocess.PIPE,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            **options,
        }
        return subprocess.Popen(
            [self.rig.lazaret, *map(str, arguments)],
            env=self.environment(**(env or {})),
            cwd=cwd or self.project,
            **options,
        )

    def command_line(self, command, flags=(), proxy_variables=False):
        bare = [] if proxy_variables else ["env", *(f"-u{name}" for name in PROXY_VARIABLES)]
        return ["run", *self.flags, *flags, "--", *bare, *map(str, command)]

    def run(self, *command, flags=(), proxy_variables=False, **options):
        """A command inside a sandbox; without the proxy variables, so that only capture can catch it."""
        return self.lazaret(*self.command_line(command, flags, proxy_variables), **options)

    def shell(self, script, *arguments, **options):
        return self.run("bash", "-c", script, "bash", *arguments, **options)

    def python(self, script, *arguments, **options):
        """A script of inside/, run in the sandbox."""
        shutil.copy(INSIDE / script, self.project / script)
        return self.run(PYTHON, "-u", script, *arguments, **options)

    def node(self, script, *arguments, **options):
        shutil.copy(INSIDE / script, self.project / script)
        return self.run("node", script, *arguments, **options)

    def curl(self, *arguments, **options):
        return self.run(
            "curl", "-sS", "--max-time", str(20 * self.rig.patience), *arguments, **options
        )

    def terminal(self, *command, flags=()):
        """lazaret on a terminal of its own: (process id, master side)."""
        return self.on_terminal(*self.command_line(command, flags))

    def on_terminal(self, *arguments):
        """A lazaret command on a terminal of its own: (process id, master side)."""
        return self.program_on_terminal(self.rig.lazaret, *arguments)

    def program_on_terminal(self, *command):
        """A program outside of any sandbox, on a terminal of its own: (process id, master side)."""
        pid, master = pty.fork()
        if pid == 0:
            os.chdir(self.project)
            os.execve(command[0], list(map(str, command)), self.environment())
        return pid, master

    def read_until(self, master, wanted):
        """What a terminal shows up to `wanted`."""
        shown, end = b"", time.monotonic() + 20 * self.rig.patience
        while wanted not in shown and time.monotonic() < end:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    shown += os.read(master, 4096)
                except OSError:
                    break
        check.that(wanted in shown, f"{wanted!r} was not shown: {shown!r}")
        return shown

    def curl_by_proxy(self, *arguments, **options):
        """curl with the proxy variables: a name that nobody allowed does not even resolve without them."""
        return self.curl("--suppress-connect-headers", *arguments, proxy_variables=True, **options)

    # --- looking at what happened ----------------------------------------------------------------

    def log_files(self):
        return sorted(self.data.glob("**/logs/proxy/*.jsonl*"))

    def records(self):
        """Every log record; every line must parse."""
        found = []
        for path in self.log_files():
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            for line in data.splitlines():
                try:
                    found.append(LogRecord(json.loads(line)))
                except ValueError:
                    raise check.Failed(
                        f"{path.name} has a line that does not parse: {line!r}"
                    ) from None
        return found

    def exchanges(self):
        """The records of HTTP requests, without those of names and refused packets."""
        return [record for record in self.records() if record["kind"] == "exchange"]

    def record(self, about, predicate):
        return check.any_match(self.records(), predicate, about)

    def everything_stored(self):
        """All bytes lazaret keeps for this user, file by file, gzip opened."""
        for path in [
            *self.data.rglob("*"),
            *self.runtime.rglob("*"),
            *(self.root / "config").rglob("*"),
        ]:
            if path.is_file() and not path.is_symlink():
                data = path.read_bytes()
                yield path, gzip.decompress(data) if path.suffix == ".gz" and data else data

    def everything_logged(self):
        """All bytes of the logs, and what stands in them as base64: the bodies."""
        logs = [data for path, data in self.everything_stored() if "logs" in path.parts]
        bodies = [
            base64.b64decode(record[name])
            for record in self.records()
            for name in ("req_body", "resp_body")
        ]
        check.that(logs, "there is no log")
        return b"\n".join(logs + bodies)

    # --- the end ---------------------------------------------------------------------------------

    def leftovers(self, patience=3.0):
        """Processes still below us after a moment of grace: there must be none."""
        deadline = time.monotonic() + patience * self.rig.patience
        while True:
            _reap()
            left = descendants(os.getpid())
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.02)

    def clean_up(self, action):
        """Something to do when the box is closed, whatever the test came to."""
        self._at_the_end.append(action)

    def close(self):
        for action in self._at_the_end:
            action()
        for origin in self._origins:
            origin.close()
        left = self.leftovers()
        for pid, _ in left:
            _kill(pid)
        _reap()
        shutil.rmtree(self.root, ignore_errors=True)
        check.that(not left, f"left running: {left}")


def descendants(root):
    """(pid, name) of every process below `root`."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            head, _, tail = (entry / "stat").read_text().rpartition(")")
        except OSError:
            continue
        state, parent = tail.split()[:2]
        if state != "Z":
            children.setdefault(int(parent), []).append((int(entry.name), head.partition("(")[2]))
    found, queue = [], [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += [pid for pid, _ in below]
    return found


def _kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
