# SPDX-License-Identifier: Apache-2.0
"""Programs log in themselves: what they get are sentinels, the tokens stay outside."""

import base64
import gzip
import json
import secrets
import threading
import urllib.parse

from rig import check, http2, wire
from rig.runner import test

LOGIN = (
    '[proxy.oauth.demo]\ntoken_endpoints = ["https://auth.test/oauth/token"]\nhosts = ["api.test"]\n'
)

# Logs in with a code, or anew with what is in the file; keeps what was answered, as real programs do.
PROGRAM = """
import json, pathlib, sys, urllib.parse, urllib.request
kept = pathlib.Path.home() / "credentials.json"
grant = sys.argv[1]
fields = {"grant_type": grant, "client_id": "demo"}
if grant == "refresh_token":
    fields["refresh_token"] = json.loads(kept.read_text())["refresh_token"]
else:
    fields["code"] = "a-code"
if "json" in sys.argv:
    data, kind = json.dumps(fields).encode(), "application/json"
else:
    data, kind = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
request = urllib.request.Request("https://auth.test/oauth/token", data, {"Content-Type": kind})
answer = urllib.request.urlopen(request).read()
kept.write_bytes(answer)
print(answer.decode())
"""
CALL = (
    "token=$(python3 -c 'import json; print(json.load(open(\"'$HOME'/credentials.json\"))[\"access_token\"])');"
    ' curl -sS -H "Authorization: Bearer $token" '
)


class Server:
    """An authority that gives tokens and takes them back; `answer` says how."""

    def __init__(self, kind="json", codings=()):
        self.kind, self.codings = kind, codings
        self.given = []  # (access, refresh)
        self.grants = []
        self._lock = threading.Lock()

    def tokens(self):
        """Every token that a program must not see."""
        return [token for pair in self.given for token in pair]

    def __call__(self, request):
        text = request.body.decode()
        is_json = "json" in (request.header("content-type") or "")
        fields = json.loads(text) if is_json else dict(urllib.parse.parse_qsl(text))
        with self._lock:
            self.grants.append(fields)
            if fields.get("grant_type") == "refresh_token" and (
                not self.given or fields["refresh_token"] != self.given[-1][1]
            ):
                return self._response(400, {"error": "invalid_grant"})
            access = "sk-demo-oat01-" + secrets.token_urlsafe(60)
            refresh = "sk-demo-ort01-" + secrets.token_urlsafe(60)
            self.given.append((access, refresh))
        return self._response(
            200,
            {
                "token_type": "Bearer",
                "access_token": access,
                "expires_in": 3600,
                "refresh_token": refresh,
                "scope": "all",
            },
        )

    def _response(self, status, members):
        is_json = self.kind == "json"
        body = json.dumps(members) if is_json else urllib.parse.urlencode(members)
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        data, fields = body.encode(), [("Content-Type", kind), ("Cache-Control", "no-store")]
        if self.codings:
            data = gzip.compress(data)
            fields.append(("Content-Encoding", "gzip"))
        return wire.Response(status, fields, data)


def login(box, *arguments, **options):
    (box.project / "login.py").write_text(PROGRAM)
    return box.run("python3", "login.py", *(arguments or ["authorization_code"]), **options)


def kept_inside(box):
    found = list(box.data.glob("**/home/credentials.json")) or [box.home / "credentials.json"]
    return json.loads(found[0].read_text())


def lacks_tokens(box, server, *texts):
    """No token is in what the program has, nor in the log, nor readable in what lazaret keeps."""
    stored = b"\n".join(data for _, data in box.everything_stored())
    for token in server.tokens():
        for text in (*texts, box.everything_logged(), stored):
            check.lacks(text, token if isinstance(text, str) else token.encode())


@test(tags=["quick"])
def a_program_that_logs_in_has_sentinels_and_the_api_gets_the_token(box):
    server = Server()
    box.origin("auth.test", server)
    api = box.origin("api.test")
    box.configure(LOGIN)
    answer = login(box).expect().json()
    access, refresh = server.given[0]
    check.that(answer["access_token"].startswith("sk-demo-oat01-"), answer)
    check.equal(len(answer["access_token"]), len(access))
    check.equal((answer["expires_in"], answer["scope"]), (3600, "all"))
    check.equal(server.grants[0]["code"], "a-code")
    record = box.record("record", lambda each: each["url"] == "https://auth.test/oauth/token")
    check.equal(record["kept"], ["demo.access_token", "demo.refresh_token"])
    check.contains(box.everything_logged(), b"2 tokens kept, sentinels given")

    # The next session knows them too.
    ran = box.shell(CALL + "https://api.test/").expect()
    check.equal(api.requests[-1].headers("Authorization"), [f"Bearer {access}"])
    check.contains(ran.out, answer["access_token"])  # the echo came back with the sentinel
    record = box.record("record", lambda each: each["url"] == "https://api.test/")
    check.equal(record["substituted"], ["demo.access_token"])
    lacks_tokens(box, server, json.dumps(answer), ran.out, json.dumps(kept_inside(box)))


@test(tags=["quick"])
def a_program_renews_its_tokens_by_itself(box):
    server = Server()
    box.origin("auth.test", server)
    api = box.origin("api.test")
    box.configure(LOGIN)
    login(box).expect()
    for arguments in (["refresh_token"], ["refresh_token", "json"], ["refresh_token"]):
        login(box, *arguments).expect()
        box.shell(CALL + "https://api.test/").expect()
        access, _ = server.given[-1]
        check.equal(api.requests[-1].headers("Authorization"), [f"Bearer {access}"])
    check.equal(len(server.given), 4)
    lacks_tokens(box, server, json.dumps(kept_inside(box)))


@test
def answers_in_other_forms_are_read_too(box):
    box.configure(LOGIN.replace("auth.test", "*.auth.test"))
    for host, server in (
        ("form.auth.test", Server(kind="form")),
        ("gzip.auth.test", Server(codings=["gzip"])),
    ):
        box.origin(host, server)
        ran = box.curl("-d", "grant_type=authorization_code", f"https://{host}/oauth/token").expect()
        check.contains(ran.out, "sk-demo-oat01-")
        lacks_tokens(box, server, ran.out)


@test
def a_login_works_over_http2(box):
    access = "sk-demo-oat01-" + secrets.token_urlsafe(60)
    origin = http2.origin(
        box, "auth.test", files={"/oauth/token": {"type": "application/json", "text": json.dumps({"access_token": access})}}
    )
    box.configure(LOGIN)
    ran = box.curl("--http2", "-d", "x=1", "https://auth.test/oauth/token").expect()
    check.that(ran.json()["access_token"].startswith("sk-demo-oat01-"), ran.out)
    check.lacks(ran.out, access)
    check.that(origin, "")


@test(tags=["quick"])
def a_sentinel_goes_nowhere_else(box):
    server = Server()
    box.origin("auth.test", server)
    api, evil = box.origin("api.test"), box.origin("evil.test")
    box.configure(LOGIN)
    answer = login(box).expect().json()
    access, refresh = answer["access_token"], answer["refresh_token"]
    for arguments in (
        ["-H", f"Authorization: Bearer {access}", "https://evil.test/"],
        ["-d", f"token={access}", "https://evil.test/"],
        ["-u", f"me:{access}", "https://evil.test/"],
        [f"https://evil.test/?t={refresh}"],
        ["-d", f"token={access}", "https://api.test/"],
        [f"https://api.test/?access_token={access}"],
        ["-H", f"Authorization: Bearer {refresh}", "https://api.test/"],
        ["-d", f"refresh_token={refresh}", "https://auth.test/elsewhere"],
    ):
        ran = box.curl("-w", "%{http_code}", *arguments).expect()
        check.contains(ran.out, "403")
        check.contains(ran.out, '"stage":"placeholder"')
    check.equal((len(api.requests), len(evil.requests), len(server.grants)), (0, 0, 1))
    box.curl("-u", f"me:{access}", "https://api.test/").expect()
    real = base64.b64encode(f"me:{server.given[0][0]}".encode()).decode()
    check.equal(api.requests[-1].headers("Authorization"), [f"Basic {real}"])


@test
def a_mention_goes_out_as_it_is_when_that_is_wanted(box):
    server = Server()
    box.origin("auth.test", server)
    api = box.origin("api.test")
    box.configure(LOGIN + 'mention = "inert"\n')
    access = login(box).expect().json()["access_token"]
    box.curl("-d", f"my file says {access}", "https://api.test/").expect()
    check.equal(api.requests[-1].body.decode(), f"my file says {access}")


@test
def another_project_does_not_have_the_login(box):
    server = Server()
    box.origin("auth.test", server)
    api = box.origin("api.test")
    box.configure(LOGIN)
    access = login(box).expect().json()["access_token"]
    other = box._directory("home/other")
    box.lazaret(
        *box.command_line(["curl", "-sS", "-H", f"X-Key: {access}", "https://api.test/"]), cwd=other
    ).expect()
    check.equal(api.requests[-1].headers("X-Key"), [access])


@test
def two_sessions_of_one_project_share_a_login(box):
    server = Server()
    box.origin("auth.test", server)
    api = box.origin("api.test")
    box.configure(LOGIN)
    waiting = box.start_lazaret(*box.command_line(["bash", "-c", f"echo up; read; {CALL} https://api.test/"]))
    check.equal(waiting.stdout.readline(), b"up\n")
    login(box).expect()
    waiting.communicate(b"\n", 20 * box.rig.patience)
    check.equal(api.requests[-1].headers("Authorization"), [f"Bearer {server.given[0][0]}"])


@test
def an_endpoint_is_known_however_a_server_may_read_its_path(box):
    server = Server()
    box.origin("auth.test", server)
    box.configure(LOGIN)
    spellings = ["//oauth/token", "/oauth%2Ftoken", "/oauth/token/", "/oauth/token;a=b", "/OAuth/Token"]
    for path in spellings:
        said = box.curl("-d", "code=x", f"https://auth.test{path}").expect().out
        check.contains(said, "access_token")
        for token in server.tokens():
            check.lacks(said, token)
    check.equal(len(server.given), len(spellings))


@test
def what_cannot_be_read_is_refused_and_errors_pass(box):
    answers = {
        "page": wire.Response(200, [("Content-Type", "text/html")], b"<p>access_token=hush</p>"),
        "broken": wire.Response(
            200, [("Content-Type", "application/json")], b'{"access_token": "hush'
        ),
        "long": wire.Response(
            200, [], json.dumps({"pad": "x" * (1 << 20), "access_token": "hush"}).encode()
        ),
        "error": wire.Response(400, [("Content-Type", "text/plain")], b"slow down"),
        "pending": wire.Response(
            400, [("Content-Type", "application/json")], b'{"error":"authorization_pending"}'
        ),
        "nothing": wire.Response(204, [], b""),
    }
    box.origin("auth.test", lambda request: answers[request.body.decode()])
    box.configure(LOGIN)
    for name, status, text in (
        ("page", 502, "neither JSON nor a form"),
        ("broken", 502, "not JSON"),
        ("long", 502, "longer than 1 MiB"),
        ("error", 400, "slow down"),
        ("pending", 400, "authorization_pending"),
        ("nothing", 204, ""),
    ):
        ran = box.curl("-w", "%{http_code}", "-d", name, "https://auth.test/oauth/token").expect()
        check.contains(ran.out, str(status))
        check.contains(ran.out, text)
        check.lacks(ran.out, "hush")
    check.lacks(box.everything_logged(), b"hush")


@test
def json_web_tokens_keep_their_claims(box):
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    jwt = f"{part({'alg': 'RS256'})}.{part({'sub': 'me', 'exp': 99})}.{secrets.token_urlsafe(256)}"
    box.origin(
        "auth.test", lambda _: wire.Response(200, [], json.dumps({"id_token": jwt}).encode())
    )
    box.configure(LOGIN)
    ran = box.curl("-d", "x=1", "https://auth.test/oauth/token").expect()
    header, claims, signature = ran.json()["id_token"].split(".")
    check.equal([header, claims], jwt.split(".")[:2])
    check.that(signature != jwt.split(".")[2], "the signature is real")


@test
def redaction_does_not_take_a_sentinel_for_a_secret(box):
    token = "ghp_" + secrets.token_hex(18)
    box.origin(
        "auth.test", lambda _: wire.Response(200, [], json.dumps({"access_token": token}).encode())
    )
    api = box.origin("api.test")
    box.configure(LOGIN + '[proxy.redaction]\nenabled = true\ndetectors = ["default"]\n')
    ran = box.curl("-d", "x=1", "https://auth.test/oauth/token").expect()
    sentinel = ran.json()["access_token"]
    box.curl("-H", f"Authorization: token {sentinel}", "https://api.test/").expect()
    check.equal(api.requests[-1].headers("Authorization"), [f"token {token}"])
    other = "ghp_" + secrets.token_hex(18)
    ran = box.curl("-H", f"Authorization: token {other}", "https://api.test/").expect()
    check.contains(ran.out, '"stage":"redaction"')


@test
def logins_are_listed_and_forgotten(box):
    server = Server()
    box.origin("auth.test", server)
    api = box.origin("api.test")
    box.configure(LOGIN)
    login(box).expect()
    login(box, "refresh_token").expect()
    listed = box.lazaret("secret", "list", "--json").expect().json()
    check.equal(
        listed,
        [
            {"name": "demo.access_token", "kept_in": "login"},
            {"name": "demo.refresh_token", "kept_in": "login"},
        ],
    )
    check.lacks(box.lazaret("secret", "list").expect().out, "sk-demo")
    box.lazaret("secret", "remove", "demo").expect()
    check.equal(box.lazaret("secret", "list", "--json").expect().json(), [])
    box.shell(CALL + "https://api.test/").expect()
    check.equal(
        api.requests[-1].headers("Authorization"), [f"Bearer {kept_inside(box)['access_token']}"]
    )
