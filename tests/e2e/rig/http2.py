# SPDX-License-Identifier: Apache-2.0
"""An origin of Node.js that speaks HTTP/2 and tells everything that happens to it."""

import hashlib
import json
import pathlib
import shutil
import signal
import subprocess
import threading
import time

from . import check

HERE = pathlib.Path(__file__).resolve().parent
PATTERN = bytes((i * 31 + (i >> 8)) & 255 for i in range(65536))


def poured(size):
    """The hash of what /down?bytes=size gives."""
    digest, left = hashlib.sha256(), size
    while left > 0:
        digest.update(PATTERN[:left])
        left -= len(PATTERN)
    return digest.hexdigest()


class Told:
    """A program outside the sandbox that prints a JSON object a line, the first of them with its port."""

    def __init__(self, command, patience=1.0, **options):
        self._patience = patience
        self._changed = threading.Condition()
        self.events = []
        self._errors = []
        self._process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
        self._readers = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._complain, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        try:
            self.port = self.wait_for("listening", seconds=20)["port"]
        except check.Failed:
            self.close()
            raise

    def _listen(self):
        for line in self._process.stdout:
            with self._changed:
                self.events.append(json.loads(line))
                self._changed.notify_all()

    def _complain(self):
        self._errors += self._process.stderr

    def told(self, event, **wanted):
        """All events of a kind, in order."""
        with self._changed:
            return [
                each
                for each in self.events
                if each["event"] == event and wanted.items() <= each.items()
            ]

    def wait_for(self, event, seconds=10, **wanted):
        """The first event of a kind, which may be yet to come."""
        deadline = time.monotonic() + seconds * self._patience
        with self._changed:
            while not (found := self._found(event, wanted)):
                left = deadline - time.monotonic()
                if left <= 0 or self._process.poll() is not None:
                    break
                self._changed.wait(min(left, 0.2))
        check.that(
            found,
            f"no {event} {wanted or ''} from {self._process.args[:2]}; it told\n{self.events[-20:]}\n"
            f"{b''.join(self._errors).decode(errors='replace')}",
        )
        return found[0]

    def _found(self, event, wanted):
        return [
            each
            for each in self.events
            if each["event"] == event and wanted.items() <= each.items()
        ]

    def freeze(self):
        """From now on it does nothing more; what the kernel does for it goes on."""
        self._process.send_signal(signal.SIGSTOP)

    def close(self):
        self._process.kill()
        self._process.wait()
        for reader in self._readers:
            reader.join(2)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            try:
                pipe.close()
            except OSError:
                pass


class NodeOrigin(Told):
    """`speaks`: "h2" alone, "h1" alone, or "both"; without a certificate in clear."""

    def __init__(self, speaks, certificate=None, patience=1.0, **options):
        options["speaks"] = speaks
        if certificate:
            options["certificate"], options["key"] = map(str, certificate)
        super().__init__(
            [shutil.which("node"), HERE / "http2_origin.js", json.dumps(options)], patience
        )

    def requests(self):
        return self.told("request")


def origin(box, host="ok.test", *, speaks="h2", port=443, tls=True, allow=True, **options):
    """A NodeOrigin that the gateway reaches as host:port."""
    certificate = box.rig.pki.leaf(host) if tls else None
    made = NodeOrigin(speaks, certificate, box.rig.patience, **options)
    return box.reach(made, host, port, allow)
