# SPDX-License-Identifier: Apache-2.0
"""The other commands: explain, logs, config, doctor, help."""

import base64
import json
import re

from rig import check, origins
from rig.runner import test

RULES = """
[proxy.filter]
default_action = "block"

[[proxy.filter.rules]]
action = "block"
host = "ok.test"
path = "/private/**"
reason = "not yours"

[[proxy.filter.rules]]
action = "allow"
host = "ok.test"

[[proxy.filter.rules]]
action = "ask"
host = "ask.test"

[proxy.credentials.demo]
enabled = true
host = "ok.test"
header = "Authorization"
source = { value = "canary-explained" }
"""


def explain(box, method, url, status):
    ran = box.lazaret("policy", "explain", "--json", method, url)
    check.equal(ran.code, status, ran.story())
    return ran.json()


@test(tags=["quick"])
def explain_says_what_would_happen_and_why(box):
    box.configure(RULES)
    allowed = explain(box, "GET", "https://ok.test/x", 0)
    check.equal((allowed["decision"], allowed["status"], allowed["inject"]), ("allow", 0, ["demo"]))
    check.equal((allowed["rule"]["line"], allowed["host"], allowed["path"]), (11, "ok.test", "/x"))
    check.contains(allowed["rule"]["file"], "config.toml")
    blocked = explain(box, "GET", "https://OK.test:443/a/../private/x", 1)
    check.equal(
        (blocked["decision"], blocked["status"], blocked["path"], blocked["rule"]["line"]),
        ("block", 403, "/private/x", 5),
    )
    check.contains(blocked["reason"], "not yours")
    check.equal(explain(box, "GET", "https://nowhere.test/", 1)["rule"], None)
    check.equal(explain(box, "GET", "https://ask.test/", 3)["decision"], "ask")
    check.equal(box.lazaret("policy", "explain", "GET", "not a url").code, 2)


@test
def explain_tells_no_secret(box):
    box.configure(RULES)
    for arguments in (["--json"], []):
        ran = box.lazaret("policy", "explain", *arguments, "GET", "https://ok.test/x")
        check.lacks(ran.out + ran.err, "canary-explained")


@test(tags=["quick"])
def explain_and_the_gateway_agree(box):
    box.configure(RULES)
    box.origin("ok.test", origins.text("x"), allow=False)
    urls = [
        "https://ok.test/",
        "https://ok.test/private/x",
        "https://ok.test/private",
        "https://ok.test/%70rivate/x",
        "https://ok.test/x/../private/y",
        "https://other.test/",
        "https://ask.test/",
    ]
    codes = box.curl_by_proxy(
        *[word for url in urls for word in ("-o", "/dev/null", url)],
        "--path-as-is",
        "-w",
        "%{http_code} ",
    ).out.split()
    for url, code in zip(urls, codes, strict=True):
        said = box.lazaret("policy", "explain", "--json", "GET", url).json()
        check.equal(
            "403" if said["status"] == 403 else "200",
            code,
            f"{url}: explain said {said['decision']}, {said['reason']}",
        )


@test(tags=["quick"])
def logs_show_filter_and_count(box):
    box.origin("ok.test", lambda request: None)
    box.curl_by_proxy(
        "https://ok.test/one", "https://ok.test/two", "https://refused.test/three"
    ).expect()
    box.curl_by_proxy("-d", "the body", "https://ok.test/four").expect()
    everything = box.lazaret("logs", "proxy", "--json").expect().json()
    check.equal(
        [record["url"] for record in everything],
        [
            f"https://{host}/{path}"
            for host, path in (
                ("ok.test", "one"),
                ("ok.test", "two"),
                ("refused.test", "three"),
                ("ok.test", "four"),
            )
        ],
    )

    def chosen(*options):
        return [
            record["url"].rpartition("/")[2]
            for record in box.lazaret("logs", "proxy", "--json", *options).expect().json()
        ]

    check.equal(chosen("--errors"), ["three"])
    check.equal(chosen("--method", "POST"), ["four"])
    check.equal(chosen("--status", "403"), ["three"])
    check.equal(chosen("--status", "200-299", "--last", "1"), ["four"])
    check.equal(chosen("--url", "refused"), ["three"])
    check.equal(chosen("--last", "2"), ["three", "four"])
    check.equal(chosen("--since", "1h"), ["one", "two", "three", "four"])
    check.equal(chosen("--until", "1h"), [])
    table = box.lazaret("logs", "proxy").expect().out
    for part in ("TIME", "METHOD", "STATUS", "DURATION", "URL", "https://ok.test/four", "403"):
        check.contains(table, part)
    check.lacks(table, "\x1b")
    compact = box.lazaret("logs", "proxy", "--compact").expect().out
    check.that(
        re.search(r"^\d\d:\d\d:\d\d +POST +200 +\S+ +https://ok.test/four", compact, re.MULTILINE),
        compact,
    )
    statistics = box.lazaret("logs", "proxy", "--stats").expect().out
    check.that(re.search(r"Total requests: +4\b", statistics), statistics)


@test
def a_record_has_what_a_reader_needs(box):
    box.origin("ok.test", lambda request: None)
    headers = ["-H", "Authorization: Bearer mine", "-H", "X-Api-Key: mine"]
    box.curl("-d", "the body", *headers, "https://ok.test/x?y=z").expect()
    record = box.record("record", lambda record: record["method"] == "POST")
    always = "ts kind id session_id sandbox method url http dial req_headers req_body status"
    always += " resp_headers resp_body duration_ns bytes_up bytes_down filter_action filter_reason"
    check.equal([key for key in always.split() if key not in record], [], "missing keys")
    check.equal((record["url"], record["http"]), ("https://ok.test/x?y=z", "2"))
    check.equal((record["status"], record["bytes_up"]), (200, 8))
    check.equal(base64.b64decode(record["req_body"]), b"the body")
    check.contains(record["dial"], "127.0.0.1:")
    check.lacks(json.dumps(record["req_headers"]), "mine")


@test
def logs_follow(box):
    box.origin("ok.test", origins.text("x"))
    box.curl("https://ok.test/before").expect()
    follower = box.start_lazaret("logs", "proxy", "-f", "--json")
    check.contains(follower.stdout.readline().decode(), "/before")
    box.curl("https://ok.test/after").expect()
    check.contains(follower.stdout.readline().decode(), "/after")
    follower.terminate()
    follower.communicate()


@test
def logs_of_nothing_are_empty_not_an_error(box):
    check.equal(box.lazaret("logs", "proxy", "--json").expect().json(), [])
    box.lazaret("logs", "internal").expect()


@test(tags=["quick"])
def config_commands_work_together(box):
    path = box.lazaret("config", "path").expect().out.strip()
    check.equal(path, str(box.config / "config.toml"))
    box.lazaret("config", "init").expect()
    check.that((box.config / "config.toml").exists(), "config init wrote nothing")
    box.lazaret("config", "check", path).expect()
    box.run("true").expect()
    check.that(box.lazaret("config", "init").code != 0, "config init wrote over a file")


@test
def config_show_names_the_origin_of_each_value(box):
    box.configure("[proxy]\nport = 9999\n" + RULES)
    shown = box.lazaret("config", "show", "--origins").expect().out
    check.that(re.search(r"port = 9999\s+#.*config\.toml:2", shown), shown)
    check.lacks(shown, "canary-explained")
    effective = box.lazaret("config", "show", "--json").expect().json()
    check.equal(effective["proxy"]["port"], 9999)
    check.lacks(json.dumps(effective), "canary-explained")


@test
def config_show_is_a_file_that_loads(box):
    box.configure("[proxy]\nport = 9999\n")
    (box.root / "shown.toml").write_text(box.lazaret("config", "show").expect().out)
    box.lazaret("config", "check", box.root / "shown.toml").expect()


@test
def config_check_tells_every_problem_on_a_line_of_its_own(box):
    (box.root / "bad.toml").write_text('[proxy]\nenabeld = true\nmitm = "yes"\n')
    ran = box.lazaret("config", "check", box.root / "bad.toml")
    check.equal(ran.code, 1)
    places = re.findall(r"bad\.toml:(\d+):\d+: ", ran.out + ran.err)
    check.equal(places, ["2", "3"])


@test
def a_project_file_counts_only_when_it_is_trusted(box):
    box.origin("ok.test", origins.text("open"), allow=False)
    (box.project / ".lazaret.toml").write_text(
        '[[proxy.filter.rules]]\naction = "allow"\nhost = "ok.test"\n'
    )
    ran = box.curl_by_proxy("-o", "/dev/null", "-w", "%{http_code}", "https://ok.test/")
    check.equal(ran.out, "403")
    check.contains(ran.err, ".lazaret.toml")
    box.lazaret("trust", "add").expect()
    check.contains(box.lazaret("trust", "list").expect().out, str(box.project))
    check.equal(
        box.curl_by_proxy("-o", "/dev/null", "-w", "%{http_code}", "https://ok.test/").out, "200"
    )
    with (box.project / ".lazaret.toml").open("a") as file:
        file.write("# changed\n")
    check.equal(
        box.curl_by_proxy("-o", "/dev/null", "-w", "%{http_code}", "https://ok.test/").out, "403"
    )


@test(tags=["quick"])
def doctor_checks_by_doing(box):
    ran = box.lazaret("doctor")
    check.equal(ran.code, 0, ran.story())
    rows = box.lazaret("doctor", "--json").json()
    check.that(len(rows if isinstance(rows, list) else rows["checks"]) >= 4, ran.story())


@test
def the_doctor_tells_of_secrets_without_a_value_and_rules_that_never_decide(box):
    box.configure(
        '[secrets.KEY]\nhosts = ["a.test"]\nsource = { env = "UNSET" }\n'
        + "".join(
            f'[[proxy.filter.rules]]\naction = "allow"\nhost = "{host}"\n{more}'
            for host, more in (("*.test", ""), ("a.test", 'require = "brokered"\n'))
        )
    )
    told = box.lazaret("doctor").expect().out
    check.contains(told, "KEY has no value: the environment variable UNSET is not set")
    check.contains(told, "never decides")


@test(tags=["quick"])
def help_and_version_are_there(box):
    check.that(re.search(r"\d+\.\d+", box.lazaret("version").expect().out), "no version")
    helped = box.lazaret("--help").expect().out
    for command in ("run", "logs", "policy", "config", "doctor", "version"):
        check.contains(helped, command)
        box.lazaret(command, "--help").expect()
    check.that(box.lazaret("no-such-command").code not in (0, None), "an unknown command succeeded")
    for words, near in ((["confg"], "config"), (["secret", "lst"], "list")):
        check.contains(box.lazaret(*words).err, f"did you mean `{near}`?")


@test
def the_log_of_a_sandbox_that_is_not_there_is_an_error(box):
    ran = box.lazaret("logs", "proxy", "nobody")
    check.equal(ran.code, 125)
    check.contains(ran.err, "there is no sandbox with logs of this name: nobody")
    check.equal(box.lazaret("logs", "proxy", "-n", "-3").code, 125)


@test
def a_question_that_cannot_be_read_has_a_status_of_its_own(box):
    for words in (["policy", "explain", "GET"], ["policy", "explain", "--no"], ["redact", "check"]):
        check.equal(box.lazaret(*words).code, 2, words)


@test
def allowing_a_host_changes_only_a_file_that_can_be_changed_so(box):
    file = box.config / "config.toml"
    box.configure('[proxy.filter]\nrules = [ { action = "allow", host = "a.test" } ]\n')
    before = file.read_text()
    ran = box.lazaret("policy", "allow", "b.test")
    check.equal((ran.code, file.read_text()), (125, before))
    check.contains(ran.err, "nothing was changed")
    check.equal(sorted(each.name for each in box.config.glob("*.trial*")), [])
    file.unlink()
    box.lazaret("policy", "allow", "2001:db8::1").expect()
    check.contains(file.read_text(), '"2001:db8::1"')


@test
def allowing_a_host_that_a_rule_speaks_of_changes_nothing(box):
    box.configure(
        "".join(
            f'[[proxy.filter.rules]]\naction = "{action}"\nhost = "{host}"\n'
            for action, host in (("block", "bad.test"), ("allow", "good.test"))
        )
    )
    file = box.config / "config.toml"
    before = file.read_text()
    ran = box.lazaret("policy", "allow", "bad.test")
    check.equal(ran.code, 125)
    check.contains(ran.err, "another rule comes first")
    check.lacks(box.lazaret("policy", "explain", "GET", "https://bad.test/").out, "allow it")
    check.contains(box.lazaret("policy", "allow", "GOOD.test").expect().out, "is allowed already")
    check.equal(file.read_text(), before)


@test(tags=["quick"])
def explain_says_when_nobody_asks_the_rules(box):
    box.configure(RULES)
    for network, url, status in (("none", "ok.test/x", 1), ("host", "nowhere.test/", 0)):
        ran = box.lazaret("policy", "explain", "--network", network, "GET", f"https://{url}")
        check.equal(ran.code, status, ran.story())
        check.that(re.search(r"stage +network", ran.out), ran.out)
        check.contains(ran.out, 'with network = "gateway": ')
        check.lacks(ran.out, "demo")
    box.configure('[sandbox]\nnetwork = "host"\n' + RULES)
    said = explain(box, "GET", "https://nowhere.test/", 0)
    check.equal((said["stage"], said["rule"], said["log"]), ("network", None, False))


@test
def explain_does_with_a_long_body_what_the_gateway_does(box):
    file = box.root / "body"
    words = ["policy", "explain", "POST", "https://ok.test/", "--body", file]
    for action, status in (("block", 1), ("log", 0)):
        box.configure(
            RULES + "[proxy.redaction]\nenabled = true\nmax_scan_bytes = 10\n"
            f'[[proxy.redaction.rules]]\naction = "{action}"\npattern = "abc"\n'
        )
        file.write_text("0123456789")
        box.lazaret(*words).expect()
        file.write_text("0123456789a")
        ran = box.lazaret(*words).expect(status)
        check.equal("max_scan_bytes" in ran.out, action == "block", ran.out)


@test
def explain_refuses_a_secret_that_is_not_there(box):
    box.configure('[secrets.MY_KEY]\nhosts = ["ok.test"]\nsource = { value = "canary-key" }\n')
    ran = box.lazaret("policy", "explain", "GET", "https://ok.test/?k={secret:MY_KEX}")
    check.equal(ran.code, 2, ran.story())
    check.contains(ran.err, "there is no secret MY_KEX in [secrets]")
    check.contains(ran.err, "did you mean {secret:MY_KEY}?")


@test(tags=["quick"])
def a_value_that_an_option_does_not_take_is_named_with_those_that_it_takes(box):
    table = (
        (["--color", "alway", "version"], '"alway" is not one of auto, always, never'),
        (["secret", "set", "X", "--in", "fil"], '"fil" is not one of keyring, file; did you mean'),
        (["logs", "proxy", "--action", "blok"], '"blok" is not one of allow, block, ask'),
        (["logs", "internal", "--type", "foo"], '"foo" is not one of proxy, all'),
        (["logs", "proxy", "-n", "-3"], '"-3" is not a number from 0 to'),
        (["run", "--proxy-port", "0", "true"], '"0" is not a number from 1 to 65535'),
        (["run", "--proxy-port", "53", "true"], "53 is where names are asked for"),
        (["run", "--client", "a,b", "true"], '"a,b" is no label'),
        (["run", "--client", "", "true"], '"" is no label'),
    )
    for words, said in table:
        ran = box.lazaret(*words)
        check.equal(ran.code, 125, ran.story())
        check.contains(ran.err, said)
    check.lacks(box.lazaret("--color", "always", "config", "path").expect().err, "lazaret:")


@test
def a_summary_is_for_people(box):
    for other in ("--json", "--follow"):
        ran = box.lazaret("logs", "proxy", "--stats", other)
        check.equal(ran.code, 125, ran.story())
        check.contains(ran.err, f"--stats does not go with {other}")


@test(tags=["quick"])
def a_refused_name_has_its_reason_once_and_an_unknown_stage_those_that_there_are(box):
    box.run("getent", "hosts", "refused.test")
    out = box.lazaret("logs", "proxy").expect().out
    check.equal(out.count("no rule matches refused.test"), 1, out)
    ran = box.lazaret("logs", "proxy", "--stage", "fitler").expect()
    check.contains(ran.err, "the stages of the newest records are filter")


@test
def allowing_a_private_address_says_what_is_lacking(box):
    for _ in ("added", "there already"):
        ran = box.lazaret("policy", "allow", "10.0.0.1").expect()
        check.contains(ran.err, "10.0.0.1 is no public address (private)")
        check.contains(ran.err, "allow_private = true")
    check.lacks(box.lazaret("policy", "allow", "8.8.8.8").expect().err, "allow_private")
    with (box.config / "config.toml").open("a") as file:
        file.write(
            '[[proxy.filter.rules]]\naction = "allow"\nhost = "10.0.0.2"\nallow_private = true\n'
        )
    check.lacks(box.lazaret("policy", "allow", "10.0.0.2").expect().err, "allow_private")


@test
def config_check_looks_into_certificates_and_tells_of_a_project_file_that_is_not_used(box):
    (box.root / "empty.pem").write_text("nothing\n")
    box.configure(f'[upstream]\nca_files = ["none.pem", "{box.root}/empty.pem"]\n')
    for words in ([], [box.config / "config.toml"]):
        ran = box.lazaret("config", "check", *words)
        check.equal(ran.code, 1, ran.story())
        said = re.search(r"config\.toml:2:13: upstream\.ca_files: .*none\.pem", ran.out)
        check.that(said, ran.story())
        check.contains(ran.out, "empty.pem holds no certificate")
    box.configure("")
    file = box.project / ".lazaret.toml"
    file.write_text("[proxy]\nport = 9999\n")
    check.contains(box.lazaret("config", "check").expect().err, "not trusted, skipped")
    box.lazaret("trust", "add").expect()
    check.lacks(box.lazaret("config", "check").expect().err, "skipped")
    file.write_text("[proxy]\nport = 9998\n")
    check.contains(
        box.lazaret("config", "check").expect().err, "changed since it was trusted, skipped"
    )


@test
def trust_says_what_is_wrong_with_a_file(box):
    def listed():
        return box.lazaret("trust", "list").expect().out

    file = box.project / ".lazaret.toml"
    file.write_text("[proxy]\nprot = 1\n")
    ran = box.lazaret("trust", "add").expect()
    check.contains(ran.err, ".lazaret.toml:2:1: unknown key proxy.prot")
    check.contains(listed(), "has mistakes")
    file.write_text("[proxy]\nport = 1\n")
    check.contains(listed(), "changed since, not used")
    box.lazaret("trust", "add").expect()
    check.lacks(listed(), "(")
    [state] = box.lazaret("trust", "list", "--json").expect().json()
    check.equal((state["state"], state["mistakes"]), ("trusted", 0))
    file.unlink()
    check.contains(listed(), "not there any more")


@test
def diagnostics_go_to_stderr(box):
    ran = box.lazaret("policy", "explain", "GET", "nonsense")
    check.equal(ran.out, "")
    check.that(ran.err, "no message")
