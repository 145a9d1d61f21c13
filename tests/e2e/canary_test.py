# SPDX-License-Identifier: Apache-2.0
"""A key from every kind of source, all kinds of requests; then no trace of one anywhere."""

import base64
import os
import pathlib
import secrets
import tempfile
import time
import urllib.parse

from rig import box as boxes
from rig import check, origins, websocket
from rig.runner import test

FAKE_PROGRAM = "#!/bin/sh\ncat '{key}'\n"


def canary(kind):
    """A key with characters that encodings like to change."""
    return f"canary-{kind}-{secrets.token_hex(12)}+/%{secrets.token_hex(4)}"


def spellings(key):
    """The key as bytes, in every disguise that a careless program would give it."""
    plain = key.encode()
    yield from (plain, plain[::-1], plain.hex().encode(), plain.hex().upper().encode())
    yield from (urllib.parse.quote(key, safe="").encode(), key.encode("utf-16-le"))
    for shift in range(3):
        # Of the characters that depend on neighbours nothing is asked.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(shift) + plain).rstrip(b"=")
            yield text[4:-4]


class Canaries:
    """A file, a variable, a program … that each give another key, and a host for each."""

    def __init__(self, box):
        self.box = box
        self.keys = {}
        self.environment = {}
        # Whoever keeps a key may be found with it: all of that lies here.
        self.vault = box.config
        self.programs = self.vault / "bin"
        self.programs.mkdir()
        self.toml = ""
        self.add("value", lambda key: f'value = "{key}"')
        self.add("env", self._variable)
        self.add("file", lambda key: f'file = "{self._keep("file", key)}"')
        self.add("shell", lambda key: f"command = \"cat '{self._keep('shell', key)}'\"")
        self.add("program", lambda key: f'command = ["cat", "{self._keep("program", key)}"]')
        self.add("json", self._json)
        self.add("dotenv", self._dotenv)
        self.add("op", lambda key: self._manager("op", key, "op://vault/item/field"))
        self.add("pass", lambda key: self._manager("pass", key, "web/key"))
        self.add("kept", self._kept)
        self.add_placeholder()
        path = f"{self.programs}:{box.environment()['PATH']}"
        self.environment["PATH"] = path
        box.configure(self.toml)

    def add(self, kind, source, host=None):
        self.keys[kind] = canary(kind)
        self.toml += (
            f'[proxy.credentials.{kind}]\nenabled = true\nhost = "{host or kind + ".test"}"\n'
            f'header = "Authorization"\nvalue_format = "Bearer {{token}}"\n'
            f"source = {{ {source(self.keys[kind])} }}\n"
        )

    def add_placeholder(self):
        """A secret that the program holds a stand-in for, in the variable PLACED."""
        self.keys["placed"] = canary("placed")
        self.toml += (
            f'[secrets.PLACED]\nhosts = ["placed.test"]\n'
            f'source.value = "{self.keys["placed"]}"\n'
        )

    def _keep(self, name, text):
        path = self.vault / f"{name}.key"
        path.write_text(text)
        path.chmod(0o600)
        return path

    def _variable(self, key):
        self.environment["CANARY_KEY"] = key
        return 'env = "CANARY_KEY"'

    def _json(self, key):
        path = self._keep("json", f'{{"tokens": [{{"access": "{key}"}}]}}')
        return f'file = "{path}", json = "tokens.0.access"'

    def _dotenv(self, key):
        path = self._keep("dotenv", f"A=1\nexport KEY='{key}'\n")
        return f'file = "{path}", env_file_key = "KEY"'

    def _manager(self, name, key, reference):
        program = self.programs / name
        program.write_text(FAKE_PROGRAM.format(key=self._keep(name, key)))
        program.chmod(0o700)
        return f'{name} = "{reference}"'

    def _kept(self, key):
        self.box.lazaret("secret", "set", "canary", "--stdin", stdin=key.encode()).expect()
        return 'secret = "canary"'

    def look_for(self, where, data):
        for kind, key in self.keys.items():
            for spelling in spellings(key):
                check.that(spelling not in data, f"the key of {kind} is in {where}: {spelling!r}")


def is_of_gateway(box, name):
    """The process that may hold keys in its memory: the first of each run."""
    return name == pathlib.Path(box.rig.lazaret).name[:15]


def read_of(pid, file):
    """Of /proc; nothing of a process that keeps its own to itself."""
    try:
        return pathlib.Path(f"/proc/{pid}/{file}").read_bytes()
    except PermissionError:
        return b""


def memory_of(pid):
    """Every readable byte of a process, mapping by mapping."""
    maps = read_of(pid, "maps").decode()
    try:
        memory = open(f"/proc/{pid}/mem", "rb", buffering=0)
    except PermissionError:
        return
    mappings = [
        (line, *(int(text, 16) for text in line.split()[0].split("-")))
        for line in maps.splitlines()
        if line.split()[1].startswith("r") and "[vvar" not in line and "[vsyscall" not in line
    ]
    if any(end - start > 1 << 40 for _, start, end in mappings):
        return  # a sanitizer's, which keeps the environment that it was started with
    with memory:
        for line, start, end in mappings:
            try:
                memory.seek(start)
                yield line, memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue


def files_below(directory, since=0.0, deepest=99):
    for place, below, names in os.walk(directory):
        if len(pathlib.Path(place).relative_to(directory).parts) >= deepest:
            below.clear()
        for path in (pathlib.Path(place, name) for name in names):
            try:
                if path.is_symlink() or not path.is_file() or path.stat().st_mtime < since:
                    continue
                yield path, path.read_bytes()
            except OSError:
                continue  # another program's, and gone


REQUESTS = """
for host in value env file shell program json dotenv op pass kept; do
  curl -sS -i --max-time 20 "https://$host.test/echo"; curl -sS --max-time 20 -d x "https://$host.test/"
done
curl -sS -i --max-time 20 -H "Authorization: Bearer $PLACED" "https://placed.test/?k=$PLACED"
curl -sS -i --max-time 20 -H "X-Key: $PLACED" https://value.test/
curl -sS -i --max-time 20 https://gone.test/ https://impostor.test/ https://refused.test/ http://value.test/
python3 websocket_client.py hello bye
echo ready
read -r _
"""


@test(seconds=240, tags=["quick"])
def no_key_of_any_source_is_anywhere(box):
    began = time.time()
    canaries = Canaries(box)
    servers = {kind: box.origin(f"{kind}.test", origins.echo) for kind in canaries.keys}
    box.raw_origin(lambda sock, seen: sock.recv(1000), "gone.test")
    box.origin("impostor.test", certificate=box.rig.pki.self_signed("impostor.test"))
    box.raw_origin(websocket.echo)
    for host in ("gone.test", "impostor.test", "ok.test"):
        canaries.add(host.removesuffix(".test"), lambda key: f'value = "{key}"', host)
    box.configure(canaries.toml)
    (box.project / "websocket_client.py").write_bytes(
        (boxes.INSIDE / "websocket_client.py").read_bytes()
    )

    process = box.start_lazaret(
        *box.command_line(["bash", "-c", REQUESTS]),
        env={**canaries.environment, "LAZARET_DEBUG": "1"},
    )
    said = b""
    while not said.endswith(b"ready\n"):
        line = process.stdout.readline()
        check.that(line, f"the program ended early: {said[-2000:]!r}")
        said += line

    searched = 0
    running = boxes.descendants(os.getpid())
    for pid, name in running:
        for file in ("environ", "cmdline"):
            canaries.look_for(f"{file} of {name}", read_of(pid, file))
        if is_of_gateway(box, name):
            continue
        for mapping, data in memory_of(pid):
            canaries.look_for(f"the memory of {name}: {mapping}", data)
            searched += len(data)
    check.that(searched > 1_000_000, f"only {searched} bytes of memory were seen: {running}")

    out, err = process.communicate(b"\n", 60 * box.rig.patience)
    canaries.look_for("what the program got", said + out)
    canaries.look_for("what lazaret said", err)
    for place in (box.data, box.runtime, box.root / "state", box.project, box.home):
        for path, data in files_below(place):
            canaries.look_for(path, data)
    for path, data in files_below(tempfile.gettempdir(), began, deepest=1):
        canaries.look_for(path, data)
    for path, data in box.everything_stored():  # compressed ones opened
        if canaries.vault not in path.parents:
            canaries.look_for(path, data)

    for kind, server in servers.items():
        used = server.requests[0].headers("Authorization")
        check.equal(used, [f"Bearer {canaries.keys[kind]}"], f"the key of {kind} was used")


@test
def a_search_like_that_would_find_a_key(box):
    canaries = Canaries(box)
    key = canaries.keys["file"]
    for text in (
        f"x={key}",
        base64.b64encode(f"user:{key}".encode()).decode(),
        base64.b64encode(f"u:{key}!".encode()).decode(),
        key.encode().hex(),
        urllib.parse.quote(key, safe=""),
    ):
        try:
            canaries.look_for("here", f"... {text} ...".encode())
        except check.Failed:
            continue
        raise check.Failed(f"it was not found in {text}")
