# SPDX-License-Identifier: Apache-2.0
"""Rules hold however a server reads what is sent: paths that are forgiven, heads that override themselves."""

from rig import check
from rig.runner import test

HOST = 'host = "ok.test"\n'


def rule(action, conditions=""):
    return f'[[proxy.filter.rules]]\naction = "{action}"\n{HOST}{conditions}\n'


def statuses(box, *requests):
    """Each request is what curl gets of flags and the rest of the URL."""
    command = ["--http1.1", "--path-as-is", "-w", "%{http_code}\n"]
    for at, (flags, rest) in enumerate(requests):
        command += [*(["--next", "-w", "%{http_code}\n", "--path-as-is"] if at else [])]
        command += ["-o", "/dev/null", *flags, f"https://ok.test{rest}"]
    return box.curl(*command).expect().out.split()


def field(name, value, method="POST"):
    return ["-X", method, "-H", f"{name}: {value}"]


@test(tags=["quick"])
def a_path_that_is_blocked_is_blocked_as_lenient_servers_read_it(box):
    origin = box.origin(allow=False)
    box.configure(rule("block", 'path = "/admin/Delete"') + rule("allow"))
    blocked = [
        "/admin/Delete",
        "/Admin/delete",
        "/admin/delete/",
        "/admin/delete.",
        "/admin/delete%20",
        "/admin/delete%0A",
        "/admin/delete%3Bx",
        "/%2561dmin/delete",
        "/%09/admin/delete",
        "/x/%252e%252e/admin/delete",
    ]
    check.equal(statuses(box, *(([], path) for path in blocked)), ["403"] * len(blocked))
    check.equal(origin.requests, [])
    passing = ["/admin", "/admin/deleted", "/Admin/x/"]
    check.equal(statuses(box, *(([], path) for path in passing)), ["200"] * len(passing))
    check.equal([request.target for request in origin.requests], passing)


@test
def a_path_that_is_allowed_is_allowed_only_as_it_is_written(box):
    origin = box.origin(allow=False)
    box.configure(rule("allow", 'path = "/api/x"'))
    asked = ["/api/x", "/API/x", "/api/x/", "/api/x.", "/%2561pi/x"]
    check.equal(statuses(box, *(([], path) for path in asked)), ["200"] + ["403"] * 4)
    check.equal(len(origin.requests), 1)


@test(tags=["quick"])
def a_rule_is_not_evaded_by_a_head_that_overrides_itself(box):
    origin = box.origin(allow=False)
    box.configure(
        rule("block", 'methods = ["DELETE"]') + rule("block", 'path = "/admin"') + rule("allow")
    )
    blocked = [
        (field("X-HTTP-Method-Override", "DELETE"), "/item"),
        (field("x-http-method", "delete"), "/item"),
        (field("X-Method-Override", "DELETE", "GET"), "/item"),
        (field("X_HTTP_Method_Override", "DELETE"), "/item"),
        (["-X", "POST"], "/item?_method=DELETE"),
        (["-X", "POST"], "/item?$httpMethod=DELETE"),
        (field("X-Original-URL", "/admin"), "/ok"),
        (field("X-Rewrite-URL", "/Admin/?x=y", "GET"), "/ok"),
        (field("X-HTTP-Method", "TRACE"), "/item"),
    ]
    check.equal(statuses(box, *blocked), ["403"] * len(blocked))
    check.equal(origin.requests, [])
    record = box.record("record", lambda record: record["url"] == "https://ok.test/item")
    check.contains(record["filter_reason"], "(by the field X-HTTP-Method-Override: DELETE /item)")
    passing = [
        (field("X-HTTP-Method-Override", "GET"), "/item"),
        (["-X", "POST"], "/item?_method=PUT"),
        (field("X-Original-URL", "/fine"), "/ok"),
    ]
    check.equal(statuses(box, *passing), ["200"] * len(passing))


@test
def what_is_allowed_allows_no_override_that_is_not(box):
    origin = box.origin(allow=False)
    box.configure(rule("allow", 'methods = ["GET", "POST"]\npath = "/api/**"'))
    check.equal(
        statuses(
            box,
            (field("X-HTTP-Method-Override", "DELETE"), "/api/x"),
            (field("X-HTTP-Method-Override", "GET"), "/api/x"),
            (field("X-Original-URL", "/internal"), "/api/x"),
            (field("X-Original-URL", "/api/y"), "/api/x"),
        ),
        ["403", "200", "403", "200"],
    )
    check.equal(len(origin.requests), 2)


@test
def an_explanation_knows_what_a_request_overrides_itself_by(box):
    box.configure(rule("block", 'methods = ["DELETE"]') + rule("allow"))
    asked = ["policy", "explain", "--json", "POST", "https://ok.test/item"]
    check.equal(box.lazaret(*asked).expect(0).json()["decision"], "allow")
    seen = box.lazaret(*asked, "-H", "X-HTTP-Method-Override: DELETE").expect(1).json()
    check.contains(seen["reason"], "by the field X-HTTP-Method-Override")
    check.contains(seen["rule"]["conditions"]["methods"], "DELETE")
