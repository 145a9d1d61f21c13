# SPDX-License-Identifier: Apache-2.0
"""Servers that ask for a client certificate: the gateway shows one, the program has none."""

import secrets
import ssl
import subprocess
import threading

from rig import check, http2, origins, wire
from rig.runner import test


class Client:
    """A certificate for clients with its key, and the authority that servers know it by."""

    def __init__(self, box, name="agent"):
        self.directory = box.root / f"client-{name}-{secrets.token_hex(4)}"
        self.directory.mkdir(mode=0o700)
        self.ca, self.certificate, self.key = (
            self.directory / file for file in ("ca.crt", "client.crt", "client.key")
        )
        self._openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=clients "
            "-keyout ca.key -out ca.crt"
        )
        self._openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 "
            f"-subj /CN={name} -addext basicConstraints=critical,CA:FALSE -CA ca.crt -CAkey ca.key "
            "-keyout client.key -out client.crt"
        )

    def _openssl(self, arguments):
        subprocess.run(
            ["openssl", *arguments.split()], cwd=self.directory, check=True, capture_output=True
        )

    def encrypt(self, passphrase):
        self._openssl(f"pkcs8 -topk8 -in client.key -out client.enc -passout pass:{passphrase}")
        self.key = self.directory / "client.enc"

    def expire(self):
        request = "req -new -key client.key -out client.csr -subj /CN=agent"
        self._openssl(request)
        (self.directory / "index.txt").write_text("")
        (self.directory / "ca.cnf").write_text(
            "[ca]\ndefault_ca=it\n[it]\ndatabase=index.txt\nrand_serial=yes\ndefault_md=sha256\n"
            "policy=any\ncertificate=ca.crt\nprivate_key=ca.key\nnew_certs_dir=.\n[any]\n"
            "commonName=supplied\n"
        )
        self._openssl(
            "ca -batch -notext -config ca.cnf -in client.csr -out client.crt "
            "-startdate 20000101000000Z -enddate 20010101000000Z"
        )


def credential(client, keys="", name="bank", host="api.test"):
    return (
        f'[proxy.credentials.{name}]\nenabled = true\ntype = "mtls"\nhost = "{host}"\n'
        f'certificate = {{ file = "{client.certificate}" }}\nsource = {{ file = "{client.key}" }}\n{keys}\n'
    )


def asking_origin(box, client, host="api.test", demand=ssl.CERT_REQUIRED, version=None):
    """An origin that asks for a certificate, and says whose it saw."""
    names = {}

    def whose(sock):
        peer = sock.getpeercert()
        return dict(pair[0] for pair in peer["subject"])["commonName"] if peer else "nobody"

    class Asking(origins.HttpOrigin):
        def _serve_http(self, sock):
            names[threading.get_ident()] = whose(sock)
            super()._serve_http(sock)

    def answer(_request):
        return wire.Response(body=names[threading.get_ident()].encode())

    made = Asking(answer, box.rig.pki.leaf(host))
    made._tls.load_verify_locations(client.ca)
    made._tls.verify_mode = demand
    if version:
        made._tls.maximum_version = version
    return box.reach(made, host, 443)


@test(tags=["quick"])
def a_server_that_demands_a_certificate_gets_it_and_the_program_has_none(box):
    client = Client(box)
    asking_origin(box, client)
    box.configure(credential(client))
    ran = box.curl("https://api.test/", "https://api.test/again").expect()
    check.equal(ran.out, "agentagent")
    box.record("record", lambda record: record["injected"] == ["bank"])
    key = client.key.read_bytes().splitlines()[1]
    check.lacks(box.everything_logged(), key)
    explained = box.lazaret("policy", "explain", *box.flags, "--json", "GET", "https://api.test/")
    check.equal(explained.json()["inject"], ["bank"])
    check.equal(explained.json()["injected_at"], ["tls:client-certificate"])


@test
def tls_1_2_asks_in_its_own_way(box):
    client = Client(box)
    asking_origin(box, client, version=ssl.TLSVersion.TLSv1_2)
    box.configure(credential(client))
    check.equal(box.curl("https://api.test/").expect().out, "agent")


@test
def other_hosts_paths_and_methods_are_shown_nothing(box):
    client = Client(box)
    asking_origin(box, client, demand=ssl.CERT_OPTIONAL)
    asking_origin(box, client, "other.test", demand=ssl.CERT_OPTIONAL)
    box.configure(credential(client, 'paths = ["/mine/**"]\nmethods = ["GET"]'))
    ran = box.shell(
        "for i in 1 2 3; do curl -sS https://api.test/mine/a https://api.test/other"
        " https://other.test/mine/a; curl -sS -X POST https://api.test/mine/a; echo; done"
    ).expect()
    check.equal(ran.out.split(), ["agentnobodynobodynobody"] * 3)


@test
def one_client_connection_of_http2_still_has_two_kinds_upstream(box):
    client = Client(box)
    asking_origin(box, client, demand=ssl.CERT_OPTIONAL)
    box.configure(credential(client, 'paths = ["/mine"]'))
    urls = [f"https://api.test/{path}" for path in ("mine", "other", "mine", "other")]
    ran = box.curl("--http2", "-w", " %{num_connects}\n", *urls).expect()
    check.equal(ran.out.split(), ["agent", "1", "nobody", "0", "agent", "0", "nobody", "0"])


@test
def servers_of_http2_are_shown_it_too(box):
    client = Client(box)
    box.configure(credential(client))
    origin = http2.origin(box, "api.test", client_ca=str(client.ca))
    box.curl("--http2", "https://api.test/").expect()
    check.equal(origin.wait_for("request")["client"], "agent")


@test
def a_header_and_a_certificate_go_together(box):
    client = Client(box)
    api = asking_origin(box, client)
    box.configure(
        credential(client)
        + '[proxy.credentials.token]\nenabled = true\ntype = "bearer"\nhost = "api.test"\n'
        'source = { value = "canary-token" }\n'
    )
    check.equal(box.curl("https://api.test/").expect().out, "agent")
    check.equal(api.requests[-1].headers("Authorization"), ["Bearer canary-token"])
    box.record("record", lambda record: record["injected"] == ["bank", "token"])


@test
def an_encrypted_key_is_opened_with_its_passphrase(box):
    client = Client(box)
    client.encrypt("open-sesame")
    asking_origin(box, client)
    box.configure(credential(client, 'passphrase = { env = "PASS" }'))
    check.equal(box.curl("https://api.test/", env={"PASS": "open-sesame"}).expect().out, "agent")
    ran = box.curl("https://api.test/", env={"PASS": "wrong"}).expect(125)
    check.contains(ran.err, "the passphrase does not open the private key")


@test
def what_is_wrong_with_a_certificate_is_told_at_the_start_and_by_the_doctor(box):
    client, other = Client(box), Client(box, "other")
    client.key = other.key
    box.configure(credential(client))
    ran = box.run("true").expect(125)
    check.contains(ran.err, "credential `bank`: the private key belongs to none of the certificates")
    doctor = box.lazaret("doctor", "--json").json()
    check.any_match(
        doctor,
        lambda each: each["check"] == "credentials" and "belongs to none" in each["detail"],
        "what the doctor says",
    )


@test
def a_certificate_that_has_expired_is_told_at_the_start_and_by_the_doctor(box):
    client = Client(box)
    client.expire()
    box.configure(credential(client))
    ran = box.run("true").expect()
    check.contains(ran.err, "credential `bank`: its certificate expired on 2001-01-01")
    check.contains(box.lazaret("doctor").out, "CN=agent expired on 2001-01-01")


@test
def a_certificate_that_is_renewed_is_used_from_the_next_connection_on(box):
    client, renewed = Client(box), Client(box, "renewed")
    both = origins_that_know(box, client, renewed)
    pem = box.root / "client.pem"
    pem.write_bytes(client.certificate.read_bytes() + client.key.read_bytes())
    pem.chmod(0o600)
    box.configure(
        '[proxy.credentials.bank]\nenabled = true\ntype = "mtls"\nhost = "api.test"\n'
        f'source = {{ file = "{pem}" }}\n'
    )
    ran = box.start_lazaret(
        *box.command_line(
            ["bash", "-c", "curl -sS https://api.test/; echo; read; sleep 1; curl -sS https://api.test/"]
        )
    )
    check.equal(ran.stdout.readline(), b"agent\n")
    fresh = box.root / "fresh.pem"
    fresh.write_bytes(renewed.certificate.read_bytes() + renewed.key.read_bytes())
    fresh.chmod(0o600)
    fresh.rename(pem)
    out, _ = ran.communicate(b"\n", 20 * box.rig.patience)
    check.equal(out, b"renewed")
    check.equal(both.connections, 2)


def origins_that_know(box, client, *others):
    with client.ca.open("ab") as ca:
        for other in others:
            ca.write(other.ca.read_bytes())
    return asking_origin(box, client)


@test
def a_server_that_demands_a_certificate_that_nobody_has_is_told_apart(box):
    client = Client(box)
    asking_origin(box, client)
    for version, code in (("", 502), ("--tls-max 1.2", 502)):
        ran = box.shell(f"curl -sS {version} -w ' %{{http_code}}' https://api.test/")
        check.contains(ran.out, str(code))
        check.contains(ran.out, "certificate")
