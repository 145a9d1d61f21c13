# SPDX-License-Identifier: Apache-2.0
"""Protocols other than HTTP pass where a rule names host and port, and are refused at once where none does."""

import getpass
import hashlib
import pathlib
import shutil
import ssl
import subprocess

from rig import check, daemons, datagrams, registries, wire
from rig.runner import Skip, test


def allow(box, host, port):
    box.configure(
        f'[[proxy.filter.rules]]\naction = "allow"\nhost = "{host}"\nports = [{port}]\n'
    )


def tunnelled(box, host, port):
    """The log says what passed, and how much of it."""
    record = box.record("record", lambda record: record["url"] == f"tcp://{host}:{port}")
    check.that(record["bytes_up"] and record["bytes_down"], record)
    return record


@test
def a_name_server_that_a_rule_names_is_asked_over_tcp(box):
    dig = daemons.find("dig", "bind9-dnsutils")
    server = daemons.nsd(box, "records.test", "www A 192.0.2.77\n")
    box.connect("192.0.2.53", 53, server.port)
    allow(box, "192.0.2.53", 53)

    def answer_of(name_server):
        asked = box.run(dig, "+tcp", "+tries=1", "+short", f"@{name_server}", "www.records.test")
        return asked.expect().out.split()

    check.equal(answer_of("192.0.2.53"), ["192.0.2.77"])
    check.equal(answer_of("192.0.2.54"), [], "another name server is ours as before")
    tunnelled(box, "192.0.2.53", 53)


# --- SSH -----------------------------------------------------------------------------------------


class Ssh:
    """A user with a key, and a server that takes it."""

    def __init__(self, box, host="shell.test"):
        daemons.find("ssh", "openssh-client")
        self.box, self.host = box, host
        key = box.project / "key"
        subprocess.run(
            [daemons.find("ssh-keygen", "openssh-client"), "-q", "-t", "ed25519", "-N", "", "-f", key],
            check=True,
        )
        self.server = daemons.sshd(box, host, (box.project / "key.pub").read_text())
        known = box.project / "known_hosts"
        known.write_text(f"{host} {(self.server.directory / 'host_key.pub').read_text()}")
        self.options = (
            f"-F none -i {key} -o UserKnownHostsFile={known} -o BatchMode=yes -o IdentitiesOnly=yes"
        ).split()
        self.user = getpass.getuser()

    def run(self, *command, **options):
        return self.box.run("ssh", *self.options, f"{self.user}@{self.host}", *command, **options)


def ssh(box):
    made = Ssh(box)
    allow(box, made.host, 22)
    return made


@test(seconds=90, tags=["quick"])
def ssh_runs_a_command(box):
    shell = ssh(box)
    ran = shell.run("cat; echo from outside >&2; exit 7", stdin=b"hello")
    check.equal((ran.code, ran.out), (7, "hello"), ran.story() + shell.server.said())
    check.contains(ran.err, "from outside")
    tunnelled(box, shell.host, 22)


@test(seconds=90)
def scp_copies_both_ways(box):
    shell = ssh(box)
    data = bytes(range(256)) * 12345
    (box.project / "data").write_bytes(data)
    outside = box.root / "outside"
    there = f"{shell.user}@{shell.host}:{outside}"
    box.run("scp", "-q", *shell.options, "data", there).expect()
    check.that(outside.read_bytes() == data, "what went up differs")
    box.run("scp", "-q", *shell.options, there, "back").expect()
    check.that((box.project / "back").read_bytes() == data, "what came down differs")


@test(seconds=90, tags=["quick"])
def git_clones_and_pushes_over_ssh(box):
    shell = ssh(box)
    repository = registries.bare_repository(box.root)
    script = """
        set -e
        export GIT_SSH_COMMAND="ssh $2"
        git clone --quiet "$1" copy
        cat copy/README
        cd copy
        echo "from inside" > NEW && git add NEW
        git -c user.name=box -c user.email=box@ok.test commit --quiet -m Second
        git push --quiet origin HEAD:refs/heads/main
        git rev-parse HEAD
    """
    url = f"ssh://{shell.user}@{shell.host}{repository}"
    ran = box.shell(script, url, " ".join(shell.options)).expect()
    text, commit = ran.out.splitlines()
    check.equal(text, "hello from git")
    check.equal((repository / "refs/heads/main").read_text().strip(), commit, "the pushed commit")


@test(tags=["quick"])
def ssh_to_a_host_that_is_allowed_for_the_web_only_ends_at_once(box):
    shell = Ssh(box)
    ran = shell.run("true", flags=["--allow-domain", shell.host])
    check.equal(ran.code, 255, ran.story())
    check.below(ran.seconds, 10 * box.rig.patience, "seconds until it knew")
    check.lacks(shell.server.said(), "Accepted publickey")
    record = box.record("record", lambda record: ":22" in record["url"])
    check.equal(record["filter_action"], "block")


# --- databases -----------------------------------------------------------------------------------


@test(seconds=120)
def psql_asks_postgresql_in_clear_and_over_its_own_tls(box):
    psql = daemons.postgres_program("psql")
    daemons.postgres(box, "db.test", "a word of ann's")
    allow(box, "db.test", 5432)
    shutil.copy(box.rig.pki.ca, box.project / "ca.crt")
    for mode in ("disable", "verify-full"):
        place = f"host=db.test user=ann dbname=postgres sslmode={mode} sslrootcert=ca.crt"
        ran = box.run(
            *("env", "PGPASSWORD=a word of ann's", psql, "-XAtq", "-v", "ON_ERROR_STOP=1", place),
            stdin=b"""
                create table numbers as select generate_series(1, 20000) as number;
                select sum(number), (select ssl from pg_stat_ssl where pid = pg_backend_pid()) from numbers;
                select md5(string_agg(number::text, '')) from numbers;
                \\copy numbers to 'numbers.txt'
                drop table numbers;
            """,
        ).expect()
        total, digest = ran.out.splitlines()
        check.equal(total, f"200010000|{'f' if mode == 'disable' else 't'}")
        numbers = [str(number) for number in range(1, 20001)]
        check.equal(digest, hashlib.md5("".join(numbers).encode()).hexdigest())
        check.equal((box.project / "numbers.txt").read_text().split(), numbers)
    tunnelled(box, "db.test", 5432)


@test(seconds=90)
def redis_cli_keeps_and_finds(box):
    daemons.find("redis-cli", "redis-tools")
    daemons.redis(box, "redis.test")
    allow(box, "redis.test", 6379)
    script = """
        set -e
        cli="redis-cli -h redis.test"
        $cli set greeting "hello from redis"
        $cli get greeting
        head -c 1000000 /dev/urandom > data
        $cli -x set data < data
        $cli --raw get data | head -c 1000000 | cmp - data && echo same
        for i in $(seq 10000 14999); do printf '*3\\r\\n$3\\r\\nSET\\r\\n$5\\r\\n%d\\r\\n$1\\r\\nx\\r\\n' $i; done > many
        $cli --pipe < many | tail -1
        $cli dbsize
    """
    ran = box.shell(script).expect()
    check.equal(
        ran.out.splitlines(),
        ["OK", "hello from redis", "OK", "same", "errors: 0, replies: 5000", "5002"],
    )
    tunnelled(box, "redis.test", 6379)


@test(seconds=90)
def redis_takes_commands_typed_by_hand(box):
    """They begin like a request line of HTTP: a word and a blank."""
    daemons.redis(box, "redis.test")
    allow(box, "redis.test", 6379)
    ran = box.shell(
        "exec 3<>/dev/tcp/redis.test/6379;"
        r" printf 'SET word typed\r\nGET word\r\nQUIT\r\n' >&3; cat <&3"
    ).expect()
    check.equal(ran.out.split(), ["+OK", "$5", "typed", "+OK"])
    tunnelled(box, "redis.test", 6379)


@test(seconds=90)
def a_request_of_http_is_looked_into_also_where_raw_tcp_may_pass(box):
    daemons.redis(box, "redis.test")
    allow(box, "redis.test", 6379)
    box.shell(
        "exec 3<>/dev/tcp/redis.test/6379;"
        r" printf 'GET /keys HTTP/1.1\r\nHost: redis.test:6379\r\n\r\n' >&3; timeout 5 cat <&3"
    )
    record = box.record("request", lambda record: record["url"].endswith("/keys"))
    check.equal((record["method"], record["status"]), ("GET", 502))


@test(seconds=90)
def nor_does_it_pass_there_in_a_form_that_some_servers_forgive(box):
    daemons.redis(box, "redis.test")
    allow(box, "redis.test", 6379)
    for line in (
        r" GET /keys HTTP/1.1",
        r"GET\t/keys HTTP/1.1",
        r"\r\n\r\nGET /keys",
        r"PROXY TCP4 192.0.2.1 192.0.2.2 1 80\r\nGET /keys HTTP/1.1",
    ):
        ran = box.shell(
            "exec 3<>/dev/tcp/redis.test/6379;"
            rf" printf '{line}\r\nHost: redis.test:6379\r\n\r\n' >&3; timeout 5 cat <&3"
        )
        check.contains(ran.out, "400 Bad Request")


# --- who speaks first, and what ------------------------------------------------------------------

SAY = r"""
import json, socket, sys, time
host, port, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
pieces = [piece.encode().decode("unicode_escape").encode("latin-1") for piece in sys.argv[4:]]
begin, answer, end = time.monotonic(), b"", "closed"
with socket.create_connection((host, port), timeout=20) as sock:
    try:
        for number, piece in enumerate(pieces):
            time.sleep(pause if number else 0)
            sock.sendall(piece)
        answer = sock.recv(1000)
    except OSError as error:
        end = type(error).__name__
print(json.dumps({"answer": answer.decode("latin-1"), "end": end, "seconds": time.monotonic() - begin}))
"""


def say(box, host, port, *pieces, pause=0):
    """What comes back for these pieces, with a pause between one and the next."""
    return box.run("/usr/bin/python3", "-c", SAY, host, port, pause, *pieces).expect().json()


def keeps_and_answers(answer):
    """An origin's script: keeps all that comes, answers the first of it."""

    def serve(sock, seen):
        while data := sock.recv(1000):
            if not seen:
                sock.sendall(answer)
            seen += data

    return serve


def raw_server(box, script, host="raw.test", port=7000):
    made = box.raw_origin(script, host, port=port, tls=False, allow=False)
    allow(box, host, port)
    return made


@test(tags=["quick"])
def a_greeting_comes_at_once(box):
    raw_server(box, lambda sock, _: sock.sendall(b"220 hello\r\n"))
    said = say(box, "raw.test", 7000)
    check.equal(said["answer"], "220 hello\r\n")
    check.below(said["seconds"], 0.3 * box.rig.patience, "seconds until the greeting")


@test(seconds=60)
def what_is_no_request_passes_at_once_or_after_a_moment(box):
    for number, words in enumerate(
        (
            r"ruok",
            r"003egit-upload-pack /project.git\0host=raw.test\0",
            r"get /views/home\r\n",
            r"\r\n",
        )
    ):
        host = f"raw{number}.test"
        raw_server(box, keeps_and_answers(b"fine"), host)
        said = say(box, host, 7000, words)
        check.equal(said["answer"], "fine", words)
        check.below(said["seconds"], 2 * box.rig.patience, words)


@test(seconds=60)
def a_request_that_comes_in_pieces_does_not_pass_unread(box):
    server = raw_server(box, keeps_and_answers(b"fine"))
    said = say(box, "raw.test", 7000, r"FO", r"O /secret HTTP/1.1\r\nHost: raw.test:7000\r\n\r\n", pause=2)
    check.equal(bytes(server.seen), b"FO", "what the server saw")
    check.lacks(said["answer"], "200")
    box.record(
        "what came after the pause",
        lambda record: record["stage"] == "client" and "became a request of HTTP" in record["error"],
    )


@test(seconds=60)
def a_request_that_is_never_completed_is_refused_and_told(box):
    server = raw_server(box, keeps_and_answers(b"fine"))
    said = say(box, "raw.test", 7000, r"GE")
    check.equal((said["answer"], said["end"]), ("", "ConnectionResetError"))
    check.equal(bytes(server.seen), b"", "what the server saw")
    box.record(
        "the beginning",
        lambda record: record["stage"] == "client" and "did not complete" in record["error"],
    )


@test
def a_first_line_that_is_wrong_is_answered_at_once(box):
    box.origin("ok.test", port=80, tls=False)
    said = say(box, "ok.test", 80, r"GET / HTTP/9.9\r\n")
    check.contains(said["answer"], "505 ")
    check.below(said["seconds"], 2 * box.rig.patience, "seconds until the answer")


ASK = r"""
import socket, struct
question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x08anything\x04test\x00\x00\x01\x00\x01"
for server in ("ns.test", "10.0.2.3"):
    with socket.create_connection((server, 53), timeout=10) as sock:
        sock.sendall(struct.pack(">H", len(question)) + question)
        answer = sock.recv(1000)
    print(server, answer[5] & 15, answer.endswith(socket.inet_aton("192.0.2.77")))
"""


@test
def a_name_server_that_a_rule_names_is_asked_over_tcp(box):
    def serve(sock, seen):
        asked = sock.recv(1000)
        seen += asked
        answer = datagrams.dns_answer(asked[2:], "192.0.2.77")
        sock.sendall(len(answer).to_bytes(2, "big") + answer)

    raw_server(box, serve, "ns.test", 53)
    ran = box.run("/usr/bin/python3", "-c", ASK).expect()
    check.equal(ran.out.splitlines(), ["ns.test 0 True", "10.0.2.3 3 False"])
    tunnelled(box, "ns.test", 53)


# --- mail and packages ---------------------------------------------------------------------------


class Mailbox:
    """A server of SMTP that takes mail only after STARTTLS."""

    def __init__(self, certificate):
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(*certificate)
        self.mails = []
        self.secure = []

    def serve(self, sock, _seen):
        sock.sendall(b"220 mail.test ready\r\n")
        reader, secure = wire.Reader(sock), False
        while True:
            word = reader.line().split(" ")[0].upper()
            if word == "EHLO":
                sock.sendall(b"250-mail.test\r\n" + (b"250 8BITMIME\r\n" if secure else b"250 STARTTLS\r\n"))
            elif word == "STARTTLS" and not secure:
                sock.sendall(b"220 go ahead\r\n")
                sock = self._tls.wrap_socket(sock, server_side=True)
                reader, secure = wire.Reader(sock), True
            elif word == "DATA":
                sock.sendall(b"354 go on\r\n")
                lines = []
                while (line := reader.line()) != ".":
                    lines.append(line)
                self.mails.append("\n".join(lines))
                self.secure.append(secure)
                sock.sendall(b"250 kept\r\n")
            elif word == "QUIT":
                sock.sendall(b"221 bye\r\n")
                return
            else:
                sock.sendall(b"250 ok\r\n")


@test(tags=["quick"])
def mail_is_sent_with_starttls(box):
    mailbox = Mailbox(box.rig.pki.leaf("mail.test"))
    box.raw_origin(mailbox.serve, "mail.test", port=587, tls=False, allow=False)
    allow(box, "mail.test", 587)
    shutil.copy(box.rig.pki.ca, box.project / "ca.crt")
    script = (
        "import smtplib, ssl\n"
        "with smtplib.SMTP('mail.test', 587, timeout=20) as mail:\n"
        "    mail.starttls(context=ssl.create_default_context(cafile='ca.crt'))\n"
        "    mail.sendmail('ann@ok.test', ['bob@ok.test'], 'Subject: hello\\n\\n' + 'a line of text\\n' * 5000)\n"
    )
    box.run("/usr/bin/python3", "-c", script).expect()
    check.equal(mailbox.secure, [True])
    check.contains(mailbox.mails[0], "Subject: hello")
    check.equal(mailbox.mails[0].count("a line of text"), 5000)
    tunnelled(box, "mail.test", 587)


def debian_repository(directory):
    """A flat repository with one package: {path: bytes}."""
    tree = directory / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = (
        "Package: tiny-hello\nVersion: 1.0\nArchitecture: all\nMaintainer: Rig <rig@ok.test>\n"
        "Description: says hello\n"
    )
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / "hello").write_text("hello from the archive\n")
    package = directory / "tiny-hello_1.0_all.deb"
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--build", tree, package], check=True, capture_output=True
    )
    data = package.read_bytes()
    packages = (
        f"{control}Filename: ./{package.name}\nSize: {len(data)}\n"
        f"SHA256: {hashlib.sha256(data).hexdigest()}\n"
    ).encode()
    release = (
        "Suite: rig\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
        f" {hashlib.sha256(packages).hexdigest()} {len(packages)} Packages\n"
    ).encode()
    return {
        "/debian/./Release": release,
        "/debian/Release": release,
        "/debian/./Packages": packages,
        "/debian/Packages": packages,
        f"/debian/./{package.name}": data,
        f"/debian/{package.name}": data,
    }


@test(seconds=120)
def apt_updates_and_downloads(box):
    for program in ("apt-get", "dpkg-deb"):
        if not pathlib.Path("/usr/bin", program).exists():
            raise Skip(f"{program} is not installed")
    files = debian_repository(box.root)

    def serve(request):
        data = files.get(request.target)
        if data is None:
            return wire.Response(404, [], b"no such thing", "Not Found")
        return wire.Response(fields=[("Content-Type", "application/octet-stream")], body=data)

    box.origin("deb.test", serve, port=80, tls=False)
    script = """
        set -e
        mkdir -p state/lists/partial cache/archives/partial
        : > state/status
        echo "deb [trusted=yes] http://deb.test/debian ./" > sources.list
        apt="-o Dir::State=$PWD/state -o Dir::State::status=$PWD/state/status -o Dir::Cache=$PWD/cache
          -o Dir::Etc::SourceList=$PWD/sources.list -o Dir::Etc::SourceParts=- -o Dir::Log=$PWD -o APT::Sandbox::User="
        apt-get $apt update
        apt-get $apt download tiny-hello
        dpkg-deb --fsys-tarfile tiny-hello_1.0_all.deb | tar -xO ./hello
    """
    ran = box.shell(script, timeout=100).expect()
    check.that(ran.out.endswith("hello from the archive\n"), ran.story())
    check.lacks(ran.err, "E:")
