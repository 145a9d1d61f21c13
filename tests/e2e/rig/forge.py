# SPDX-License-Identifier: Apache-2.0
"""As much of the APIs of a code host as its command-line program asks for."""

import json

from . import wire


def github(key, login="mona"):
    """api.github.com for whoever has the key, in either spelling of the scheme; a 401 for others."""

    def answer(request):
        if request.header("authorization") not in (f"Bearer {key}", f"token {key}"):
            return _json({"message": "Bad credentials"}, 401)
        if request.target == "/":
            return wire.Response(fields=[("X-OAuth-Scopes", "repo, read:org, gist")], body=b"{}")
        if request.target == "/user":
            return _json({"login": login})
        if request.target == "/graphql":
            return _json({"data": _query(json.loads(request.body)["query"], login)})
        if request.method == "POST" and request.target == "/repos/mona/hello/issues/1/comments":
            return _json({"id": 1, "body": json.loads(request.body)["body"]}, 201)
        if request.target == "/repos/mona/hello/releases/tags/v1":
            upload_url = "https://uploads.github.com/repos/mona/hello/releases/1/assets{?name,label}"
            return _json({"id": 1, "tag_name": "v1", "assets": [], "upload_url": upload_url})
        return _json({"message": "Not Found"}, 404)

    return answer


def github_uploads(key, files):
    """uploads.github.com: what is uploaded is kept in `files`, by the query it came with."""

    def answer(request):
        if request.header("authorization") not in (f"Bearer {key}", f"token {key}"):
            return _json({"message": "Bad credentials"}, 401)
        path, _, query = request.target.partition("?")
        files[query] = request.body
        return _json({"id": 2, "name": "file", "state": "uploaded"}, 201)

    return answer


def _query(query, login):
    if "viewer" in query:
        return {"viewer": {"login": login}}
    if "pullRequests" in query:
        return {"repository": {"pullRequests": {"totalCount": 1, "nodes": [_pull_request(login)]}}}
    if "release(tagName" in query:
        return {"repository": {"release": {"databaseId": 1, "isDraft": False}}}
    return {"repository": {"id": "R_1", "name": "hello", "owner": {"login": login}}}


def _pull_request(login):
    return {
        "number": 7,
        "title": "Say hello",
        "state": "OPEN",
        "url": "https://github.com/mona/hello/pull/7",
        "headRefName": "hello",
        "headRepositoryOwner": {"id": "U_1", "login": login},
        "isCrossRepository": False,
        "isDraft": False,
        "createdAt": "2020-01-01T00:00:00Z",
    }


def _json(value, status=200):
    return wire.Response(
        status, [("Content-Type", "application/json; charset=utf-8")], json.dumps(value).encode()
    )
