# SPDX-License-Identifier: Apache-2.0
"""A hostile program and a hostile server that help each other, and traps laid for the host."""

import pathlib
import socket
import subprocess
import time

from credentials_test import canary, credential
from rig import check, wire
from rig.runner import test

GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b.test", "-c", "protocol.file.allow=always"]


def no_echo(box, key, answer):
    """What `answer(authorization)` makes of the key does not reach the program."""
    box.origin("api.test", lambda request: answer(request.header("authorization") or ""))
    box.configure(credential())
    ran = box.curl("-i", "https://api.test/", env={"API_KEY": key}).expect()
    check.contains(ran.out, "hello")
    check.lacks(ran.out.lower(), key.lower())


@test
def an_echoed_key_does_not_come_back_in_trailers(box):
    no_echo(
        box,
        canary(),
        lambda value: wire.Response(body=b"hello", chunks=[2], trailers=[("X-Echo", value)]),
    )


@test
def an_echoed_key_does_not_come_back_in_the_reason(box):
    no_echo(box, canary(), lambda value: wire.Response(body=b"hello", reason=value))


@test
def an_echoed_key_does_not_come_back_as_a_field_name(box):
    def as_name(value):
        return wire.Response(fields=[(value.split(" ")[-1], "x")], body=b"hello")

    no_echo(box, "canary-0123456789abcdef", as_name)


@test
def a_key_that_the_server_kept_does_not_come_back_later(box):
    """The second request gets no key, but its answer could tell that of the first."""
    key, kept = canary(), []

    def remember(request):
        kept.append(request.header("authorization") or "")
        return wire.Response(body=f"seen: {' '.join(kept)}".encode())

    box.origin("api.test", remember)
    box.configure(credential(extra='paths = ["/with"]'))
    ran = box.curl("https://api.test/with", "https://api.test/without", env={"API_KEY": key})
    check.equal(kept, [f"Bearer {key}", ""])
    check.contains(ran.expect().out, "seen: ")
    check.lacks(ran.out, key)


@test
def silence_does_not_lead_past_the_rules_of_the_web(box):
    """Who waits long enough is not taken for a protocol in which the server speaks first."""
    origin = box.origin("ok.test", allow=False)
    box.configure(
        '[[proxy.filter.rules]]\naction = "block"\nhost = "ok.test"\npath = "/secret/**"\n'
        '[[proxy.filter.rules]]\naction = "allow"\nhost = "ok.test"\nports = [443]\n'
    )
    script = (
        "import socket, ssl, sys, time\n"
        "sock = socket.create_connection(('ok.test', 443)); time.sleep(1)\n"
        "tls = ssl.create_default_context().wrap_socket(sock, server_hostname='ok.test')\n"
        "tls.sendall(f'GET {sys.argv[1]} HTTP/1.1\\r\\nHost: ok.test\\r\\n\\r\\n'.encode())\n"
        "print(tls.recv(4000).split()[1])\n"
    )
    check.contains(box.run("/usr/bin/python3", "-c", script, "/open").expect().out, "200")
    check.contains(box.run("/usr/bin/python3", "-c", script, "/secret/x").expect().out, "403")
    check.equal(origin.paths(), ["/open"])


def repository(place):
    place.mkdir(exist_ok=True)
    (place / "file").write_text("x")
    for words in (["init", "-q"], ["add", "file"], ["commit", "-qm", "first"]):
        subprocess.run([*GIT, *words], cwd=place, check=True)


def the_hosts_git_runs_nothing(box):
    subprocess.run(["git", "status"], cwd=box.project, capture_output=True)
    check.equal([str(path) for path in box.project.rglob("trapped")], [])


@test
def the_hosts_git_obeys_no_configuration_made_inside(box):
    repository(box.project)
    box.shell(
        "mkdir -p trap/objects trap/refs; cp .git/HEAD trap/; echo ../trap > .git/commondir;"
        "printf '[core]\\nrepositoryformatversion = 0\\nfsmonitor = touch trapped; false\\n' | "
        "tee trap/config .git/config.worktree >> .git/config"
    )
    the_hosts_git_runs_nothing(box)


@test
def the_hosts_git_obeys_no_submodule_changed_inside(box):
    repository(box.root / "other")
    repository(box.project)
    subprocess.run(
        [*GIT, "submodule", "add", "-q", str(box.root / "other"), "sub"],
        cwd=box.project,
        check=True,
    )
    box.shell("git config -f .git/modules/sub/config core.fsmonitor 'touch trapped; false'")
    the_hosts_git_runs_nothing(box)


@test
def a_home_behind_a_link_is_still_the_home(box):
    (box.home / "key").write_text("private")
    link = box.root / "link"
    link.symlink_to(box.home)
    ran = box.lazaret("run", "--", "cat", "key", cwd=box.home, env={"HOME": str(link)})
    check.equal(ran.code, 125, ran.story())
    check.lacks(ran.out, "private")


@test
def lazarets_own_files_stay_hidden_behind_links(box):
    """As with dotfiles: the real directories lie in the project, and links lead there."""
    box.run("true").expect()
    for name, link in (("data", box.data), ("config", box.root / "config")):
        link.rename(box.project / name)
        link.symlink_to(box.project / name)
    ran = box.shell("cat data/lazaret/ca/ca.key; ls -A data/lazaret config/lazaret; echo end")
    check.contains(ran.out, "end")
    check.lacks(ran.out, "PRIVATE KEY")
    check.lacks(ran.out, "config.toml")


@test
def the_end_does_not_wait_for_a_server_that_cannot_be_reached(box):
    """A listener whose queue is full drops what comes: connecting to it would take minutes."""
    deaf = socket.create_server(("127.0.0.1", 0), backlog=0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(deaf.getsockname())
    box.flags += ["--allow-domain", "ok.test"]
    box.connect("ok.test", 443, deaf.getsockname()[1])
    began = time.monotonic()
    box.run("timeout", "1", "curl", "-s", "https://ok.test/")
    check.that(time.monotonic() - began < 5 * box.rig.patience, "lazaret went on waiting")


def processor_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@test
def idle_connections_for_names_cost_nothing_and_leave_room(box):
    box.origin("ok.test")
    script = (
        "import resource, socket, subprocess, time\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, [resource.getrlimit(resource.RLIMIT_NOFILE)[1]] * 2)\n"
        "idle = [socket.socket() for _ in range(900)]\n"
        "for sock in idle: sock.setblocking(False); sock.connect_ex(('10.0.2.3', 53))\n"
        "print('ready', flush=True); time.sleep(3)\n"
        "subprocess.run(['curl', '-sS', '-m', '9', '-o', '/dev/null', '-w', '%{http_code}', 'https://ok.test/'])\n"
    )
    process = box.start_lazaret(
        *box.command_line(["/usr/bin/python3", "-c", script]),
    )
    check.equal(process.stdout.readline(), b"ready\n")
    before = processor_seconds(process)
    time.sleep(2)
    used = processor_seconds(process) - before
    check.equal(process.communicate()[0], b"200")
    check.that(used < 0.3 * box.rig.patience, f"{used} s of a processor in 2 s")


@test
def allowing_a_host_keeps_the_permissions_of_the_configuration(box):
    box.configure(credential(source='value = "a-key-in-the-file"'))
    file = box.config / "config.toml"
    file.chmod(0o600)
    box.lazaret("policy", "allow", "ok.test").expect()
    check.equal(oct(file.stat().st_mode & 0o777), oct(0o600))
