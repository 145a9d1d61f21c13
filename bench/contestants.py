# SPDX-License-Identifier: Apache-2.0
"""The gateways that are measured: lazaret with its client in the sandbox, and others on a port.

Both answer the same questions: `run(arguments)` gives what the load generator says, one object a
line; `processes()` are those whose CPU time and memory count.
"""

import json
import pathlib
import shutil
import subprocess

# Commands come in on standard input; an object of our own marks the end of each.
INSIDE = 'while read -r arguments; do ./proxyload $arguments </dev/null; echo "{}"; done'

# The bench's namespace has a file mounted on /etc/hosts that is deleted since, and nothing can be
# mounted over such a one. Only the others need it: lazaret is told the addresses.
WITHOUT_HOSTS = 'umount /etc/hosts && exec "$0" "$@"'


class Sandboxed:
    """`lazaret run`, filter and log on as always, with the load generator in the sandbox."""

    def __init__(self, name, route, flags, binary, bench):
        self.name = name
        self._route = route
        self._flags = flags
        self._binary = binary
        self._bench = bench
        self._process = None

    def takes(self, name):
        """A captured connection is bound to the name and the port it was made for."""
        scenario = self._bench.SCENARIOS[name]
        many_names = "--many-hosts" in scenario["a"]
        return "--proxy" in self._route or not (many_names or scenario.get("plain"))

    def start(self):
        project = pathlib.Path(self._bench.STATE, "lazaret", "project")
        shutil.rmtree(project.parent, ignore_errors=True)
        project.mkdir(parents=True)
        shutil.copy(self._bench.LOAD, project)
        self._process = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", WITHOUT_HOSTS]
            + self._command(),
            cwd=project,
            env=self._environment(project.parent),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _command(self):
        upstream = [
            "--connect-to=*.bench.test:8443:127.0.0.1:8443",
            "--connect-to=*.bench.test:8080:127.0.0.1:8080",
            f"--upstream-ca={self._bench.PKI}/up-ca.pem",
            "--allow-domain=*.bench.test",
        ]
        return [
            str(self._binary),
            "run",
            "--quiet",
            *upstream,
            *self._flags,
            "--",
            "sh",
            "-c",
            INSIDE,
        ]

    def _environment(self, directory):
        places = {
            f"XDG_{kind}_HOME": f"{directory}/{kind.lower()}"
            for kind in ("CONFIG", "DATA", "STATE")
        }
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(directory), **places}

    def stop(self):
        self._process.communicate()  # the end of its input ends the sandboxed program

    def processes(self):
        """The gateway and the warden, without the sandbox: what is in it is the client's."""
        gateway = self._process.pid
        return [gateway] + [
            pid for pid, (parent, _) in self._bench.procs().items() if parent == gateway
        ]

    def target(self, scenario):
        if scenario.get("plain"):
            return [*self._route, "--target", f"{self._bench.HOST}:8080"]
        authority = "/etc/ssl/certs/lazaret-ca.crt"
        return [*self._route, "--target", f"{self._bench.HOST}:8443", "--ca", authority]

    def run(self, arguments):
        self._process.stdin.write(" ".join(arguments) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            said = json.loads(line)
            if not said:
                return
            yield said
        raise RuntimeError("lazaret ended before the load did")


class OnPort:
    """Another gateway of the shared bench, or none at all (`direct`)."""

    def __init__(self, peer, bench):
        self.name = peer.name
        self._peer = peer
        self._bench = bench

    def takes(self, name):
        return self._peer.runs(name, self._bench.SCENARIOS[name])

    def start(self):
        self._peer.start()

    def stop(self):
        self._peer.stop()

    def processes(self):
        return self._bench.tree(self._peer.proc.pid) if self._peer.proc else []

    def target(self, scenario):
        return self._peer.args(scenario)

    def run(self, arguments):
        load = subprocess.Popen(
            [self._bench.LOAD, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in load.stdout:
            yield json.loads(line)
        load.wait()
