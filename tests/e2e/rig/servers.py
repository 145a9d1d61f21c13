# SPDX-License-Identifier: Apache-2.0
"""Packaged HTTP servers on the host's loopback, each saying what it understood of a request.

Those that are proxies by trade pass on to a backend of ours, which keeps what arrives, and add the field X-Understood
with their own reading of method, path and host. The others are small programs that keep the same.
"""

import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from . import origins, wire

NOBODY = 65534
TABLE = []  # of _Kind, in the order they were declared
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class _Kind:
    def __init__(self, name, program, configure):
        self.name, self.program, self.configure = name, program, configure

    def path(self):
        return shutil.which(self.program, path=PATH)


def _server(name, program=None):
    """Makes a function a kind of server: it writes what the server needs and returns its command."""

    def add(function):
        TABLE.append(_Kind(name, program or name, function))
        return function

    return add


class Place:
    """Where one server works: its directory, the port it listens on, the port of its backend."""

    def __init__(self, directory, port, backend):
        self.directory, self.port, self.backend = directory, port, backend

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        return str(path)

    def fill(self, text):
        """A configuration with @port@, @backend@ and @dir@ in it."""
        for mark, value in [
            ("@port@", self.port),
            ("@backend@", self.backend),
            ("@dir@", self.directory),
        ]:
            text = text.replace(mark, str(value))
        return text


@_server("nginx")
def _nginx(place):
    return [
        "nginx",
        "-p",
        str(place.directory),
        "-e",
        "stderr",
        "-c",
        place.write(
            "nginx.conf",
            place.fill("""
daemon off;
master_process off;
pid @dir@/pid;
events {}
http {
  access_log off;
  client_body_temp_path @dir@/body;
  proxy_temp_path @dir@/proxy;
  fastcgi_temp_path @dir@/fastcgi;
  uwsgi_temp_path @dir@/uwsgi;
  scgi_temp_path @dir@/scgi;
  server {
    listen 127.0.0.1:@port@;
    location / {
      proxy_pass http://127.0.0.1:@backend@;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Understood "$request_method $uri $host";
    }
  }
}
"""),
        ),
    ]


@_server("apache2")
def _apache2(place):
    modules = ["mpm_event", "authz_core", "headers", "proxy", "proxy_http"]
    loads = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in modules
    )
    return [
        "apache2",
        "-DFOREGROUND",
        "-f",
        place.write(
            "apache2.conf",
            loads
            + place.fill("""
ServerRoot @dir@
ServerName localhost
DefaultRuntimeDir @dir@
PidFile @dir@/pid
Mutex file:@dir@
ErrorLog @dir@/output
Listen 127.0.0.1:@port@
StartServers 1
ThreadsPerChild 32
MaxRequestWorkers 32
AllowEncodedSlashes NoDecode
ProxyRequests Off
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:@backend@/ nocanon
RequestHeader set X-Understood "expr=%{REQUEST_METHOD} %{REQUEST_URI} %{HTTP_HOST}"
"""),
        ),
    ]


@_server("haproxy")
def _haproxy(place):
    return [
        "haproxy",
        "-db",
        "-f",
        place.write(
            "haproxy.cfg",
            place.fill("""
global
  maxconn 200
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend here
  bind 127.0.0.1:@port@
  http-request set-header X-Understood "%[method] %[path] %[req.hdr(host)]"
  default_backend there
backend there
  server one 127.0.0.1:@backend@
"""),
        ),
    ]


@_server("lighttpd")
def _lighttpd(place):
    return [
        "lighttpd",
        "-D",
        "-f",
        place.write(
            "lighttpd.conf",
            place.fill("""
server.modules = ("mod_proxy")
server.document-root = "@dir@"
server.bind = "127.0.0.1"
server.port = @port@
server.upload-dirs = ("@dir@")
proxy.server = ("" => (("host" => "127.0.0.1", "port" => @backend@)))
"""),
        ),
    ]


@_server("h2o")
def _h2o(place):
    return [
        "h2o",
        "-c",
        place.write(
            "h2o.conf",
            place.fill("""
num-threads: 1
temp-buffer-path: "@dir@"
proxy.preserve-host: ON
listen:
  host: 127.0.0.1
  port: @port@
hosts:
  default:
    paths:
      "/":
        proxy.reverse.url: "http://127.0.0.1:@backend@/"
"""),
        ),
    ]


@_server("varnish", "varnishd")
def _varnish(place):
    return [
        "varnishd",
        "-F",
        "-j",
        "none",
        "-n",
        str(place.directory / "state"),
        "-a",
        f"127.0.0.1:{place.port}",
        "-s",
        "malloc,16m",
        "-p",
        "thread_pools=1",
        "-p",
        "thread_pool_min=20",
        "-f",
        place.write(
            "default.vcl",
            place.fill("""
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "@backend@"; }
sub vcl_recv {
  set req.http.X-Understood = req.method + " " + req.url + " " + req.http.host;
  return (pass);
}
sub vcl_backend_fetch {
  return (fetch); # the usual rules would take the body off a GET
}
"""),
        ),
    ]


@_server("squid")
def _squid(place):
    return [
        "squid",
        "-N",
        "-d1",
        "-n",
        f"lazaret{place.port}",  # names its shared memory: another squid's is not ours to use
        "-f",
        place.write(
            "squid.conf",
            place.fill("""
http_port 127.0.0.1:@port@ accel defaultsite=squid.test vhost
cache_peer 127.0.0.1 parent @backend@ 0 no-query no-digest originserver no-netdb-exchange
never_direct allow all
http_access allow all
cache deny all
cache_mem 1 MB
pid_filename none
coredump_dir @dir@
cache_log /dev/null
access_log none
mime_table /usr/share/squid/mime.conf
icon_directory /usr/share/squid/icons
error_directory /usr/share/squid/errors/templates
pinger_enable off
netdb_filename none
shutdown_lifetime 0 seconds
max_filedescriptors 1024
"""),
        ),
    ]


@_server("caddy")
def _caddy(place):
    return [
        "caddy",
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        place.write(
            "Caddyfile",
            place.fill("""
{
  admin off
  auto_https off
}
http://:@port@ {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:@backend@ {
    header_up X-Understood "{method} {path} {host}"
  }
}
"""),
        ),
    ]


# The two below are no proxies: what they understood goes to the backend as a request of its own, made of nothing but
# what the library gave them.

@_server("node")
def _node(place):
    return [
        "node",
        place.write(
            "server.js",
            place.fill("""
const http = require('http');
const agent = new http.Agent({keepAlive: true});
http.createServer((request, response) => {
  let size = 0;
  request.on('data', data => { size += data.length; });
  request.on('end', () => {
    const seen = {
      method: request.method, target: request.url, host: request.headers.host || '', size,
      fields: request.rawHeaders, trailers: request.rawTrailers,
    };
    const told = JSON.stringify(seen);
    const note = http.request({agent, port: @backend@, host: '127.0.0.1', method: 'POST', path: '/seen',
      headers: {'X-Note': '1', 'Content-Length': Buffer.byteLength(told)}}, answer => {
        answer.resume();
        answer.on('end', () => response.end(told));
      });
    note.end(told);
  });
}).listen(@port@, '127.0.0.1');
"""),
        ),
    ]


@_server("python", "python3")
def _python(place):
    # http.server leaves bodies to the program: this one reads those with a length, and refuses chunked ones.
    return [
        "/usr/bin/python3",
        place.write(
            "server.py",
            place.fill("""
import http.client, http.server, json, urllib.parse
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def answer(self):
        if "transfer-encoding" in self.headers:
            self.close_connection = True
            return self.send_error(501)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        seen = {"method": self.command, "target": self.path, "host": self.headers.get("host", ""),
                "size": len(body), "fields": [w for pair in self.headers.items() for w in pair], "trailers": []}
        told = json.dumps(seen).encode()
        note = http.client.HTTPConnection("127.0.0.1", @backend@)
        note.request("POST", "/seen", told, {"X-Note": "1"})
        note.getresponse().read()
        note.close()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told)
    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)
http.server.ThreadingHTTPServer(("127.0.0.1", @port@), Handler).serve_forever()
"""),
        ),
    ]


class Seen:
    """One request as a server understood it."""

    def __init__(self, method, target, host, size, fields, trailers, own=""):
        self.method, self.target, self.host, self.size = method, target, host, size
        self.fields, self.trailers = fields, trailers
        self.own = own  # "method path host", in the server's own words

    def field(self, name):
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    def __repr__(self):
        return f"{self.method} {self.target} {self.host} with {self.size} bytes"


def _pairs(flat):
    return list(zip(flat[::2], flat[1::2], strict=True))


class Server:
    """A running server of one kind: in clear, and behind an end of TLS that passes on every byte."""

    def __init__(self, kind, certificate):
        self.name = kind.name
        self.host = f"{kind.name}.test"
        self._lock = threading.Lock()
        self._seen = []
        self._backend = origins.HttpOrigin(self._keep)
        self._directory = pathlib.Path(tempfile.mkdtemp(prefix=f"lazaret-{kind.name}-"))
        self.port = _free_port()
        self._tls = origins.RawOrigin(lambda sock, _: _join(sock, self.port), certificate)
        self.tls_port = self._tls.port
        command = kind.configure(Place(self._directory, self.port, self._backend.port))
        self._log = open(self._directory / "output", "ab")
        identity = {}
        if os.geteuid() == 0:  # none of them needs it, and some refuse it
            for path in [self._directory, *self._directory.iterdir()]:
                os.chown(path, NOBODY, NOBODY)
            identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self._process = subprocess.Popen(
            [shutil.which(command[0], path=PATH), *command[1:]],
            cwd=self._directory,
            env={"PATH": PATH, "HOME": str(self._directory), "LANG": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **identity,
        )

    def _keep(self, request):
        if request.header("X-Note"):
            told = json.loads(request.body)
            seen = Seen(
                told["method"],
                told["target"],
                told["host"],
                told["size"],
                _pairs(told["fields"]),
                _pairs(told["trailers"]),
            )
        else:
            seen = Seen(
                request.method,
                request.target,
                request.header("host", ""),
                len(request.body),
                request.fields,
                request.trailers,
                request.header("X-Understood", ""),
            )
        with self._lock:
            self._seen.append(seen)
        close = "close" in request.header("connection", "").lower()
        return wire.Response(fields=[("Content-Type", "text/plain")], body=b"seen", close=close)

    def wait_until_ready(self, seconds):
        """Waits for the port to be there; what went wrong when it does not come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return None
            except OSError:
                time.sleep(0.05)
        said = (self._directory / "output").read_text(errors="replace")[-1500:]
        return f"{self.name} did not start: {said}"

    def seen(self):
        with self._lock:
            return list(self._seen)

    def close(self):
        """Ends the server and everything it has started."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, sign)
                self._process.wait(3)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        self._tls.close()
        self._backend.close()
        self._log.close()
        shutil.rmtree(self._directory, ignore_errors=True)


def _join(tls, port):
    """Until one side ends."""
    with socket.create_connection(("127.0.0.1", port)) as plain:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            ready = [tls] if tls.pending() else select.select([tls, plain], [], [])[0]
            for sock in ready:
                if not (came := sock.recv(65536)):
                    return
                (plain if sock is tls else tls).sendall(came)


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
