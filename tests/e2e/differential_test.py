# SPDX-License-Identifier: Apache-2.0
"""What lazaret checked is what a server understands: tricky messages through lazaret to servers that many people run.

Each message of rig/messages.py goes to each server of rig/servers.py. Either lazaret refuses it and no request reaches the
server, or what the server understood is what lazaret's log says was checked: as many requests, of the same methods,
paths, hosts and sizes of bodies. `tests/e2e/run --only differential --tables docs` writes the table.
"""

import collections
import json
import re
import time
import urllib.parse

from rig import check, messages, raw_http2, servers
from rig.runner import Skip, test

ERRORS = {"400", "403", "405", "413", "414", "417", "421", "431", "501", "505"}
REFUSED, SAME, FOLDED, CUT, ALONE = "refused", "same", "folded", "cut", "alone"


def answers_in(text):
    """The final statuses among what came back."""
    found = re.findall(r"HTTP/1\.[01] (\d{3})[ \r]", text)
    return [status for status in found if not status.startswith("1")]


def send(box, rows):
    """What came back for each row, in their order."""
    cases = [
        {
            "way": message.way,
            "host": server.host,
            "port": 443 if message.way == "http2" else 80,
            "bytes": message.to(server.host, number),
            "streams": message.requests or 1,
        }
        for number, message, server in rows
    ]
    of_http2 = iter(send_http2(box, [case for case in cases if case["way"] == "http2"]))
    of_http1 = iter(send_http1(box, [case for case in cases if case["way"] != "http2"]))
    return [next(of_http2 if case["way"] == "http2" else of_http1) for case in cases]


def send_http2(box, cases):
    """The answers told as those of HTTP/1.1 are."""
    return [
        {
            "text": came["text"][:100]
            if came["text"].startswith("ERROR")
            else "".join(f"HTTP/1.1 {status} \n" for status in raw_http2.statuses_of(came["text"])),
            "closed": came["closed"]
            or bool(raw_http2.resets_of(came["text"]))
            or raw_http2.has_goaway(came["text"]),
        }
        for came in raw_http2.send(box, cases)
    ]


def send_http1(box, cases):
    ran = box.python(
        "raw_http.py",
        0.4 * box.rig.patience,
        48,
        stdin=json.dumps(cases).encode(),
        proxy_variables=True,
        timeout=120,
    ).expect()
    return ran.json()


def start_all(box):
    """The servers of this machine that run, and why others do not."""
    running, absent = [], []
    for kind in servers.TABLE:
        if kind.path():
            certificate = box.rig.pki.leaf(f"{kind.name}.test")
            running.append(servers.Server(kind, certificate))
            box.clean_up(running[-1].close)
        else:
            absent.append(f"{kind.name} is not installed (scripts/setup packages-servers.txt)")
    for server in list(running):
        if problem := server.wait_until_ready(15 * box.rig.patience):
            check.that(False, problem)
    return running, absent


def wait_until_quiet(running):
    """Until no server has anything more to tell: a late request must not be overlooked."""
    counts, since = None, time.monotonic()
    while time.monotonic() - since < 0.5:
        now = [len(server.seen()) for server in running]
        if now != counts:
            counts, since = now, time.monotonic()
        time.sleep(0.05)


class Checked:
    """A request as lazaret's log tells of it."""

    def __init__(self, record):
        parts = urllib.parse.urlsplit(record["url"])
        self.method, self.host = record["method"], parts.netloc
        self.target = record["url"].split(parts.netloc, 1)[1]
        if self.method == "OPTIONS" and not self.target:
            self.target = "*"  # it has a URL without a path
        self.size = record["bytes_up"]

    def __repr__(self):
        return f"{self.method} {self.target} {self.host} with {self.size} bytes"


def folded(path):
    return "/" if path == "*" else re.sub("/+", "/", path.replace("%2F", "/"))


def differences(seen, checked):
    """In what a server's understanding is another than what was checked."""
    found = []
    if seen.target != checked.target:
        found.append("target")
    for what in ("method", "host", "size"):
        if getattr(seen, what) != getattr(checked, what):
            found.append(what)
    if seen.own:
        method, _, rest = seen.own.partition(" ")
        path, _, host = rest.rpartition(" ")
        wanted = checked.target.split("?")[0]
        decoded = urllib.parse.unquote(wanted, "latin-1")
        if (method, host) != (checked.method, checked.host):
            found.append("own words")
        elif path.removesuffix("?") not in (checked.target, wanted, decoded):
            found.append("path in own words")
    values = [value for _, value in [*seen.fields, *seen.trailers]]
    if messages.NEVER in values:
        found.append("a field that must not arrive")
    if seen.field("X-Hidden"):
        found.append("a hidden request")
    return found


def differs_by_folding_only(seen, checked):
    return (
        folded(seen.target.split("?")[0]) == folded(checked.target.split("?")[0])
        and seen.target.partition("?")[2] == checked.target.partition("?")[2]
    )


def compare(message, seen, checked):
    """(outcome, what is wrong) of what a server saw of a message that passes."""
    left, folds = list(checked), False
    for one in seen:
        same = [each for each in left if not differences(one, each)]
        if not same and message.folds:
            same = [
                each
                for each in left
                if set(differences(one, each)) <= {"target", "path in own words"}
                and differs_by_folding_only(one, each)
            ]
            folds = folds or bool(same)
        if not same:
            about = ", ".join(differences(one, left[0])) if left else "nothing like it was checked"
            return None, f"understood {one}, checked {left or checked} ({about})"
        left.remove(same[0])
    if not left:
        return (FOLDED if folds else SAME), None
    return ALONE, None


def judge(message, seen, checked, answer):
    """(outcome, what is wrong)."""
    answers = answers_in(answer["text"])
    if answer["text"].startswith("ERROR"):
        return None, answer["text"]
    if message.requests == 0:
        cut = message.breaks and compare(message, seen, checked)[0]
        if seen and not cut:
            return None, f"reached the server: {seen}"
        if answers[1:] or set(answers) - ERRORS or not (answers or answer["closed"]):
            return None, f"answered {answers}, {answer['text'][:200]!r}"
        return (CUT if seen else REFUSED), None
    if len(checked) != message.requests:
        return None, f"lazaret let {checked} pass; answered {answer['text'][:200]!r}"
    if len(answers) != message.requests:
        return None, f"{answers} came back for {message.requests}: {answer['text'][:300]!r}"
    outcome, wrong = compare(message, seen, checked)
    errors = sum(status >= "400" for status in answers)
    about_itself = all(each.target == "*" for each in checked)
    if outcome == ALONE and errors < message.requests - len(seen) and not about_itself:
        return None, f"the server says {answers} and has seen {seen}"
    return outcome, wrong


def by_case(items, number_of):
    found = collections.defaultdict(list)
    for item in items:
        found[number_of(item)].append(item)
    return found


def case_of(record):
    fields = {name.lower(): values for name, values in (record["req_headers"] or {}).items()}
    return fields.get("x-case", [None])[0]


def judge_all(rows, answers, running, records):
    """(outcome of each message at each server, what is wrong)."""
    seen, checked, wrong, outcomes = {}, {}, [], {}
    numbers = set(map(str, range(len(messages.MESSAGES))))
    for server in running:
        seen[server.name] = by_case(server.seen(), lambda one: one.field("X-Case"))
        checked[server.name] = by_case(
            [one for one in records if urllib.parse.urlsplit(one["url"]).hostname == server.host],
            case_of,
        )
        for number in {*seen[server.name], *checked[server.name]} - numbers:
            wrong.append(f"{server.name}: of no message: {seen[server.name][number]}")
    for (number, message, server), answer in zip(rows, answers, strict=True):
        outcome, problem = judge(
            message,
            seen[server.name][str(number)],
            [Checked(record) for record in checked[server.name][str(number)]],
            answer,
        )
        outcomes[message.title, server.name] = outcome
        if problem:
            wrong.append(f"{message.title}, {server.name}: {problem}")
    return outcomes, wrong


@test(seconds=240)
def servers_understand_what_was_checked(box):
    running, absent = start_all(box)
    if not running:
        raise Skip("; ".join(absent))
    for server in running:
        box.connect(server.host, 80, server.port)
        box.connect(server.host, 443, server.tls_port)
        box.flags += ["--allow-domain", server.host]
    rows = [
        (number, message, server)
        for number, message in enumerate(messages.MESSAGES)
        for server in running
    ]
    answers = send(box, rows)
    wait_until_quiet(running)
    records = [record for record in box.exchanges() if record["dial"]]
    outcomes, wrong = judge_all(rows, answers, running, records)
    check.that(not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong))
    check.equal(len(outcomes), len(rows), "outcomes (is a title there twice?)")
    if box.rig.tables:
        write_table(box.rig.tables, [server.name for server in running], outcomes)
    if absent:
        raise Skip("the others understand the same, but " + "; ".join(absent))


def write_table(directory, names, outcomes):
    counts = collections.Counter(outcomes.values())
    lines = [
        *INTRODUCTION.splitlines(),
        "",
        f"{len(messages.MESSAGES)} messages, {len(names)} servers: "
        + ", ".join(f"{counts[name]} {name}" for name in (REFUSED, SAME, FOLDED, CUT, ALONE))
        + ", 0 different.",
        "",
        "| message | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for title in (message.title for message in messages.MESSAGES):
        cells = [title.replace("|", "\\|"), *(outcomes[title, name] for name in names)]
        lines.append("| " + " | ".join(cells) + " |")
    (directory / "differential.md").write_text("\n".join(lines) + "\n")


INTRODUCTION = """# What servers make of it

A gateway that reads a message in one way protects nothing when the server behind it reads it in another. Here each
message goes through lazaret to servers that many people run, as Debian packages them; all but node and python stand
in front of a backend, as they often do. What a server understood (its own words, and what it passed on) is compared
with lazaret's log.

- **refused**: lazaret answered with an error or cut the connection, and no whole request reached the server.
- **same**: as many requests as were checked, of the same methods, paths, hosts and sizes of bodies.
- **folded**: the same, but the server takes `//` or `%2F` in a path for `/`, or `*` for `/`. lazaret keeps them, since
  for other servers these are two paths; a rule that blocks or asks looks at both readings.
- **cut**: the head was good and had been passed on when the body broke. lazaret cut the connection and logged it; the
  server took what had come, which is what the log tells of, for the whole.
- **alone**: lazaret let it pass, and the server answered by itself, with an error or about itself (`OPTIONS *`).

The messages of HTTP/2 come over TLS, and the servers get what lazaret makes of them: HTTP/1.1. One that HTTP/2 itself
forbids is a stream that is broken off, and a line in the log.

`tests/e2e/run --only differential --tables docs` writes this file."""
