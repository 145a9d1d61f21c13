#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How often the built-in detectors cry at innocent bodies.

Makes 10,000 bodies of the kinds that programs really send (the same ones every time), one a line, and has
`lazaret redact check` look at them with every detector. Prints the rate, and what was found by which detector.

    bench/redaction/false_positives.py [--binary build/release/lazaret] [--count 10000] [--show]
"""
import argparse
import base64
import collections
import json
import os
import random
import subprocess
import tempfile

WORDS = """the request session token secret password key value user account config default error handler stream buffer
parse response header cookie field client server deploy build test release branch commit review merge author license module
package import export return await async function class const static public private credential access login refresh""".split()


def words(r, count):
    return " ".join(r.choice(WORDS) for _ in range(count))


def hexa(r, count):
    return "".join(r.choice("0123456789abcdef") for _ in range(count))


def b64(r, count):
    return base64.b64encode(r.randbytes(count)).decode()


def camel(r, count=3):
    first, *rest = (r.choice(WORDS) for _ in range(count))
    return first + "".join(word.title() for word in rest)


def uuid(r):
    return f"{hexa(r, 8)}-{hexa(r, 4)}-4{hexa(r, 3)}-a{hexa(r, 3)}-{hexa(r, 12)}"


def lock_entry(r):
    name = f"{r.choice(WORDS)}-{r.choice(WORDS)}"
    version = ".".join(str(r.randrange(30)) for _ in range(3))
    return {"packages": {f"node_modules/{name}": {
        "version": version, "resolved": f"https://registry.example/{name}/-/{name}-{version}.tgz",
        "integrity": "sha512-" + b64(r, 64), "engines": {"node": ">=14"}}}}


def git_objects(r):
    return "\\n".join(f"{hexa(r, 40)} refs/heads/{r.choice(WORDS)}/{r.choice(WORDS)}" for _ in range(8))


def chat(r):
    return {"model": "some-model-4", "messages": [
        {"role": "user", "content": f"Why does `{camel(r)}` fail?\n\n{words(r, 60)}."},
        {"role": "assistant", "content": f"Set \"{r.choice(WORDS)}_token\" in the config: {words(r, 40)}."}]}


def code(r):
    name = camel(r)
    return (f"const {camel(r)}Token = await {name}({camel(r)}Options); if (!token || token.length < {r.randrange(99)}) "
            f"throw new Error('{words(r, 5)}'); const password = document.getElementById('{r.choice(WORDS)}-password-input').value; "
            f"this.secretKey = secretKeyFromEnvironment || defaultSecretKeyForTests; export class {name.title()}Credentials {{}}")


def environment(r):
    return f"DB_PASSWORD=${{DB_PASSWORD}}\\nAPI_KEY=<your-api-key-here>\\nSECRET=changeme\\nTOKEN_URL=https://{r.choice(WORDS)}.example/oauth/token"


def telemetry(r):
    now = 1764000000000 + r.randrange(10**10)
    return {"resourceSpans": [{"traceId": hexa(r, 32), "spanId": hexa(r, 16), "startTimeUnixNano": str(now * 10**6),
                               "endTimeUnixNano": str((now + 5) * 10**6), "attributes": {
                                   "duration": r.random() * 1000, "tokens": r.randrange(9000), "session.id": uuid(r)}}]}


def numbers(r):
    return ",".join(repr(r.random() * 10 ** r.randrange(6)) for _ in range(30))


def identifiers(r):
    return {"ids": [str(r.randrange(10**17, 10**19)) for _ in range(5)], "id": uuid(r), "etag": hexa(r, 32),
            "next_page_token": words(r, 1), "order": f"{r.randrange(10**4):04}-{r.randrange(10**6):06}"}


def image(r):
    return {"type": "image", "data": base64.b64encode(b"\x89PNG\r\n\x1a\n" + r.randbytes(1500)).decode()}


def requirements(r):
    return " ".join(f"{r.choice(WORDS)}=={r.randrange(9)}.{r.randrange(20)} --hash=sha256:{hexa(r, 64)}" for _ in range(4))


def page(r):
    return (f"<div class=\"sk-{r.choice(WORDS)}-{r.choice(WORDS)}-{r.choice(WORDS)}-container\"><p>{words(r, 30)}&nbsp;&#8212; "
            f"<a href=\"https://example.org/{r.choice(WORDS)}?utm_source={r.choice(WORDS)}&id={uuid(r)}\">{words(r, 3)}</a></p></div>")


def source_map(r):
    mappings = ";".join("".join(r.choice("ACEGIKMOQSUWYabcdefghij,") for _ in range(40)) for _ in range(8))
    return {"version": 3, "sources": [f"src/{camel(r)}.ts"], "mappings": mappings}


def log_lines(r):
    return "\\n".join(f"2026-11-{r.randrange(1, 30):02}T12:{r.randrange(60):02}:00Z INFO {camel(r)} {words(r, 8)} took={r.randrange(999)}ms "
                      f"request_id={uuid(r)} token_count={r.randrange(10**5)}" for _ in range(5))


def form(r):
    return f"grant_type=refresh&client_id={r.choice(WORDS)}-app&scope=openid%20profile&redirect_uri=https%3A%2F%2Fexample.org%2F{r.choice(WORDS)}&state={hexa(r, 16)}"


def terraform(r):
    return (f"resource \\\"aws_secretsmanager_secret\\\" \\\"{camel(r)}\\\" {{ name = \\\"{r.choice(WORDS)}-secret\\\" }} "
            f"database = \\\"postgres://user:password@localhost:5432/{r.choice(WORDS)}\\\" key_id = \\\"arn:aws:kms:eu-west-1:123456789012:key/{uuid(r)}\\\"")


KINDS = [lock_entry, git_objects, chat, code, environment, telemetry, numbers, identifiers, image, requirements, page,
         source_map, log_lines, form, terraform]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--binary", default="build/release/lazaret")
    arguments.add_argument("--count", type=int, default=10000)
    arguments.add_argument("--show", action="store_true", help="print the bodies in which something was found")
    options = arguments.parse_args()
    r = random.Random(4711)
    bodies = []
    for number in range(options.count):
        body = KINDS[number % len(KINDS)](r)
        bodies.append(body if isinstance(body, str) else json.dumps(body))
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "bodies")
        with open(path, "w") as file:
            file.write("\n".join(bodies) + "\n")
        environment = dict(os.environ, XDG_CONFIG_HOME=directory, XDG_DATA_HOME=directory)
        done = subprocess.run(
            [os.path.abspath(options.binary), "redact", "check", path, "--json", "--no-project-config", "--set",
             'proxy.redaction.detectors=["default"]'], stdout=subprocess.PIPE, env=environment, cwd=directory)
        if done.returncode not in (0, 1):
            raise SystemExit(done.returncode)
        findings = json.loads(done.stdout)
    lines = {finding["line"] for finding in findings}
    size = sum(map(len, bodies))
    print(f"{len(lines)} of {len(bodies)} innocent bodies ({size / 1e6:.1f} MB) cry: {100 * len(lines) / len(bodies):.2f} %")
    for rule, count in collections.Counter(finding["rule"] for finding in findings).most_common():
        print(f"  {rule}: {count}")
    if options.show:
        for line in sorted(lines)[:50]:
            print(bodies[line - 1][:300])


if __name__ == "__main__":
    main()
