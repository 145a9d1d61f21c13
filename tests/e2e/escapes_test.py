# SPDX-License-Identifier: Apache-2.0
"""Every other way out fails at once, and is seen in the log.

Each test has its positive control: the same program reaches what is allowed, so that a broken network cannot pass
for a closed one.
"""

import json
import os
import pathlib
import socket
import subprocess
import threading
import time

from rig import check, origins
from rig.runner import Skip, test

SOMEWHERE4, SOMEWHERE6 = "198.51.100.20", "2001:db8:1::20"  # addresses of the documentation
REFUSALS = [
    "ECONNRESET",
    "ECONNREFUSED",
    "EPERM",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "EACCES",
    "EPIPE",
    "closed",
]
FORBIDDEN = [
    "EPERM",
    "EACCES",
    "EROFS",
    "ENOSYS",
    "EINVAL",
    "ENOENT",
    "ESRCH",
    "EAFNOSUPPORT",
    "EPROTONOSUPPORT",
]


def attempts(box, wanted, flags=()):
    """What became of each attempt, tried from inside."""
    ran = box.python("escape.py", stdin=json.dumps(wanted).encode(), flags=flags).expect()
    return list(zip(wanted, ran.json(), strict=True))


def all_fail_at_once(box, wanted, refusals=REFUSALS):
    for attempt, result in attempts(box, wanted):
        check.one_of(result["outcome"], refusals, f"outcome of {attempt}")
        check.below(result["seconds"], 1.0 * box.rig.patience, f"seconds for {attempt}")


def prove_the_way_is_open(box):
    box.origin("ok.test", origins.text("open"))
    check.equal(box.curl("https://ok.test/").expect().out, "open")


def seen(box, host, port):
    """The log has a refusal of this address and port."""
    box.record(
        f"record of {host} port {port}",
        lambda record: host in json.dumps(record)
        and str(port) in json.dumps(record)
        and record["filter_action"] != "allow",
    )


@test(tags=["quick"])
def raw_addresses_are_refused_on_every_port(box):
    prove_the_way_is_open(box)
    ports = [22, 25, 443, 6667, 65535]
    all_fail_at_once(
        box, [["tcp", address, port] for address in (SOMEWHERE4, SOMEWHERE6) for port in ports]
    )
    for port in ports:
        seen(box, SOMEWHERE4, port)
        seen(box, SOMEWHERE6, port)


@test
def http_to_a_raw_address_is_refused(box):
    prove_the_way_is_open(box)
    for address in (SOMEWHERE4, f"[{SOMEWHERE6}]"):
        ran = box.curl("-o", "/dev/null", "-w", "%{http_code}", f"http://{address}/").expect()
        check.equal(ran.out, "403", address)


@test
def https_to_a_raw_address_is_refused(box):
    prove_the_way_is_open(box)
    for address in (SOMEWHERE4, f"[{SOMEWHERE6}]"):
        ran = box.curl("-k", "-o", "/dev/null", "-w", "%{http_code}", f"https://{address}/")
        check.one_of(
            (ran.code, ran.out), [(0, "403"), (35, "000"), (56, "000")], f"curl to {address}"
        )


@test(tags=["quick"])
def udp_is_refused_at_once(box):
    prove_the_way_is_open(box)
    all_fail_at_once(
        box,
        [
            ["udp", address, port]
            for address in (SOMEWHERE4, SOMEWHERE6)
            for port in (123, 443, 4433)
        ],
    )
    seen(box, SOMEWHERE4, 443)
    seen(box, SOMEWHERE6, 443)


@test
def udp_to_an_allowed_name_is_refused_too(box):
    prove_the_way_is_open(box)
    ran = box.shell("echo quic >/dev/udp/ok.test/443")
    check.that(ran.code != 0, ran.story())


@test(tags=["quick"])
def any_resolver_is_ours_and_a_name_nobody_allowed_does_not_exist(box):
    prove_the_way_is_open(box)
    resolvers = [
        (address, transport)
        for address in ("8.8.8.8", "2001:4860:4860::8888", "10.0.2.3")
        for transport in ("udp", "tcp")
    ]
    for attempt, result in attempts(
        box,
        [
            ["dns", address, "secret-data.evil.test", 1, transport]
            for address, transport in resolvers
        ],
    ):
        check.equal(result["outcome"], "rcode 3, 0 answers", f"answer to {attempt}")
    for attempt, result in attempts(
        box, [["dns", address, "ok.test", 1, transport] for address, transport in resolvers]
    ):
        check.equal(result["outcome"], "rcode 0, 1 answers", f"answer to {attempt}")
    box.record(
        "record of the refused name", lambda record: "secret-data.evil.test" in json.dumps(record)
    )


@test
def https_and_service_records_are_not_answered(box):
    prove_the_way_is_open(box)
    for attempt, result in attempts(
        box, [["dns", "10.0.2.3", "ok.test", kind, "udp"] for kind in (16, 33, 64, 65)]
    ):
        check.that(result["outcome"].endswith(" 0 answers"), f"{attempt}: {result}")


@test
def icmp_is_refused(box):
    prove_the_way_is_open(box)
    all_fail_at_once(box, [["icmp", SOMEWHERE4], ["icmp", SOMEWHERE6]], REFUSALS + FORBIDDEN)


@test
def raw_and_packet_sockets_do_not_exist(box):
    prove_the_way_is_open(box)
    all_fail_at_once(
        box,
        [
            ["raw", "AF_INET", 255],
            ["raw", "AF_INET", 1],
            ["raw", "AF_INET6", 58],
            ["raw", "AF_PACKET", 0x0300],
            ["raw", "AF_NETLINK", 12],
        ],
        FORBIDDEN,
    )


@test(tags=["quick"])
def the_hosts_loopback_services_are_out_of_reach(box):
    prove_the_way_is_open(box)
    with socket.create_server(("127.0.0.1", 0)) as redis, socket.create_server(
        ("0.0.0.0", 0)
    ) as everywhere:
        touched = []
        for server in (redis, everywhere):
            threading.Thread(target=_note_connections, args=(server, touched), daemon=True).start()
        ports = [redis.getsockname()[1], everywhere.getsockname()[1]]
        addresses = [
            "127.0.0.1",
            "127.0.0.2",
            "0.0.0.0",
            "::1",
            "::ffff:127.0.0.1",
            "10.0.2.2",
            *_own_addresses(),
        ]
        all_fail_at_once(box, [["tcp", address, port] for address in addresses for port in ports])
        names = [
            "localhost",
            "localhost.",
            "127.1",
            "2130706433",
            "0x7f000001",
            "host.docker.internal",
            "gateway",
            socket.gethostname(),
        ]
        script = (
            "for name; do curl -s --max-time 3 -o /dev/null -w '%{http_code} ' http://$name/; done"
        )
        ran = box.shell(script, *(f"{name}:{port}" for name in names for port in ports))
        check.that(set(ran.out.split()) <= {"000", "403", "400", "421"}, ran.story())
        time.sleep(0.2)
        check.equal(touched, [], "connections at the host's services")


def _note_connections(server, touched):
    while True:
        try:
            sock, peer = server.accept()
        except OSError:
            return
        touched.append(peer)
        sock.sendall(b"I am the host's\r\n")
        sock.close()


def _own_addresses():
    """The address of this machine towards the outside; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((SOMEWHERE4, 9))
            return [probe.getsockname()[0]]
        except OSError:
            return []


@test(tags=["quick"])
def the_plumbing_cannot_be_changed(box):
    prove_the_way_is_open(box)
    commands = [
        "ip route del default",
        "ip route add 198.51.100.0/24 dev lo",
        "ip addr add 198.51.100.20/32 dev lo",
        "ip link set lo down",
        "ip link add veth0 type veth",
        "ip rule add from all lookup main",
        "nft flush ruleset",
        "nft list ruleset",
        "nft add table inet mine",
        "sysctl -w net.ipv4.ip_forward=1",
    ]
    for command in commands:
        ran = box.shell(f"PATH=$PATH:/usr/sbin:/sbin; {command}")
        check.that(ran.code != 0, f"`{command}` succeeded:\n{ran.story()}")
    check.equal(box.curl("https://ok.test/").expect().out, "open")
    all_fail_at_once(box, [["tcp", SOMEWHERE4, 443]])


@test(tags=["quick"])
def no_other_namespace_can_be_made_or_joined(box):
    prove_the_way_is_open(box)
    for command in [
        "unshare -U true",
        "unshare -Ur true",
        "unshare -n true",
        "unshare -m true",
        "unshare -p true",
        "nsenter -t 1 -n true",
        "nsenter --net=/proc/self/ns/net true",
        "bwrap --ro-bind / / true",
        "chroot / true",
        "mount -t tmpfs none /tmp",
        "umount /tmp",
    ]:
        ran = box.shell(f"PATH=$PATH:/usr/sbin:/sbin; {command}")
        check.that(ran.code != 0, f"`{command}` succeeded:\n{ran.story()}")


@test
def abstract_sockets_of_the_host_are_out_of_reach(box):
    name = f"lazaret-e2e-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0" + name)
        server.listen()
        all_fail_at_once(box, [["abstract", name]])
        check.lacks(box.shell("cat /proc/net/unix").out, name)


@test(tags=["quick"])
def the_processes_of_the_host_are_invisible(box):
    ran = box.shell("ls /proc | grep -E '^[0-9]+$' | wc -l; cat /proc/*/comm").expect()
    check.below(int(ran.out.split()[0]), 10, "processes in /proc")
    check.lacks(ran.out, "lazaret-warden")
    parent = os.getppid()
    results = attempts(
        box,
        [["kill", parent], ["read", f"/proc/{parent}/environ"], ["read", f"/proc/{parent}/mem"]],
    )
    for attempt, result in results:
        check.one_of(result["outcome"], [*FORBIDDEN, "empty"], f"outcome of {attempt}")


@test
def the_init_process_tells_nothing(box):
    all_fail_at_once(
        box,
        [
            ["read", "/proc/1/environ"],
            ["read", "/proc/1/mem"],
            ["write", "/proc/1/oom_score_adj", "0"],
        ],
        [*FORBIDDEN, "empty", "EIO"],
    )


@test(tags=["quick"])
def no_privilege_is_left(box):
    ran = box.shell("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status").expect()
    status = dict(line.split(":\t") for line in ran.out.splitlines())
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        check.equal(int(status[name], 16), 0, name)
    check.equal((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))


@test
def dangerous_system_calls_fail(box):
    if os.uname().machine != "x86_64":
        raise Skip("the numbers in this test are those of x86_64")
    calls = {
        "bpf": 321,
        "perf_event_open": 298,
        "userfaultfd": 323,
        "add_key": 248,
        "keyctl": 250,
        "request_key": 249,
        "kexec_load": 246,
        "io_uring_setup": 425,
        "open_by_handle_at": 304,
        "mount": 165,
        "fsopen": 430,
        "move_mount": 429,
        "open_tree": 428,
        "umount2": 166,
        "pivot_root": 155,
        "init_module": 175,
        "reboot": 169,
        "swapon": 167,
        "setns": 308,
    }
    all_fail_at_once(
        box,
        [["system_call", number, 0, 0, 0, 0, 0] for number in calls.values()],
        ["EPERM", "ENOSYS"],
    )


@test
def kernel_knobs_cannot_be_turned(box):
    all_fail_at_once(
        box,
        [
            ["write", path, "1"]
            for path in (
                "/proc/sys/kernel/core_pattern",
                "/proc/sys/net/ipv4/ip_forward",
                "/proc/sysrq-trigger",
                "/sys/kernel/uevent_helper",
                "/proc/sys/kernel/modprobe",
            )
        ],
        FORBIDDEN,
    )


@test(tags=["quick"])
def the_files_of_the_host_are_invisible(box):
    secret = box.home / ".ssh"
    secret.mkdir()
    (secret / "id_ed25519").write_text("PRIVATE KEY OF THE HOST")
    (box.root / "beside.txt").write_text("PRIVATE KEY OF THE HOST")
    (box.project / ".env").write_text("TOKEN=PRIVATE KEY OF THE HOST")
    (box.project / "visible.txt").write_text("visible")
    ran = box.shell(
        "cat visible.txt; cat ~/.ssh/id_ed25519 ../beside.txt ../../beside.txt .env /etc/shadow /etc/gshadow 2>/dev/null;"
        "grep -rs 'KEY OF THE HOST' / --include='*' --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr | head"
    )
    check.equal(ran.out, "visible", "what can be read")


@test
def lazarets_own_files_are_invisible(box):
    box.run("true").expect()
    keys = list(box.data.rglob("ca.key"))
    check.equal(len(keys), 1, "CA keys on the host")
    ran = box.shell(
        f"cat {keys[0]} {keys[0].parent}/ca.crt; ls {box.data} {box.runtime} {box.config};"
        " find / -name 'ca.key' -o -name 'control.sock' -o -name '*.jsonl' 2>/dev/null | grep -v ^/proc"
    )
    check.equal(ran.out, "")


@test
def the_project_can_be_written_and_the_system_cannot(box):
    box.shell("echo text > new-file").expect()
    check.equal((box.project / "new-file").read_text(), "text\n")
    for place in ("/usr/x", "/etc/x", "/bin/x", "/lib/x", "/x"):
        check.that(box.shell(f"echo x > {place}").code != 0, f"{place} was written")
        check.that(not pathlib.Path(place).exists(), f"{place} exists on the host")


@test
def the_sandboxes_home_persists_and_is_not_the_hosts(box):
    box.shell("echo kept > ~/note; echo lost > /tmp/note").expect()
    check.that(not (box.home / "note").exists(), "the note is in the host's home")
    check.equal(box.shell("cat ~/note; cat /tmp/note 2>/dev/null").out, "kept\n")


@test
def nothing_passes_when_the_gateway_is_gone(box):
    box.origin("ok.test", origins.text("open"))
    process = box.start_lazaret(
        *box.command_line(
            [
                "bash",
                "-c",
                "echo ready; read; for i in 1 2 3; do curl -s --max-time 2 https://ok.test/ >> after; sleep 0.1; done",
            ]
        )
    )
    check.equal(process.stdout.readline(), b"ready\n")
    process.kill()
    process.stdin.close()
    process.wait()
    check.equal(box.leftovers(), [])
    after = box.project / "after"
    check.equal(after.read_text() if after.exists() else "", "", "what came through")


@test(tags=["quick"])
def in_the_place_of_a_closed_stream_is_nothing_of_lazarets(box):
    script = (
        "import os, pathlib\n"
        "pathlib.Path('streams').write_text(' '.join(os.readlink(f'/proc/self/fd/{n}') for n in range(3)))"
    )
    command = box.command_line(["/usr/bin/python3", "-c", script])
    for closed in ("<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"):
        subprocess.run(
            ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", str(box.rig.lazaret), *command],
            env=box.environment(),
            cwd=box.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=30 * box.rig.patience,
            check=True,
        )
        seen = (box.project / "streams").read_text().split()
        check.equal(seen, ["/dev/null"] * 3, closed)
