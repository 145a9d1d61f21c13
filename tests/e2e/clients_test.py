# SPDX-License-Identifier: Apache-2.0
"""Command-line programs as Debian has them work with accounts that they hold no credential of."""

import secrets
import shutil

from rig import check, containers, forge, origins, registries
from rig.runner import Skip, test

DUMMY = "proxy-managed"


def needs(program):
    if not shutil.which(program, path="/usr/local/bin:/usr/bin:/bin"):
        raise Skip(f"{program} is not installed")


def canary():
    return f"canary-{secrets.token_hex(12)}"


def preset(name, extra=""):
    return f"[proxy.credentials.{name}]\nenabled = true\n{extra}\n"


def variable(name, value):
    return f'[sandbox.environment.{name}]\nvalue = "{value}"\n'


def lacks_key(ran, key):
    check.lacks(ran.out + ran.err, key)
    return ran


# --- code hosts ----------------------------------------------------------------------------------


@test(seconds=90, tags=["quick"])
def gh_works_with_a_token_that_it_does_not_have(box):
    needs("gh")
    key = canary()
    api = box.origin("api.github.com", forge.github(key))
    box.configure(preset("github"))
    script = """
        set -e
        echo "inside: $GH_TOKEN"
        gh api user --jq .login
        gh pr list --repo mona/hello --json number,title --jq '.[]'
        gh api repos/mona/hello/issues/1/comments --field body=hello --jq .body
    """
    ran = lacks_key(box.shell(script, env={"GITHUB_TOKEN": key}, timeout=80).expect(), key)
    check.equal(
        ran.out, f'inside: {DUMMY}\nmona\n{{"number":7,"title":"Say hello"}}\nhello\n'
    )
    check.that("/graphql" in api.paths(), api.paths())


@test(seconds=60)
def gh_uploads_to_a_release(box):
    needs("gh")
    key, files = canary(), {}
    box.origin("api.github.com", forge.github(key))
    box.origin("uploads.github.com", forge.github_uploads(key, files))
    box.configure(preset("github") + preset("github-uploads"))
    (box.project / "notes.txt").write_text("hello")
    ran = box.run(
        *("gh", "release", "upload", "v1", "notes.txt", "--repo", "mona/hello"),
        env={"GITHUB_TOKEN": key},
    ).expect()
    lacks_key(ran, key)
    check.equal(files, {"label=&name=notes.txt": b"hello"})


@test(seconds=60)
def gh_works_where_its_placeholder_is_overwritten(box):
    """A placeholder of any text, and `overwrite`: as devsandbox describes it."""
    needs("gh")
    key = canary()
    box.origin("api.github.com", forge.github(key))
    box.configure(
        variable("GH_TOKEN", "placeholder")
        + preset("github", 'overwrite = true\nsource = { env = "GH_RO_TOKEN" }')
    )
    ran = box.run("gh", "api", "user", "--jq", ".login", env={"GH_RO_TOKEN": key}).expect()
    check.equal(ran.out, "mona\n")


@test(seconds=60)
def gh_is_told_when_its_token_is_no_good(box):
    """The server's own refusal comes back as it is."""
    needs("gh")
    box.origin("api.github.com", forge.github("another-key"))
    box.configure(preset("github"))
    ran = box.run("gh", "api", "user", env={"GITHUB_TOKEN": canary()})
    check.equal(ran.code, 1, ran.story())
    check.contains(ran.err, "Bad credentials (HTTP 401)")


@test(seconds=60)
def gh_reports_who_it_is_with_a_placeholder_of_sandcat(box):
    """`gh auth status` with SANDCAT_PLACEHOLDER_…, and the 403 where the placeholder may not go."""
    needs("gh")
    key = canary()
    box.origin("api.github.com", forge.github(key))
    other = box.origin("example.com")
    box.configure(
        '[secrets.GITHUB_TOKEN]\nhosts = ["api.github.com", "*.github.com"]\n'
        'placeholder = "SANDCAT_PLACEHOLDER_{name}"\n'
        'source = { env = "GITHUB_TOKEN" }\n'
    )
    script = """
        echo "$GITHUB_TOKEN"
        gh auth status 2>&1
        curl -sS -w '%{http_code}' -H "Authorization: Bearer $GITHUB_TOKEN" https://example.com/
    """
    ran = lacks_key(box.shell(script, env={"GITHUB_TOKEN": key}).expect(), key)
    check.contains(ran.out, "SANDCAT_PLACEHOLDER_GITHUB_TOKEN\n")
    check.contains(ran.out, "Logged in to github.com as mona")
    check.that(ran.out.endswith("403"), ran.story())
    check.equal(other.requests, [])


@test
def a_field_of_gitlab_is_filled_in(box):
    api, key = box.origin("gitlab.com"), canary()
    box.configure(
        '[proxy.credentials.gitlab]\nenabled = true\nhost = "gitlab.com"\n'
        'header = "PRIVATE-TOKEN"\nvalue_format = "{token}"\n'
        '[proxy.credentials.gitlab.source]\nenv = "GITLAB_TOKEN"\n'
    )
    box.curl("https://gitlab.com/api/v4/user", env={"GITLAB_TOKEN": key}).expect()
    check.equal(api.requests[-1].headers("PRIVATE-TOKEN"), [key])


# --- packages ------------------------------------------------------------------------------------


def private_registry(box, key, published):
    host, name = "packages.npmjs.org", "@acme/tiny-hello"
    return box.origin(host, registries.private_npm(host, key, name, published))


QUIET_NPM = "--no-audit --no-fund --no-update-notifier --loglevel=error"


@test(seconds=180)
def npm_installs_and_publishes_private_packages(box):
    needs("npm")
    key, published = canary(), {}
    registry = private_registry(box, key, published)
    box.configure(preset("npm"))
    package = box.project / "package"
    package.mkdir()
    for file, text in registries.npm_files("@acme/mine").items():
        (package / file).write_text(text)
    (box.project / ".npmrc").write_text(
        "registry=https://packages.npmjs.org/\n//packages.npmjs.org/:_authToken=${NPM_TOKEN}\n"
    )
    script = f"""
        set -e
        npm whoami {QUIET_NPM}
        npm install {QUIET_NPM} @acme/tiny-hello >&2
        node -p "require('@acme/tiny-hello').greeting"
        npm publish {QUIET_NPM} ./package
    """
    ran = lacks_key(box.shell(script, env={"NPM_TOKEN": key}, timeout=160).expect(), key)
    check.equal(ran.out, "mona\nhello from the registry\n+ @acme/mine@1.0.0\n")
    check.equal(list(published), ["@acme/mine"])
    check.that(all(r.headers("Authorization") == [f"Bearer {key}"] for r in registry.requests), "")


PIP = "/usr/bin/python3 -m pip install --quiet --disable-pip-version-check --no-cache-dir"


def index(box, key):
    return box.origin(
        "pip.test", registries.guarded(registries.pip(), containers.basic("robot", key))
    )


INDEX = """
[proxy.credentials.index]
enabled = true
type = "basic"
host = "pip.test"
username = "robot"
source = { env = "INDEX_PASSWORD" }
"""


@test(seconds=120)
def pip_installs_from_a_private_index(box):
    key = canary()
    index(box, key)
    box.configure(INDEX)
    (box.home / ".netrc").write_text(f"machine pip.test login robot password {DUMMY}\n")
    (box.home / ".netrc").chmod(0o600)
    ran = box.shell(
        f"""
        set -e
        PIP_INDEX_URL=https://pip.test/simple {PIP} --target=one tiny_hello
        PIP_INDEX_URL=https://robot:{DUMMY}@pip.test/simple {PIP} --target=two tiny_hello
        cat one/tiny_hello.py two/tiny_hello.py
        """,
        env={"INDEX_PASSWORD": key},
        timeout=100,
    ).expect()
    check.equal(lacks_key(ran, key).out, "greeting = 'hello from the index'\n" * 2)


@test(seconds=90)
def twine_uploads_to_an_index(box):
    needs("twine")
    key, files = canary(), []
    login = containers.basic("__token__", key)
    box.origin("uploads.pypi.org", registries.guarded(registries.uploads(files), login))
    box.configure(preset("pypi"))
    wheel = registries.wheel("tiny_hello", "1.0")
    (box.project / "tiny_hello-1.0-py3-none-any.whl").write_bytes(wheel)
    ran = box.run(
        *("/usr/bin/twine", "upload", "--non-interactive", "--disable-progress-bar"),
        *("--repository-url", "https://uploads.pypi.org/legacy/"),
        "tiny_hello-1.0-py3-none-any.whl",
        env={"TWINE_PASSWORD": key},
        timeout=80,
    ).expect()
    lacks_key(ran, key)
    check.equal([file["content"] for file in files], [wheel])


# --- images --------------------------------------------------------------------------------------


@test(seconds=120)
def skopeo_pushes_and_pulls_images(box):
    needs("skopeo")
    key = canary()
    registry = containers.Registry("images.test", "auth.images.test", "robot", key)
    service = box.origin("auth.images.test", registry.tokens)
    images = box.origin("images.test", registry.images)
    box.configure(
        preset("docker", 'host = "auth.images.test"\nusername = "robot"\nsource = { env = "KEY" }')
    )
    containers.layout(box.project / "image", "hello from the image")
    ran = box.shell(
        f"""
        set -e
        policy=--insecure-policy
        skopeo copy $policy --quiet oci:image docker://images.test/acme/hello:1
        skopeo copy $policy --quiet --src-creds robot:{DUMMY} docker://images.test/acme/hello:1 dir:copy
        skopeo inspect --raw docker://images.test/acme/hello:1 | sha256sum
        cat copy/* | grep -a -o "hello from the image"
        """,
        env={"KEY": key},
        timeout=100,
    ).expect()
    lacks_key(ran, key)
    check.contains(ran.out, "hello from the image")
    check.that(registry.has("acme/hello:1"), "there is no image")
    check.that(service.requests and all("/token?" in path for path in service.paths()), "")
    check.lacks(str([request.fields for request in images.requests]), key)


# --- one key for one variable: a service of one's own ----------------------------------------------


@test
def a_service_of_a_kit_has_its_key_filled_in(box):
    """sbx's `serviceAuth` and `proxyManaged`."""
    api, key = box.origin("api.my-service.com"), canary()
    box.configure(
        '[proxy.credentials.my-service]\nenabled = true\nhost = "api.my-service.com"\n'
        'header = "Authorization"\nvalue_format = "Bearer {token}"\n'
        'env = ["MY_SERVICE_API_KEY"]\nsource = { env = "MY_SERVICE_API_KEY" }\n'
    )
    ran = box.shell(
        'echo "$MY_SERVICE_API_KEY"'
        ' && curl -sSf -H "Authorization: Bearer $MY_SERVICE_API_KEY" https://api.my-service.com/',
        env={"MY_SERVICE_API_KEY": key},
    ).expect()
    check.that(ran.out.startswith(f"{DUMMY}\n"), ran.story())
    check.equal(api.requests[-1].headers("Authorization"), [f"Bearer {key}"])


# --- tokens for one API ----------------------------------------------------------------------------

CUSTOMERS = "https://api.stripe.com/v1/customers"


def stripe(box, extra=""):
    box.configure(
        preset("stripe")
        + '[sandbox.environment.STRIPE_TOKEN]\nenv = "STRIPE_TOKEN"\n'
        + extra
    )
    return box.origin("api.stripe.com", origins.text("customers")), canary()


def ask(box, key, token, *arguments, url=CUSTOMERS):
    ran = box.shell(
        'curl -sS -w "%{http_code}" ${STRIPE_TOKEN:+-H "Authorization: Bearer $STRIPE_TOKEN"} "$@"',
        url,
        *arguments,
        env={"STRIPE_API_KEY": key, "STRIPE_TOKEN": token},
    ).expect()
    return lacks_key(ran, key).out


def mint(box, *flags):
    return box.lazaret("token", "mint", *flags).expect().out.strip()


@test(seconds=90, tags=["quick"])
def a_token_for_stripe_is_swapped_for_its_key(box):
    api, key = stripe(box)
    token = mint(box, "--hosts", "api.stripe.com", "--valid-for", "1h")
    check.equal(ask(box, key, token), "customers200")
    check.equal(api.requests[-1].headers("Authorization"), [f"Bearer {key}"])


@test(seconds=90)
def a_token_for_reading_customers_is_good_for_nothing_else(box):
    api, key = stripe(box)
    token = mint(
        box,
        *("--hosts", "api.stripe.com", "--methods", "GET", "--paths", "/v1/customers/*"),
        *("--valid-for", "1h"),
    )
    check.equal(ask(box, key, token, url=f"{CUSTOMERS}/cus_1"), "customers200")
    check.contains(ask(box, key, token, "-d", "x=1", url=f"{CUSTOMERS}/cus_1"), "permits GET")
    refused = ask(box, key, token, url="https://api.stripe.com/v1/transfers")
    check.contains(refused, "Unauthorized: ")
    check.that(refused.endswith("403"), refused)
    check.equal(api.paths(), ["/v1/customers/cus_1"])


@test(seconds=90)
def a_token_that_is_none_of_ours_is_refused(box):
    api, key = stripe(box)
    token = mint(box, "--hosts", "api.stripe.com")
    refused = ask(box, key, token[:-2] + ("AA" if not token.endswith("AA") else "BB"))
    check.that(refused.endswith("401"), refused)
    check.contains(refused, "Unauthorized: ")
    check.equal(api.requests, [])


@test(seconds=90)
def a_key_of_the_programs_own_passes_unless_a_token_is_required(box):
    """agent-creds' passthrough, and its strict mode."""
    api, key = stripe(box)
    mint(box)
    check.equal(ask(box, key, "sk_test_of_its_own"), "customers200")
    check.equal(api.requests[-1].headers("Authorization"), ["Bearer sk_test_of_its_own"])

    strict, key = stripe(box, '[proxy.tokens]\nrequire = "always"\n')
    for own in ("sk_test_of_its_own", ""):
        refused = ask(box, key, own)
        check.contains(refused, "Unauthorized: macaroon token required")
        check.that(refused.endswith("401"), refused)
    check.equal(strict.requests, [])


@test
def a_token_for_a_host_without_a_credential_is_refused(box):
    _, key = stripe(box)
    other = box.origin("other.test")
    refused = ask(box, key, mint(box), url="https://other.test/")
    check.contains(refused, "No credentials configured for this host")
    check.that(refused.endswith("403"), refused)
    check.equal(other.requests, [])
