# SPDX-License-Identifier: Apache-2.0
"""The rig's own certificate authority: only lazaret's upstream side is told to trust it."""

import contextlib
import fcntl
import pathlib
import subprocess

_EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def _openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed:\n{done.stderr}")


class Pki:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.ca = self.directory / "ca.crt"
        self._ca_key = self.directory / "ca.key"
        if not self.ca.exists():
            _openssl(
                "req",
                "-x509",
                *_EC,
                "-keyout",
                self._ca_key,
                "-out",
                self.ca,
                "-days",
                "3650",
                "-subj",
                "/CN=rig CA",
                "-addext",
                "basicConstraints=critical,CA:TRUE",
                "-addext",
                "keyUsage=critical,keyCertSign,cRLSign",
            )

    def leaf(self, host):
        """(certificate, key) for a host, signed by the rig's authority."""
        return self._make(host, "leaf", ["-CA", self.ca, "-CAkey", self._ca_key, "-days", "30"])

    def self_signed(self, host):
        return self._make(host, "self-signed", ["-days", "30"])

    def expired(self, host):
        """Signed by the rig's authority, and over since the year 2001."""
        certificate, key = self._paths(host, "expired")
        request = certificate.with_suffix(".csr")
        with self._alone():
            _openssl(
                "req",
                *_EC,
                "-keyout",
                key,
                "-out",
                request,
                "-subj",
                f"/CN={host}",
                "-addext",
                f"subjectAltName={_alternative_name(host)}",
            )
            _openssl(
                "ca",
                "-batch",
                "-notext",
                "-config",
                self._ca_settings(),
                "-in",
                request,
                "-out",
                certificate,
                "-startdate",
                "20000101000000Z",
                "-enddate",
                "20010101000000Z",
            )
        return certificate, key

    @contextlib.contextmanager
    def _alone(self):
        """Tests run in processes of their own and share the directory."""
        with open(self.directory / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _paths(self, host, kind):
        stem = host.replace(":", "_").replace("*", "star")
        return self.directory / f"{stem}.{kind}.crt", self.directory / f"{stem}.{kind}.key"

    def _make(self, host, kind, signing):
        certificate, key = self._paths(host, kind)
        with self._alone():
            if not certificate.exists():
                _openssl(
                    "req",
                    "-x509",
                    *_EC,
                    "-keyout",
                    key,
                    "-out",
                    certificate,
                    "-subj",
                    f"/CN={host}",
                    "-addext",
                    f"subjectAltName={_alternative_name(host)}",
                    "-addext",
                    "basicConstraints=critical,CA:FALSE",
                    *signing,
                )
        return certificate, key

    def _ca_settings(self):
        settings, index = self.directory / "ca.cnf", self.directory / "index.txt"
        index.write_text("")
        settings.write_text(
            f"[ca]\ndefault_ca=rig\n[rig]\ndatabase={index}\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n"
            f"certificate={self.ca}\nprivate_key={self._ca_key}\nnew_certs_dir={self.directory}\n"
            "unique_subject=no\ncopy_extensions=copy\n[any]\ncommonName=supplied\n"
        )
        return settings


def _alternative_name(host):
    is_address = ":" in host or host.replace(".", "").isdigit()
    return f"IP:{host}" if is_address else f"DNS:{host}"
