# SPDX-License-Identifier: Apache-2.0
"""Servers that give out tokens, and what their clients sign for them."""

import base64
import json
import secrets
import subprocess
import threading
import time
import urllib.parse

from . import wire


def json_answer(value, status=200):
    return wire.Response(
        status, [("Content-Type", "application/json")], json.dumps(value).encode()
    )


class TokenServer:
    """OAuth 2.0 as strict as it gets: each refresh token is good for one use."""

    def __init__(self, expires_in=3600, rotates=True):
        self.expires_in = expires_in
        self.rotates = rotates
        self.refresh_token = f"rt-canary-{secrets.token_hex(12)}"
        self.tokens = []  # given out, oldest first
        self.forms = []  # asked with
        self.logins = []  # of Basic
        self.reused = []  # refresh tokens that came a second time
        self.delay = 0.0
        self.trouble = None  # an answer instead of all others
        self._spent = set()
        self._lock = threading.Lock()

    def answer(self, request):
        time.sleep(self.delay)
        with self._lock:
            self.logins.append(basic_login(request.header("authorization")))
            form = dict(urllib.parse.parse_qsl(request.body.decode()))
            self.forms.append(form)
            return self.trouble or self._grant(form)

    def _grant(self, form):
        given = {
            "access_token": f"at-canary-{secrets.token_hex(12)}",
            "token_type": "Bearer",
            "expires_in": self.expires_in,
        }
        if form.get("grant_type") == "refresh_token":
            used = form["refresh_token"]
            if used in self._spent:
                self.reused.append(used)
            if used != self.refresh_token:
                return json_answer({"error": "invalid_grant"}, 400)
            if self.rotates:
                self._spent.add(used)
                self.refresh_token = f"rt-canary-{secrets.token_hex(12)}"
                given["refresh_token"] = self.refresh_token
        self.tokens.append(given["access_token"])
        return json_answer(given)


def basic_login(value):
    if not value or not value.startswith("Basic "):
        return None
    return base64.b64decode(value[len("Basic ") :]).decode()


class RsaKey:
    """A key pair of openssl, and the check of what it signed."""

    def __init__(self, directory):
        self.private = directory / "key.pem"
        self._public = directory / "key.pub"
        self._scratch = directory
        _openssl("genrsa", "-out", self.private, "2048")
        self.private.chmod(0o600)
        _openssl("pkey", "-in", self.private, "-pubout", "-out", self._public)

    def claims_of(self, jwt):
        """What a token of JWT claims, once its signature has been verified; None when it is not good."""
        head, claims, signature = jwt.split(".")
        signed = self._scratch / "signed"
        signed.write_text(f"{head}.{claims}")
        mark = self._scratch / "signature"
        mark.write_bytes(_decode(signature))
        verified = subprocess.run(
            ["openssl", "dgst", "-sha256", "-verify", self._public, "-signature", mark, signed],
            capture_output=True,
        )
        return json.loads(_decode(claims)) if verified.returncode == 0 else None


def unsigned_jwt(claims):
    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{encode({'alg': 'none'})}.{encode(claims)}.{secrets.token_hex(8)}"


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
