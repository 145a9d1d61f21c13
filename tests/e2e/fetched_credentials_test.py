# SPDX-License-Identifier: Apache-2.0
"""Tokens that the gateway fetches: where they go, when they are fetched again, and what happens when they are not."""

import base64
import json
import secrets
import subprocess
import threading
import time

from rig import check, wire
from rig.runner import test
from rig.token_server import RsaKey, TokenServer, json_answer, unsigned_jwt

CLIENT_SECRET = "cs-canary-5f0e"


def oauth2(keys="", refreshes=True):
    source = 'refresh_token = { env = "REFRESH" }\n' if refreshes else ""
    return (
        '[proxy.credentials.demo]\nenabled = true\ntype = "oauth2"\nhost = "api.test"\n'
        'token_url = "https://login.test/oauth/token"\nclient_id = "me"\n'
        f'client_secret = {{ value = "{CLIENT_SECRET}" }}\n{source}{keys}\n'
    )


def login_server(box, **options):
    """Nothing inside may reach it: only the gateway does."""
    server = TokenServer(**options)
    box.origin("login.test", server.answer, allow=False)
    return server


def login_server_that_tells(box, **options):
    """The same, and what is set once it was asked: its answer comes later."""
    server, asked = TokenServer(**options), threading.Event()

    def answer(request):
        asked.set()
        return server.answer(request)

    box.origin("login.test", answer, allow=False)
    return server, asked


def guarded_api(box, server):
    return box.origin("api.test", guarding(server))


def guarding(server):
    """Welcomes those with a token that the server gave out."""

    def answer(request):
        token = (request.header("authorization") or "").removeprefix("Bearer ")
        if token in server.tokens:
            return wire.Response(body=b"welcome")
        return wire.Response(401, body=b"who are you?")

    return answer


def environment(server):
    return {"REFRESH": server.refresh_token}


def authorizations(api):
    return [request.header("Authorization") for request in api.requests]


def fetches(box):
    return [record for record in box.records() if record["kind"] == "credential"]


def nothing_is_told(box, ran, *canaries):
    told = box.everything_logged() + ran.raw + ran.err.encode()
    for canary in ("canary", *canaries):
        check.that(canary.encode() not in told, f"{canary} is told")


@test(tags=["quick"])
def a_refresh_token_becomes_a_token_of_the_api(box):
    server = login_server(box)
    api = guarded_api(box, server)
    box.configure(oauth2())
    first = server.refresh_token
    ran = box.curl("https://api.test/a", "https://api.test/b", env=environment(server)).expect()
    check.equal(ran.out, "welcomewelcome")
    check.equal(authorizations(api), [f"Bearer {server.tokens[0]}"] * 2)
    check.equal(server.forms, [{"grant_type": "refresh_token", "refresh_token": first}])
    check.equal(server.logins, [f"me:{CLIENT_SECRET}"])
    (fetch,) = fetches(box)
    check.equal(fetch["url"], "https://login.test/oauth/token")
    check.equal((fetch["status"], fetch["injected"], fetch["error"]), (200, ["demo"], ""))
    check.that(fetch["expires"], "the log does not say when the token ends")
    nothing_is_told(box, ran)


@test
def client_credentials_need_no_login(box):
    server = login_server(box)
    api = guarded_api(box, server)
    box.configure(
        oauth2('client_auth = "post"\nscopes = ["read", "write"]\naudience = "x"', refreshes=False)
    )
    box.curl("https://api.test/").expect()
    check.equal(authorizations(api), [f"Bearer {server.tokens[0]}"])
    check.equal(
        server.forms,
        [
            {
                "grant_type": "client_credentials",
                "scope": "read write",
                "audience": "x",
                "client_id": "me",
                "client_secret": CLIENT_SECRET,
            }
        ],
    )


@test
def a_token_that_nobody_needs_is_not_fetched(box):
    server = login_server(box)
    box.origin("other.test")
    box.configure(oauth2())
    box.curl("https://other.test/", env=environment(server)).expect()
    check.equal(server.forms, [])


@test
def the_programs_own_token_needs_none_to_be_fetched(box):
    server = login_server(box)
    api = guarded_api(box, server)
    box.configure(oauth2())
    box.curl("https://api.test/", "-H", "Authorization: Bearer mine", env=environment(server))
    check.equal((authorizations(api), server.forms), (["Bearer mine"], []))


@test(tags=["quick"])
def many_requests_at_once_share_one_fetch(box):
    server = login_server(box)
    server.delay = 0.5
    api = guarded_api(box, server)
    box.configure(oauth2())
    box.curl(
        "--parallel", "--parallel-immediate", "https://api.test/[1-12]", env=environment(server)
    ).expect()
    check.equal(authorizations(api), [f"Bearer {server.tokens[0]}"] * 12)
    check.equal(len(server.forms), 1)


@test
def a_token_in_use_is_fetched_again_ahead_of_its_end(box):
    server = login_server(box, expires_in=5)
    guarded_api(box, server)
    box.configure(oauth2())
    ran = box.shell(
        "for i in $(seq 40); do curl -sS -w ' %{time_total}\\n' https://api.test/; sleep 0.25; done",
        env=environment(server),
    ).expect()
    check.that(len(server.tokens) >= 3, f"only {len(server.tokens)} tokens were fetched")
    check.equal(ran.out.count("welcome"), 40)
    check.equal(server.reused, [])


@test
def a_rotated_refresh_token_is_kept_for_the_next_session(box):
    server = login_server(box, expires_in=20)
    guarded_api(box, server)
    box.configure(oauth2())
    env = environment(server)  # the first one, for ever
    for _ in range(2):
        check.equal(box.curl("https://api.test/", env=env).expect().out, "welcome")
    check.equal((len(server.tokens), server.reused), (2, []))
    for path in (box.data / "lazaret/logins").iterdir():
        check.equal(oct(path.stat().st_mode & 0o777), "0o600", path)
        check.that(b"canary" not in path.read_bytes(), f"a token is in {path}")


@test
def a_new_login_takes_the_place_of_what_was_kept(box):
    server = login_server(box, expires_in=20)
    guarded_api(box, server)
    box.configure(oauth2())
    box.curl("https://api.test/", env=environment(server)).expect()
    server.refresh_token = "rt-canary-new-login"
    check.equal(box.curl("https://api.test/", env=environment(server)).expect().out, "welcome")
    check.equal(server.forms[-1]["refresh_token"], "rt-canary-new-login")


@test
def sessions_side_by_side_use_one_refresh_token_one_after_the_other(box):
    server = login_server(box, expires_in=20)
    server.delay = 0.3
    box.origin("api.test")
    box.configure(oauth2())
    started = [
        box.start_lazaret(
            *box.command_line(["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "https://api.test/"]),
            env=environment(server),
        )
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=60 * box.rig.patience)[0] for process in started]
    check.equal(answers, [b"200"] * 3)
    check.equal((len(server.tokens), server.reused), (3, []))


@test
def a_session_takes_over_a_token_that_another_one_fetched(box):
    server = login_server(box)
    guarded_api(box, server)
    box.configure(oauth2())
    env = environment(server)
    for _ in range(2):
        check.equal(box.curl("https://api.test/", env=env).expect().out, "welcome")
    check.equal(len(server.tokens), 1)


@test(tags=["quick"])
def a_token_that_was_revoked_costs_one_answer(box):
    server = login_server(box)
    box.configure(oauth2(refreshes=False))
    revoked = []

    def answer(request):
        token = (request.header("authorization") or "").removeprefix("Bearer ")
        if request.target == "/revoke":
            revoked.append(token)
        return wire.Response(401 if token in revoked else 200)

    box.origin("api.test", answer)
    ran = box.shell(
        "for path in a revoke b c; do curl -sS -o /dev/null -w '%{http_code} ' https://api.test/$path; done"
    ).expect()
    check.equal(ran.out, "200 401 200 200 ")
    check.equal(len(server.tokens), 2)


@test(tags=["quick"])
def a_server_that_is_down_is_told_at_once(box):
    server = TokenServer()
    guarded_api(box, server)
    box.connect("login.test", 443, 1)  # where nobody listens
    box.configure(oauth2())
    ran = box.shell(
        "for i in 1 2; do curl -sS -w '%{http_code} %{time_total}\\n' https://api.test/; done",
        env=environment(server),
    ).expect()
    check.equal(len(ran.out.splitlines()), 4, ran.story())
    first, _, second, _ = ran.out.splitlines()
    told = json.loads(first)
    check.equal((told["error"], told["stage"]), ("blocked_by_lazaret", "credential"))
    check.contains(told["reason"], "credential `demo`: login.test gave no token: cannot reach")
    check.equal(json.loads(second)["reason"], told["reason"])
    for status, seconds in (line.split() for line in ran.out.splitlines()[1::2]):
        check.equal(status, "502")
        check.that(float(seconds) < 3 * box.rig.patience, f"it took {seconds} s")
    check.contains(fetches(box)[0]["error"], "cannot reach login.test")
    nothing_is_told(box, ran)


@test
def a_server_that_refuses_is_quoted_with_its_code_alone(box):
    server = login_server(box)
    guarded_api(box, server)
    server.trouble = json_answer(
        {"error": "invalid_grant", "error_description": "no such canary"}, 400
    )
    box.configure(oauth2())
    ran = box.curl("https://api.test/", env=environment(server))
    check.contains(ran.json()["reason"], "it answered 400 (invalid_grant); the login has ended")
    nothing_is_told(box, ran)


@test
def a_server_that_does_not_answer_is_waited_for_no_longer_than_was_said(box):
    server = login_server(box)
    guarded_api(box, server)
    server.delay = 30
    box.configure(oauth2('fetch_timeout = "1s"', refreshes=False))
    ran = box.curl("-w", "\n%{http_code}", "https://api.test/")
    told, status = ran.out.rsplit("\n", 1)
    check.that(status in ("502", "503"), ran.out)
    check.contains(json.loads(told)["reason"], "in time")
    check.that(ran.seconds < 8 * box.rig.patience, f"it took {ran.seconds} s")


@test
def an_answer_that_comes_late_is_put_to_use_and_kept(box):
    server = login_server(box, expires_in=25)
    server.delay = 2.5
    guarded_api(box, server)
    box.configure(oauth2('fetch_timeout = "1s"'))
    env = environment(server)
    ran = box.shell(
        "curl -sS -w '%{http_code}\n' https://api.test/\n"
        "for i in $(seq 40); do sleep 0.25; curl -sS https://api.test/ | grep welcome && exit; done",
        env=env,
    ).expect()
    told, status, *rest = ran.out.splitlines()
    check.contains(json.loads(told)["reason"], "its token was not there in time")
    check.equal((status, rest), ("503", ["welcome"]))
    check.equal(len(server.forms), 1)
    server.delay = 0
    check.equal(box.curl("https://api.test/", env=env).expect().out, "welcome")
    check.equal((len(server.tokens), server.reused), (2, []))


@test(tags=["quick"])
def a_login_outlives_a_session_that_ends_while_it_is_used(box):
    server, asked = login_server_that_tells(box, expires_in=20)
    server.delay = 2
    guarded_api(box, server)
    box.configure(oauth2())
    env = environment(server)
    process = box.start_lazaret(
        *box.command_line(["bash", "-c", "curl -sS -m 60 https://api.test/ & read -r"]), env=env
    )
    check.that(asked.wait(30 * box.rig.patience), "no token was asked for")
    process.communicate(b"\n", 60 * box.rig.patience)
    check.equal(len(server.tokens), 1)
    server.delay = 0
    check.equal(box.curl("https://api.test/", env=env).expect().out, "welcome")
    check.equal((len(server.tokens), server.reused), (2, []))


@test
def a_login_that_was_lost_with_its_session_is_told(box):
    server, asked = login_server_that_tells(box)
    server.delay = 2
    guarded_api(box, server)
    box.configure(oauth2())
    env = environment(server)
    process = box.start_lazaret(*box.command_line(["curl", "-sS", "https://api.test/"]), env=env)
    check.that(asked.wait(30 * box.rig.patience), "no token was asked for")
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30 * box.rig.patience
    while not server.tokens and time.monotonic() < deadline:
        time.sleep(0.05)
    server.delay = 0
    reason = box.curl("https://api.test/", env=env).json()["reason"]
    check.contains(reason, "(invalid_grant); the login has ended")
    check.contains(reason, "the refresh token may have been used up then")


@test
def what_is_no_answer_is_no_token(box):
    server = login_server(box)
    guarded_api(box, server)
    box.configure(oauth2())
    for trouble, reason in (
        (wire.Response(body=b"<html>"), "not what was expected"),
        (wire.Response(body=b" " * 70_000), "too long"),
        (wire.Response(302, [("Location", "https://api.test/")]), "answered 302"),
        (json_answer({"access_token": "a\r\nX-Evil: yes"}), "fits into no request"),
        (json_answer({}), "no access_token"),
    ):
        server.trouble = trouble
        ran = box.curl("https://api.test/", env=environment(server))
        check.contains(ran.json()["reason"], reason)


@test
def a_token_that_is_echoed_does_not_come_back(box):
    server = login_server(box)
    box.origin(
        "api.test",
        lambda request: wire.Response(body=f"{request.header('authorization')} {CLIENT_SECRET}".encode()),
    )
    box.configure(oauth2())
    ran = box.curl("https://api.test/", env=environment(server)).expect()
    check.equal(ran.out, "Bearer [REDACTED:demo] [REDACTED:demo]")


@test
def the_program_cannot_reach_the_server_itself(box):
    server = login_server(box)
    guarded_api(box, server)
    box.configure(oauth2() + '[proxy.filter]\ndefault_action = "block"\n')
    ran = box.shell(
        "curl -sS https://api.test/; curl -sS -m 5 https://login.test/oauth/token -d x=y",
        env=environment(server),
    )
    check.contains(ran.out, "welcome")
    check.equal(len(server.forms), 1)


@test
def explain_names_the_credential_and_fetches_nothing(box):
    server = login_server(box)
    guarded_api(box, server)
    box.configure(oauth2())
    ran = box.lazaret(
        "policy", "explain", *box.flags, "GET", "https://api.test/", env=environment(server)
    ).expect()
    check.contains(ran.out, "demo (header:authorization)")
    check.equal(server.forms, [])


@test
def a_credential_without_its_source_is_said_to_be_off(box):
    box.configure(oauth2())
    box.origin("api.test")
    ran = box.curl("https://api.test/").expect()
    check.contains(ran.err, "credential `demo` is not used: the environment variable REFRESH is not set")
    check.contains(box.lazaret("doctor").out, "demo is off: the environment variable REFRESH")


@test
def a_refresh_token_in_a_file_is_followed(box):
    server = login_server(box)
    guarded_api(box, server)
    source = box.config / "refresh"
    source.write_text("rt-canary-wrong")
    source.chmod(0o600)
    box.configure(oauth2(f'refresh_token = {{ file = "{source}" }}', refreshes=False))
    process = box.start_lazaret(
        *box.command_line(["bash", "-c", "curl -sS https://api.test/; read -r; sleep 1; curl -sS https://api.test/"])
    )
    deadline = time.monotonic() + 30 * box.rig.patience
    while not server.forms and time.monotonic() < deadline:
        time.sleep(0.05)
    source.write_text(server.refresh_token)
    time.sleep(0.5)
    out, _ = process.communicate(b"\n", 60 * box.rig.patience)
    check.contains(out.decode(), "invalid_grant")
    check.that(out.endswith(b"welcome"), out)


# --- GitHub Apps ---------------------------------------------------------------------------------


class GitHub:
    def __init__(self, box):
        self.key = RsaKey(box.config)
        self.asked = []  # method, target, claims, body
        self.tokens = []
        self.api = box.origin("api.github.com", self._answer)
        self.git = box.origin("github.com", lambda request: wire.Response(body=b"refs"))
        self.calls = []

    def _answer(self, request):
        value = request.header("authorization") or ""
        if not request.target.startswith(("/app/", "/repos/me/mine/installation")):
            self.calls.append(value)
            return wire.Response(body=b"{}")
        claims = self.key.claims_of(value.removeprefix("Bearer "))
        self.asked.append((request.method, request.target, claims, request.body.decode()))
        if claims is None or claims["iss"] != "4711":
            return wire.Response(401)
        if request.target.endswith("/installation"):
            return json_answer({"id": 42})
        self.tokens.append(f"ghs_canary{secrets.token_hex(16)}")
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        return json_answer({"token": self.tokens[-1], "expires_at": end}, 201)


def github_app(key, keys):
    return (
        '[proxy.credentials.bot]\nenabled = true\ntype = "github-app"\napp_id = "4711"\n'
        f'{keys}\nsource = {{ file = "{key.private}" }}\n'
    )


@test(tags=["quick"])
def a_github_app_gets_a_token_of_its_installation(box):
    github = GitHub(box)
    box.configure(
        github_app(
            github.key,
            'installation_id = "42"\nrepositories = ["mine"]\npermissions = { contents = "read" }',
        )
    )
    ran = box.curl(
        "https://api.github.com/user", "https://github.com/me/mine.git/info/refs?service=git-upload-pack"
    ).expect()
    ((method, target, claims, body),) = github.asked
    check.equal((method, target), ("POST", "/app/installations/42/access_tokens"))
    check.equal(json.loads(body), {"repositories": ["mine"], "permissions": {"contents": "read"}})
    check.that(0 < claims["exp"] - claims["iat"] <= 600, claims)
    (token,) = github.tokens
    check.equal(github.calls, [f"Bearer {token}"])
    login = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    check.equal(authorizations(github.git), [f"Basic {login}"])
    nothing_is_told(box, ran, "PRIVATE KEY")


@test
def a_github_app_finds_its_installation_by_a_repository(box):
    github = GitHub(box)
    box.configure(github_app(github.key, 'repository = "me/mine"'))
    box.curl("https://api.github.com/user").expect()
    check.equal(
        [(method, target) for method, target, _, _ in github.asked],
        [("GET", "/repos/me/mine/installation"), ("POST", "/app/installations/42/access_tokens")],
    )
    check.equal(github.calls, [f"Bearer {github.tokens[0]}"])


@test
def git_has_an_answer_for_a_github_app_without_a_prompt(box):
    github = GitHub(box)
    box.configure(github_app(github.key, 'installation_id = "42"'))
    ran = box.shell('"$GIT_ASKPASS" Password; echo $GIT_TERMINAL_PROMPT').expect()
    check.equal(ran.out.split(), ["proxy-managed", "0"])


# --- service accounts of Google Cloud ------------------------------------------------------------


def account_key(box, key, token_uri):
    path = box.config / "account.json"
    path.write_text(
        json.dumps(
            {
                "type": "service_account",
                "client_email": "robot@project.test",
                "private_key_id": "key-1",
                "private_key": key.private.read_text(),
                "token_uri": token_uri,
            }
        )
    )
    path.chmod(0o600)
    return path


def service_account(path, keys=""):
    return (
        '[proxy.credentials.cloud]\nenabled = true\ntype = "gcp-service-account"\n'
        f'{keys}\nsource = {{ file = "{path}" }}\n'
    )


@test(tags=["quick"])
def a_service_account_signs_for_its_token(box):
    key, server = RsaKey(box.config), TokenServer()
    box.origin("oauth2.googleapis.com", server.answer, allow=False)
    storage = box.origin("storage.googleapis.com", guarding(server))
    path = account_key(box, key, "https://oauth2.googleapis.com/token")
    box.configure(service_account(path, 'scopes = ["https://www.googleapis.com/auth/devstorage.read_only"]'))
    ran = box.curl("https://storage.googleapis.com/b").expect()
    check.equal(ran.out, "welcome")
    check.equal(authorizations(storage), [f"Bearer {server.tokens[0]}"])
    (form,) = server.forms
    claims = key.claims_of(form["assertion"])
    check.equal(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer")
    check.equal(claims["iss"], "robot@project.test")
    check.equal(claims["aud"], "https://oauth2.googleapis.com/token")
    check.equal(claims["scope"], "https://www.googleapis.com/auth/devstorage.read_only")
    nothing_is_told(box, ran, "PRIVATE KEY")


@test
def a_key_does_not_choose_whom_it_signs_for(box):
    key, server = RsaKey(box.config), TokenServer()
    box.origin("evil.test", server.answer)
    path = account_key(box, key, "https://evil.test/token")
    box.configure(service_account(path))
    ran = box.run("true").expect(125)
    check.contains(ran.err, "names another token_uri than https://oauth2.googleapis.com/token")
    box.configure(service_account(path, 'token_url = "https://evil.test/token"'))
    box.run("true").expect()
    check.equal(server.forms, [])


# --- PocketBase ----------------------------------------------------------------------------------


@test(tags=["quick"])
def a_record_of_pocketbase_logs_in(box):
    token = unsigned_jwt({"exp": int(time.time()) + 3600, "id": "canary"})
    logins = []

    def answer(request):
        if request.target == "/api/collections/robots/auth-with-password":
            logins.append(json.loads(request.body))
            return json_answer({"token": token, "record": {}})
        return wire.Response(body=b"list")

    base_server = box.origin("base.test", answer)
    box.configure(
        '[proxy.credentials.base]\nenabled = true\ntype = "pocketbase"\nurl = "https://base.test"\n'
        'collection = "robots"\nusername = "me@base.test"\nsource = { value = "pw-canary-\\"1" }\n'
    )
    ran = box.curl("https://base.test/api/collections/posts/records").expect()
    check.equal(logins, [{"identity": "me@base.test", "password": 'pw-canary-"1'}])
    check.equal(authorizations(base_server)[-1], token)
    nothing_is_told(box, ran, token)


@test
def a_mistake_in_the_configuration_is_told_with_its_line(box):
    for keys, told in (
        ('token_url = "http://login.test/"\nclient_id = "x"', "its token_url is no https:// URL"),
        ('token_url = "https://login.test/"', "it has no client_id"),
        ('token_url = "https://login.test/"\nclient_id = "x"', "neither a refresh_token nor"),
        ('app_id = "1"', "a credential of the type oauth2 has no such key"),
    ):
        box.configure(
            f'[proxy.credentials.demo]\nenabled = true\ntype = "oauth2"\nhost = "api.test"\n{keys}\n'
        )
        ran = box.lazaret("config", "check", box.config / "config.toml").expect(1)
        check.contains(ran.out + ran.err, told)
