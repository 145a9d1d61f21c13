# SPDX-License-Identifier: Apache-2.0
"""Packaged servers on the host's loopback, private to one test: nothing of the machine's configuration is read."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import check
from .runner import Skip

NOBODY = 65534
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find(program, package):
    """The path of a program, which may be one for administrators; a test that lacks it says so."""
    found = shutil.which(program, path=PATH)
    if not found:
        raise Skip(f"{program} is not installed (package {package})")
    return found


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Daemon:
    """A server with a directory of its own; `humble`: as nobody where the test is root's."""

    def __init__(self, name, patience, humble=False):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"lazaret-{name}-"))
        self.port = free_port()
        self._name = name
        self._patience = patience
        self._identity = {}
        self._process = None
        if humble and os.geteuid() == 0:
            self._identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            os.chown(self.directory, NOBODY, NOBODY)

    def write(self, name, text, mode=0o644):
        path = self.directory / name
        path.write_text(text)
        path.chmod(mode)
        if self._identity:
            os.chown(path, NOBODY, NOBODY)
        return path

    def _options(self):
        return {
            "cwd": self.directory,
            "env": {"PATH": PATH, "HOME": str(self.directory), "LANG": "C.UTF-8"},
            "stdin": subprocess.DEVNULL,
            **self._identity,
        }

    def prepare(self, *command):
        """A program to its end, before the server starts."""
        done = subprocess.run(
            list(map(str, command)), capture_output=True, text=True, **self._options()
        )
        check.equal(done.returncode, 0, f"{command[0]}:\n{done.stdout}{done.stderr}\nexit status")

    def start(self, *command, seconds=20):
        """Starts it and waits for its port."""
        output = open(self.directory / "output", "wb")
        self._process = subprocess.Popen(
            list(map(str, command)),
            stdout=output,
            stderr=output,
            start_new_session=True,
            **self._options(),
        )
        output.close()
        deadline = time.monotonic() + seconds * self._patience
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        said = self.said()
        self.close()
        raise check.Failed(f"{self._name} did not start:\n{said}")

    def said(self):
        return (self.directory / "output").read_text(errors="replace")[-3000:]

    def close(self):
        """Ends it and what it has started."""
        for sign in (signal.SIGTERM, signal.SIGKILL) if self._process else ():
            try:
                os.killpg(self._process.pid, sign)
                self._process.wait(3 * self._patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        shutil.rmtree(self.directory, ignore_errors=True)


def nghttpd(box, served, host="ok.test"):
    program = find("nghttpd", "nghttp2-server")
    certificate, key = box.rig.pki.leaf(host)
    daemon = Daemon("nghttpd", box.rig.patience)
    daemon.start(program, "--address=127.0.0.1", "-d", served, daemon.port, key, certificate)
    return box.reach(daemon, host, 443)


def redis(box, host, port=6379):
    program = find("redis-server", "redis-server")
    daemon = Daemon("redis", box.rig.patience)
    daemon.start(
        program, "--port", daemon.port, "--bind", "127.0.0.1", "--save", "", "--dir", daemon.directory
    )
    return box.reach(daemon, host, port, allow=False)


def postgres_program(name):
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if not found:
        raise Skip(f"{name} is not installed (package postgresql)")
    return found[-1]


def postgres(box, host, password, port=5432):
    """A cluster whose only user is "ann"; it offers TLS with a certificate for the host."""
    initdb, server = postgres_program("initdb"), postgres_program("postgres")
    certificate, key = box.rig.pki.leaf(host)
    daemon = Daemon("postgres", box.rig.patience, humble=True)
    try:
        word = daemon.write("word", password, 0o600)
        pair = [
            daemon.write("server.crt", certificate.read_text()),
            daemon.write("server.key", key.read_text(), 0o600),
        ]
        data = daemon.directory / "data"
        daemon.prepare(
            initdb,
            *("-D", data, "-U", "ann", "-A", "scram-sha-256"),
            *("--pwfile", word, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
    except BaseException:
        daemon.close()
        raise
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": daemon.port,
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "16MB",
        "ssl": "on",
        "ssl_cert_file": pair[0],
        "ssl_key_file": pair[1],
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    daemon.start(server, "-D", data, *words, seconds=40)
    return box.reach(daemon, host, port, allow=False)


def sshd(box, host, authorized_key, port=22):
    """A server of SSH that lets in whoever runs the test, with one key."""
    program = find("sshd", "openssh-server")
    daemon = Daemon("sshd", box.rig.patience)
    key = daemon.directory / "host_key"
    daemon.prepare(find("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", key)
    keys = daemon.write("authorized_keys", authorized_key)
    settings = daemon.write(
        "sshd_config",
        f"ListenAddress 127.0.0.1:{daemon.port}\nHostKey {key}\nAuthorizedKeysFile {keys}\n"
        "StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
        "Subsystem sftp internal-sftp\nPrintMotd no\n",
    )
    command = [program, "-D", "-e", "-f", settings]
    if os.geteuid() == 0:
        if os.system("unshare --mount true 2>/dev/null"):
            raise Skip("sshd needs a mount namespace, and none can be made in a chroot")
        # it insists on this directory, which only its service would make
        place = "mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec \"$@\""
        command = ["unshare", "--mount", "sh", "-c", place, "sh", *command]
    daemon.start(*command)
    return box.reach(daemon, host, port, allow=False)


def nsd(box, zone, records):
    """A name server with one zone, over UDP and TCP, on 127.0.0.1 and ::1 at the same port."""
    program = find("nsd", "nsd")
    daemon = Daemon("nsd", box.rig.patience)
    place = daemon.directory
    head = f"$ORIGIN {zone}.\n$TTL 120\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n"
    daemon.write("zone", head + records)
    settings = daemon.write(
        "nsd.conf",
        f'server:\n  ip-address: 127.0.0.1@{daemon.port}\n  ip-address: ::1@{daemon.port}\n'
        f'  username: ""\n  chroot: ""\n  database: ""\n  pidfile: ""\n  zonesdir: "{place}"\n'
        f'  xfrdir: "{place}"\n  xfrdfile: "{place}/xfrd"\n  zonelistfile: "{place}/zones"\n'
        "  server-count: 1\nremote-control:\n  control-enable: no\n"
        f"zone:\n  name: {zone}\n  zonefile: zone\n",
    )
    box.clean_up(daemon.close)
    return daemon.start(program, "-d", "-c", settings)


def keyring(box):
    """A desktop's keyring, unlocked and empty, on a session bus of its own: the variables that lead to it."""
    bus, service = find("dbus-daemon", "dbus-daemon"), find("gnome-keyring-daemon", "gnome-keyring")
    place = pathlib.Path(tempfile.mkdtemp(prefix="lazaret-keyring-"))
    variables = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={place}/bus"}
    own = {"PATH": PATH, "HOME": str(place), "XDG_RUNTIME_DIR": str(place), **variables}
    started = []

    def start(*command, stdin=b""):
        process = subprocess.Popen(
            list(map(str, command)),
            env=own,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        started.append(process)
        process.stdin.write(stdin)
        process.stdin.close()

    def close():
        for process in reversed(started):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        shutil.rmtree(place, ignore_errors=True)

    box.clean_up(close)
    start(bus, "--session", "--nofork", f"--address=unix:path={place}/bus")
    check.eventually(lambda: (place / "bus").exists(), "the bus is there", box.rig.patience)
    start(service, "--foreground", "--unlock", "--components=secrets", stdin=b"password")
    check.eventually(
        lambda: _has_owner(own, "org.freedesktop.secrets"), "the keyring is there", box.rig.patience
    )
    return variables


def _has_owner(environment, name):
    asked = subprocess.run(
        [
            *(find("dbus-send", "dbus-bin"), "--session", "--print-reply"),
            *("--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner"),
            f"string:{name}",
        ],
        env=environment,
        capture_output=True,
    )
    return b"boolean true" in asked.stdout
