# SPDX-License-Identifier: Apache-2.0
"""Credentials of every shape arrive where their server reads them, and the dummies of programs give way."""

import base64
import secrets
import shutil

from rig import aws, check, registries, wire
from rig.runner import Skip, test

KEY = 'source = { env = "API_KEY" }'
DUMMY = "proxy-managed"


def credential(kind, keys="", host="api.test", name="demo"):
    return (
        f'[proxy.credentials.{name}]\nenabled = true\ntype = "{kind}"\nhost = "{host}"\n'
        f"{keys}\n{KEY}\n"
    )


def canary():
    return f"canary-{secrets.token_hex(12)}"


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def in_log(box, text):
    return any(text.encode() in data for _, data in box.everything_stored())


@test(tags=["quick"])
def a_bearer_token_takes_the_place_of_the_dummy(box):
    api, key = box.origin("api.test"), canary()
    box.configure(credential("bearer"))
    for own in ([], ["-H", f"Authorization: token {DUMMY}"], ["-u", f"me:{DUMMY}"]):
        box.curl("https://api.test/", *own, env={"API_KEY": key}).expect()
        check.equal(api.requests[-1].headers("Authorization"), [f"Bearer {key}"], own)


@test(tags=["quick"])
def basic_holds_user_and_key(box):
    api, key = box.origin("api.test"), canary()
    box.configure(credential("basic", 'username = "robot"'))
    box.curl("https://api.test/", env={"API_KEY": key}).expect()
    check.equal(api.requests[-1].headers("Authorization"), [basic("robot", key)])


@test(tags=["quick"])
def a_key_in_the_query_is_on_the_wire_and_nowhere_else(box):
    key = canary() + "+/&="
    quoted = key.replace("+", "%2B").replace("/", "%2F").replace("&", "%26").replace("=", "%3D")
    api = box.origin(
        "api.test", lambda request: wire.Response(body=f"you asked {request.target}".encode())
    )
    box.configure(credential("query", 'parameter = "key"'))
    ran = box.curl(
        f"https://api.test/a?q=1&key={DUMMY}", "https://api.test/b", env={"API_KEY": key}
    ).expect()
    check.equal(api.paths(), [f"/a?q=1&key={quoted}", f"/b?key={quoted}"])
    check.lacks(ran.out, "canary")
    box.record("record", lambda record: record["injected"] == ["demo"])
    check.that(not in_log(box, key) and not in_log(box, quoted), "the key is in the log")


@test(tags=["quick"])
def a_cookie_joins_those_of_the_program(box):
    api, key = box.origin("api.test"), canary()
    box.configure(credential("cookie", 'cookie = "sid"'))
    box.curl("https://api.test/", "-b", f"a=1; sid={DUMMY}; b=2", env={"API_KEY": key}).expect()
    check.equal(api.requests[-1].headers("Cookie"), [f"a=1; b=2; sid={key}"])


@test
def a_key_in_the_query_goes_out_over_http2_too(box):
    from rig import http2

    api, key = http2.origin(box, "api.test"), canary()
    box.configure(credential("query", 'parameter = "key"'))
    ran = box.curl("--http2", "https://api.test/a", env={"API_KEY": key}).expect()
    check.lacks(ran.out, key)


@test
def explain_says_where_a_credential_would_stand(box):
    box.configure(
        '[proxy.filter]\ndefault_action = "allow"\n'
        + credential("cookie", 'cookie = "sid"')
        + credential("query", 'parameter = "key"', "maps.test", "maps")
    )
    for host, place in (("api.test", "cookie:sid"), ("maps.test", "query:key")):
        ran = box.lazaret(
            "policy", "explain", "--json", "GET", f"https://{host}/", env={"API_KEY": canary()}
        ).expect()
        check.equal(ran.json()["injected_at"], [place])


def guarded_git(box, key, user="x-access-token"):
    """A server that lets nobody in without the key."""
    served = registries.git(box.root)

    def answer(request):
        if request.header("authorization") != basic(user, key):
            return wire.Response(401, fields=[("WWW-Authenticate", 'Basic realm="git"')])
        return served(request)

    return box.origin("git.test", answer)


GIT_SCRIPT = """
    set -e
    git clone --quiet https://git.test/hello.git copy
    cd copy
    echo "from inside" > NEW && git add NEW
    git -c user.name=box -c user.email=box@ok.test commit --quiet -m Second
    git push --quiet origin HEAD:refs/heads/main
    git rev-parse HEAD
"""


@test(seconds=90, tags=["quick"])
def git_pushes_with_a_token_that_it_does_not_have(box):
    repository, key = registries.bare_repository(box.root), canary()
    guarded_git(box, key)
    box.configure(
        '[proxy.credentials.forge]\nenabled = true\npreset = "github-git"\nhost = "git.test"\n'
        + KEY
    )
    ran = box.shell(GIT_SCRIPT, env={"API_KEY": key}).expect()
    check.equal((repository / "refs/heads/main").read_text(), ran.out)


@test(seconds=90)
def git_does_not_wait_for_a_password_when_the_token_is_refused(box):
    registries.bare_repository(box.root)
    guarded_git(box, "another-key")
    box.configure(credential("basic", host="git.test"))
    ran = box.shell("git clone https://git.test/hello.git copy 2>&1", env={"API_KEY": canary()})
    check.equal(ran.code, 128, ran.story())
    check.contains(ran.out, "Authentication failed")


AWS = """
[proxy.credentials.aws]
enabled = true
host = "s3.eu-west-1.amazonaws.com"
"""

REAL = {"AWS_ACCESS_KEY_ID": aws.KEY_ID, "AWS_SECRET_ACCESS_KEY": aws.SECRET}
DUMMIES = "".join(
    f'[sandbox.environment.{name}]\nvalue = "{value}"\n'
    for name, value in (
        ("AWS_ACCESS_KEY_ID", DUMMY),
        ("AWS_SECRET_ACCESS_KEY", DUMMY),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    )
)


def s3(box):
    problems = []
    origin = box.origin("s3.eu-west-1.amazonaws.com", aws.store("pail", problems))
    box.configure(AWS + DUMMIES)
    return origin, problems


@test(tags=["quick"])
def an_unsigned_request_is_signed_for_aws(box):
    _, problems = s3(box)
    url = "https://s3.eu-west-1.amazonaws.com/pail/a%20key/with+more~?x-id=PutObject"
    box.curl("-T", "-", "-f", url, stdin=b"hello", env=REAL).expect()
    check.equal(box.curl("-f", url.split("?")[0], env=REAL).expect().out, "hello")
    check.equal(problems, [])


@test(seconds=180)
def the_aws_command_line_works_with_dummies(box):
    if not shutil.which("aws"):
        raise Skip("aws is not installed")
    origin, problems = s3(box)
    (box.project / "up.txt").write_text("hello from the project")
    script = """
        set -e
        aws configure set default.s3.addressing_style path
        aws s3 cp --quiet up.txt "s3://pail/dir/a key+more.txt"
        aws s3 ls s3://pail/
        aws s3 cp --quiet "s3://pail/dir/a key+more.txt" -
        curl -sSf "$(aws s3 presign "s3://pail/dir/a key+more.txt")"
    """
    ran = box.shell(script, env=REAL, timeout=150).expect()
    check.equal(problems, [])
    check.contains(ran.out, "hello from the projecthello from the project")
    for request in origin.requests:
        check.lacks(str(request.fields) + request.target, DUMMY)
        check.lacks(str(request.fields) + request.target, aws.SECRET)


@test(seconds=120)
def the_aws_command_line_has_its_bodies_signed(box):
    if not shutil.which("aws"):
        raise Skip("aws is not installed")
    problems = []
    box.origin("sts.eu-west-1.amazonaws.com", aws.identity(problems))
    box.configure("[proxy.credentials.aws]\nenabled = true\n" + DUMMIES)
    ran = box.run("aws", "sts", "get-caller-identity", env=REAL, timeout=100).expect()
    check.equal(problems, [])
    check.contains(ran.out, "arn:aws:iam::123456789012:user/rig")


@test
def a_presigned_url_of_another_key_is_refused(box):
    origin, _ = s3(box)
    ran = box.curl(
        "https://s3.eu-west-1.amazonaws.com/pail/x?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAOTHER%2F20200101%2Feu-west-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
        env=REAL,
    ).expect()
    check.contains(ran.out, "presigned with an access key of the program's own")
    check.equal(origin.requests, [])


@test
def a_credential_of_another_account_is_refused_where_a_rule_wants_ours(box):
    api, key = box.origin("api.test", allow=False), "canary-of-ours"
    box.configure(
        '[[proxy.filter.rules]]\naction = "allow"\nhost = "api.test"\nrequire = "brokered"\n'
        '[proxy.credentials.api]\nenabled = true\nhost = "api.test"\ntype = "bearer"\n'
        f'source = {{ value = "{key}" }}\n'
    )
    ran = box.curl("-H", "Authorization: Bearer of-the-attacker", "https://api.test/").expect()
    check.contains(ran.out, "a credential of its own (header:authorization)")
    ran = box.curl("-H", "Cookie: session=1", "https://api.test/").expect()
    check.contains(ran.out, "(header:cookie)")
    box.curl("https://api.test/").expect()
    check.equal([r.headers("Authorization") for r in api.requests], [[f"Bearer {key}"]])
    record = box.record("record", lambda record: record.get("stage") == "brokered")
    check.equal(record["status"], 403)


@test
def a_rule_that_never_decides_is_told_at_the_start(box):
    box.configure(
        '[[proxy.filter.rules]]\naction = "allow"\nhost = "api.test"\nrequire = "brokered"\n'
    )
    check.lacks(box.run("true").expect().err, "never decides")
    box.flags += ["--allow-domain", "api.test"]
    check.contains(box.run("true").expect().err, "never decides")
