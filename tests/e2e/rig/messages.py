# SPDX-License-Identifier: Apache-2.0
"""Requests that servers have been known to understand in different ways.

@HOST@ stands for the name of the server a message is sent to, @CASE@ for the number of the row. Every request carries
its number in X-Case, also one that hides inside another: what a server understood is told apart by it.
"""

import dataclasses

from . import raw_http2

NEVER = "must-not-arrive"  # a value that no server may see in a field or in a trailer


@dataclasses.dataclass
class Message:
    title: str
    bytes: str
    requests: int  # that pass; 0: lazaret refuses the message
    way: str = "plain"
    folds: bool = False  # its path has parts that some servers take out or decode
    breaks: bool = False  # its head is good and has been passed on when the body breaks

    def to(self, host, number):
        return self.bytes.replace("@HOST@", host).replace("@CASE@", str(number))


MESSAGES = []


def refused(title, text, **more):
    MESSAGES.append(Message(title, text, 0, **more))


def passed(title, text, requests=1, **more):
    MESSAGES.append(Message(title, text, requests, **more))


def visible(text):
    return "".join(c if " " <= c < "\x7f" else f"\\x{ord(c):02x}" for c in text)


def request(fields="", body="", line="POST /first HTTP/1.1", host="Host: @HOST@\r\n", last=""):
    return f"{line}\r\n{host}X-Case: @CASE@\r\n{fields}\r\n{body}{last}"


def get(path="/first", fields="", **more):
    return request(fields, line=f"GET {path} HTTP/1.1", **more)


def chunked(body, fields="", coding="Transfer-Encoding: chunked\r\n", **more):
    return request(coding + fields, body, **more)


HIDDEN = "GET /hidden HTTP/1.1\r\nHost: @HOST@\r\nX-Case: @CASE@\r\nX-Hidden: 1\r\n\r\n"
EMPTY = "0\r\n\r\n"
LENGTH = "Content-Length: 5\r\n"
CODED = "Transfer-Encoding: chunked\r\n"

# --- lengths ---------------------------------------------------------------------------------------

refused("a length, then a coding", request(LENGTH + CODED, EMPTY + HIDDEN))
refused("a coding, then a length", request(CODED + LENGTH, EMPTY + HIDDEN))
refused("a length of 0 and a coding", request("Content-Length: 0\r\n" + CODED, EMPTY + HIDDEN))
refused("two lengths that differ", request("Content-Length: 0\r\n" + LENGTH, HIDDEN))
refused("the same length twice", request(LENGTH + LENGTH, "hello"))
refused("a list of lengths", request("Content-Length: 5, 5\r\n", "hello"))
refused("a list of lengths that differ", request("Content-Length: 0, 5\r\n", HIDDEN))
refused("a length with plus", request("Content-Length: +5\r\n", "hello" + HIDDEN))
refused("a negative length", request("Content-Length: -1\r\n", HIDDEN))
refused("a hexadecimal length", request("Content-Length: 0x5\r\n", "hello" + HIDDEN))
refused("a length with a blank inside", request("Content-Length: 1 0\r\n", HIDDEN))
refused("a length in quotes", request('Content-Length: "5"\r\n', "hello" + HIDDEN))
refused("a length with a fraction", request("Content-Length: 5.0\r\n", "hello" + HIDDEN))
refused("a length beyond 64 bits", request("Content-Length: 18446744073709551621\r\n", "hello"))
refused("a length beyond 63 bits", request("Content-Length: 9223372036854775808\r\n", "hello"))
refused("an empty length", request("Content-Length:\r\n", HIDDEN))
passed("a length with leading zeros", request("Content-Length: 0005\r\n", "hello"))
passed("a length that looks octal", request("Content-Length: 010\r\n", "helloworld"))
passed("a length between blanks", request("Content-Length: \t 5 \t\r\n", "hello"))
passed("a length of 0", request("Content-Length: 0\r\n"))
passed("no length at all", request())
passed(
    "a body that is a request",
    request("Content-Length: 38\r\n", "GET /hidden HTTP/1.1\r\nHost: a.test\r\n\r\n"),
)

# --- transfer codings ------------------------------------------------------------------------------

for coding in (
    "xchunked",
    "identity",
    "gzip",
    "gzip, chunked",
    "chunked, identity",
    "identity, chunked",
    "chunked, chunked",
    ", chunked",
    "chunked,",
    '"chunked"',
    "chunked;q=1",
    "\x0bchunked",
    "chunked\x0b",
    "\xa0chunked",
    "\x85chunked",
    "Chunked",
    "CHUNKED",
):
    refused(
        f"Transfer-Encoding: `{visible(coding)}`",
        request(f"Transfer-Encoding: {coding}\r\n", EMPTY + HIDDEN),
    )
refused("an empty Transfer-Encoding", request("Transfer-Encoding:\r\n", EMPTY + HIDDEN))
refused("two fields of codings", request("Transfer-Encoding: identity\r\n" + CODED, EMPTY + HIDDEN))
refused("the coding twice", request(CODED + CODED, EMPTY + HIDDEN))
refused("a coding in HTTP/1.0", chunked(EMPTY + HIDDEN, line="POST /first HTTP/1.0"))
refused("a folded coding", request("Transfer-Encoding:\r\n chunked\r\n", EMPTY + HIDDEN))
refused("a blank after the coding's name", request("Transfer-Encoding : chunked\r\n", EMPTY))
refused("a tab after the coding's name", request("Transfer-Encoding\t: chunked\r\n", EMPTY))
refused("a NUL in the coding's name", request("Transfer-\0Encoding: chunked\r\n", EMPTY))
passed("a coding between blanks", chunked(EMPTY, coding="transfer-encoding:\t chunked \r\n"))
passed("a coding with underscore", request("Transfer_Encoding: chunked\r\nX: y\r\n"))
passed("a length with underscore", request("Content_Length: 5\r\nX: y\r\n"))

# --- chunks ----------------------------------------------------------------------------------------

passed("chunks", chunked("5\r\nhello\r\n3\r\n!!!\r\n" + EMPTY))
passed("a chunk size in capitals", chunked("A\r\nhelloworld\r\n" + EMPTY))
passed("a chunk size in small letters", chunked("a\r\nhelloworld\r\n" + EMPTY))
passed("a chunk size with zeros", chunked("0005\r\nhello\r\n000\r\n\r\n"))
passed("a chunk extension", chunked("5;a=b\r\nhello\r\n" + EMPTY))
passed("a quoted chunk extension", chunked('5;a="b;c"\r\nhello\r\n0;x\r\n\r\n'))
passed("chunks that look like a request", chunked(f"{5:x}\r\nGET /\r\n" + EMPTY))
for what, body in {
    "a chunk size with many zeros": "0" * 40 + "5\r\nhello\r\n" + EMPTY,
    "a chunk size with plus": "+5\r\nhello\r\n" + EMPTY,
    "a chunk size with minus": "-1\r\nhello\r\n" + EMPTY,
    "a chunk size with 0x": "0x5\r\nhello\r\n" + EMPTY,
    "a chunk size with underscore": "1_0\r\nhello hello hell\r\n" + EMPTY,
    "a chunk size beyond 64 bits": "10000000000000005\r\nhello\r\n" + EMPTY,
    "a chunk size of 64 bits": "FFFFFFFFFFFFFFFF\r\nhello\r\n" + EMPTY,
    "an empty chunk size": "\r\nhello\r\n" + EMPTY,
    "a blank before a chunk size": " 5\r\nhello\r\n" + EMPTY,
    "a blank after a chunk size": "5 \r\nhello\r\n" + EMPTY,
    "a tab after a chunk size": "5\t\r\nhello\r\n" + EMPTY,
    "an LF after a chunk size": "5\nhello\r\n" + EMPTY,
    "a CR after a chunk size": "5\rhello\r\n" + EMPTY,
    "an LF in a chunk extension": "5;a\nhello\r\n" + EMPTY,
    "a CR in a chunk extension": "5;a\rb\r\nhello\r\n" + EMPTY,
    "a NUL in a chunk extension": "5;a\0\r\nhello\r\n" + EMPTY,
    "a long chunk extension": "5;" + "a" * 20000 + "\r\nhello\r\n" + EMPTY,
    "a chunk longer than its size": "5\r\nhello!\r\n" + EMPTY,
    "a chunk shorter than its size": "5\r\nhell\r\n" + EMPTY,
    "a chunk that ends in LF": "5\r\nhello\n" + EMPTY,
    "a chunk that ends in two letters": "5\r\nhelloXX" + EMPTY,
    "a chunk that ends in nothing": "5\r\nhello" + EMPTY,
    "an LF at the end of chunks": "5\r\nhello\r\n0\n\n",
    "an LF as the last line": "5\r\nhello\r\n0\r\n\n",
    "a last chunk with sign": "5\r\nhello\r\n-0\r\n\r\n",
    "a trailer with a blank before the colon": "0\r\nX : y\r\n\r\n",
    "a folded trailer": "0\r\nX: y\r\n z\r\n\r\n",
    "a trailer without colon": "0\r\nX\r\n\r\n",
    "a bare LF in trailers": "0\r\nX: y\n\r\n",
    "a flood of trailers": "0\r\n" + "X: y\r\n" * 300 + "\r\n",
}.items():
    refused(what, chunked(body, last=HIDDEN), breaks=True)

# --- trailers --------------------------------------------------------------------------------------

passed("a trailer", chunked("5\r\nhello\r\n0\r\nX-Checksum: 1\r\n\r\n"))
for name in (
    "Content-Length",
    "Transfer-Encoding",
    "Host",
    "Authorization",
    "Cookie",
    "Connection",
    "Content-Type",
):
    passed(f"{name} as a trailer", chunked(f"5\r\nhello\r\n0\r\n{name}: {NEVER}\r\n\r\n"))

# --- line ends, blanks, control bytes --------------------------------------------------------------

refused(
    "an LF after the request line", "GET /first HTTP/1.1\nHost: @HOST@\r\nX-Case: @CASE@\r\n\r\n"
)
refused("an LF after a field", get(fields="X: y\nZ: z\r\n"))
refused(
    "an LF as the empty line",
    "GET /first HTTP/1.1\r\nHost: @HOST@\r\nX-Case: @CASE@\r\n\n" + HIDDEN,
)
refused("LF everywhere", "GET /first HTTP/1.1\nHost: @HOST@\nX-Case: @CASE@\n\n" + HIDDEN)
refused("a CR in a value", request("X: a\rContent-Length: 5\r\n", HIDDEN))
refused("a CR as a line end", "GET /first HTTP/1.1\rHost: @HOST@\rX-Case: @CASE@\r\r\r\n\r\n")
refused("CR CR LF", request("X: a\r\r\n", HIDDEN))
refused("a NUL in a value", get(fields="X: a\0b\r\n"))
refused("DEL in a value", get(fields="X: a\x7fb\r\n"))
refused("a vertical tab in a value", get(fields="X: a\x0bb\r\n"))
refused("a folded field", get(fields="X: a\r\n b\r\n"))
refused("a field folded by a tab", get(fields="X: a\r\n\tb\r\n"))
refused("a blank before the first field", get(host=" Host: @HOST@\r\nHost: @HOST@\r\n"))
refused("a blank before the colon", request("Content-Length : 5\r\n", "hello"))
refused("a field without colon", request("Content-Length\r\n"))
refused("a field without name", get(fields=": value\r\n"))
refused("a control byte in a name", get(fields="X\x01Y: z\r\n"))
refused("a byte beyond ASCII in a name", get(fields="X\xe9: z\r\n"))
refused("brackets in a name", get(fields="X[]: z\r\n"))
passed("bytes beyond ASCII in a value", get(fields="X: caf\xc3\xa9 \xff\r\n"))
passed("odd tokens in a name", get(fields="X!#$%&'*+.^_`|~: z\r\n"))
passed("an empty line first", "\r\n" + get("http://@HOST@/first"), way="proxy")
refused("two empty lines first", "\r\n\r\n" + get("http://@HOST@/first"), way="proxy")
passed("an empty line first, captured", "\r\n" + get())
refused("a blank first", " " + get())
refused("a head of 70 KiB", get(fields=f"X: {'x' * 70000}\r\n"))
refused("300 fields", get(fields="X: y\r\n" * 300))

# --- the request line ------------------------------------------------------------------------------

refused("tabs in the request line", request(line="GET\t/first\tHTTP/1.1"))
refused("two blanks in the request line", request(line="GET  /first HTTP/1.1"))
refused("a blank in the target", request(line="GET /first HTTP/1.1 HTTP/1.1"))
refused("a blank after the version", request(line="GET /first HTTP/1.1 "))
refused("HTTP/0.9 without a version", "GET /first\r\n\r\n")
for version in ("HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/1.10", "HTTP/01.1", "HTTP/1", "http/1.1"):
    refused(f"`{version}`", request(line=f"GET /first {version}"))
refused("a method with a control byte", request(line="GE\x01T /first HTTP/1.1"))
refused("a method in quotes", request(line='"GET" /first HTTP/1.1'))
refused("a method with a slash", request(line="GET/x /first HTTP/1.1"))
refused("a long method", request(line="G" * 100 + " /first HTTP/1.1"))
refused("TRACE", request(line="TRACE /first HTTP/1.1"))
refused("TRACK", request(line="track /first HTTP/1.1"))
refused("CONNECT inside a connection", request(line="CONNECT a.test:443 HTTP/1.1"))
refused("connect in small letters", request(line="connect /first HTTP/1.1"))
passed("a method in small letters", request(line="get /first HTTP/1.1"))
passed("a method nobody knows", request(line="FROB /first HTTP/1.1"))
passed("HEAD", request(line="HEAD /first HTTP/1.1"))
passed("DELETE with a body", request(LENGTH, "hello", line="DELETE /first HTTP/1.1"))
passed("GET with a body", request(LENGTH, "hello", line="GET /first HTTP/1.1"))
passed("HEAD with a body", request(LENGTH, "hello", line="HEAD /first HTTP/1.1"))
passed("GET with chunks", chunked("5\r\nhello\r\n" + EMPTY, line="GET /first HTTP/1.1"))

# --- targets ---------------------------------------------------------------------------------------

for path in (
    "/a/../b",
    "/a/./b",
    "/a/b/..",
    "/../../etc",
    "/a/%2e%2e/b",
    "/a/%2E./b",
    "/%61%62",
    "/a%5Cb",
    "/a;b=c/d",
    "/a%3Bb",
    "/a%20b",
    "/a%3fb",
    "/a%23b",
    "/a%25b",
    "/a%252e%252e/b",
    "/a?",
    "/a?b=c&d=%7e",
    "/a?b?c",
    "/?/../x",
    "/a?b=/../c",
    "/a+b",
    "/a:b@c",
    "/~a",
    "/a...b/.hidden",
    "/(a)!$&'*,=",
):
    passed(f"`{path}`", get(path))
for path in ("//a", "/a//b", "/a/", "/a//", "/a///../b", "/a%2Fb", "/a%2fb"):
    passed(f"`{path}`", get(path), folds=True)
for path in (
    "/a%00",
    "/a%zz",
    "/a%2",
    "/a%",
    "/a\\b",
    "/a/..%2fb",
    "/a/%2e%2e%2fb",
    "/a/..;/b",
    "/a/..%5cb",
    "/a#b",
    "/a\xe9",
    "/a\x01",
    "/a\0",
    "/a\x7f",
):
    refused(f"`{visible(path)}`", get(path))
refused("a target of 17 KiB", get("/" + "x" * 17000))
refused("a target without slash", get("first"))
refused("GET *", get("*"))
passed("OPTIONS *", request(line="OPTIONS * HTTP/1.1"), folds=True)
passed("the absolute form", get("http://@HOST@/first"))
passed("the absolute form in capitals", get("HTTP://@HOST@:80/first?x"))
passed("the absolute form without path", get("http://@HOST@"))
refused("the absolute form of another host", get("http://other.test/first"))
refused("the absolute form, Host of another", get("http://@HOST@/", host="Host: other.test\r\n"))
refused("the absolute form with a user", get("http://user@@HOST@/first"))
refused("the absolute form of another port", get("http://@HOST@:81/first"))
refused("https in clear", get("https://@HOST@/first"))
refused("the absolute form of a file", get("file:///etc/passwd"))
refused("the absolute form with a backslash", get("http://@HOST@\\@other.test/first"))

# --- hosts -----------------------------------------------------------------------------------------

refused("no Host", get(host=""))
refused("an empty Host", get(host="Host:\r\n"))
refused("Host twice", get(host="Host: @HOST@\r\nHost: @HOST@\r\n"))
refused("two Hosts", get(host="Host: @HOST@\r\nHost: other.test\r\n"))
refused("two Hosts in HTTP/1.0", request(line="GET /first HTTP/1.0", host="Host: a\r\nHost: b\r\n"))
refused("another Host", get(host="Host: other.test\r\n"))
refused("a Host with a user", get(host="Host: user@@HOST@\r\n"))
refused("a Host with a path", get(host="Host: @HOST@/x\r\n"))
refused("a Host with NUL", get(host="Host: @HOST@\0.other.test\r\n"))
refused("a Host with a list", get(host="Host: @HOST@, other.test\r\n"))
refused("a Host with another port", get(host="Host: @HOST@:81\r\n"))
refused("a Host with a bad port", get(host="Host: @HOST@:99999\r\n"))
refused("a Host with a port in letters", get(host="Host: @HOST@:http\r\n"))
refused("a Host with an empty port", get(host="Host: @HOST@:\r\n"))
refused("a Host with a blank inside", get(host="Host: @HOST@ other.test\r\n"))
refused("a Host with a blank before the colon", get(host="Host : @HOST@\r\n"))
passed("a Host with the port", get(host="Host: @HOST@:80\r\n"))
passed("a Host between blanks", get(host="hOST: \t@HOST@\t \r\n"))
passed("X-Forwarded-Host of another", get(fields="X-Forwarded-Host: other.test\r\n"))

# --- hop by hop ------------------------------------------------------------------------------------

passed("Connection nominates a field", get(fields=f"Connection: X-Hop\r\nX-Hop: {NEVER}\r\n"))
passed("Connection nominates Host", get(fields="Connection: Host, close\r\n"))
passed(
    "Connection nominates the length", request("Connection: Content-Length\r\n" + LENGTH, "hello")
)
passed(
    "Connection nominates the coding", chunked(EMPTY, fields="Connection: Transfer-Encoding\r\n")
)
passed("Connection nominates a cookie", get(fields="Cookie: a=b\r\nConnection: Cookie\r\n"))
passed(
    "fields of one hop", get(fields=f"Keep-Alive: {NEVER}\r\nTE: {NEVER}\r\nTrailer: {NEVER}\r\n")
)
passed("Proxy-Authorization", get(fields=f"Proxy-Authorization: {NEVER}\r\n"))
passed(
    "Upgrade: h2c",
    get(fields="Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        f"HTTP2-Settings: {NEVER}\r\n"),
)
passed(
    "Upgrade: h2c with a body",
    request("Connection: Upgrade\r\nUpgrade: h2c\r\n" + LENGTH, "hello"),
)
passed("Upgrade without Connection", get(fields=f"Upgrade: {NEVER}\r\n"))
passed("HTTP/1.1 in clear through CONNECT", get(), way="tunnel")
passed("the absolute form to the proxy", get("http://@HOST@/first"), way="proxy")
refused("the origin form to the proxy", get(), way="proxy")
refused(
    "CONNECT with a body",
    f"CONNECT @HOST@:80 HTTP/1.1\r\nHost: @HOST@:80\r\nContent-Length: 500\r\n\r\n{HIDDEN}",
    way="proxy",
)
refused(
    "CONNECT with early data",
    f"CONNECT @HOST@:80 HTTP/1.1\r\nHost: @HOST@:80\r\n\r\n{HIDDEN}",
    way="proxy",
)

# --- expectations ----------------------------------------------------------------------------------

passed("Expect: 100-continue", request("Expect: 100-continue\r\n" + LENGTH, "hello"))
passed("Expect: 100-continue without a body", get(fields="Expect: 100-continue\r\n"))
passed(
    "Expect in HTTP/1.0",
    request("Expect: 100-continue\r\n" + LENGTH, "hello", line="POST /x HTTP/1.0"),
)
refused("Expect of something else", request("Expect: 200-ok\r\n" + LENGTH, "hello"))
refused("Expect with a word before", request("Expect: y 100-continue\r\n" + LENGTH, "hello"))
refused("Expect of two things", request("Expect: 100-continue, x\r\n" + LENGTH, "hello"))
refused("Expect twice", request("Expect: 100-continue\r\n" * 2 + LENGTH, "hello"))

# --- one after the other ---------------------------------------------------------------------------

passed("two requests at once", get("/1") + get("/2"), 2)
passed("eight requests at once", "".join(get(f"/{number}") for number in range(8)), 8)
passed("a body, then a request", request(LENGTH, "hello") + get("/2"), 2)
passed("chunks, then a request", chunked("5\r\nhello\r\n" + EMPTY) + get("/2"), 2)
passed("trailers, then a request", chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n") + get("/2"), 2)
passed("an empty line between requests", request(LENGTH, "hello") + "\r\n" + get("/2"), 2)
passed("close, then a request", get("/1", fields="Connection: close\r\n") + HIDDEN)
passed("HTTP/1.0, then a request", request(line="GET /1 HTTP/1.0") + HIDDEN)
passed(
    "HTTP/1.0 kept alive",
    request("Connection: keep-alive\r\n", line="GET /1 HTTP/1.0") + get("/2"),
    2,
)
passed("HTTP/1.0 without Host", request(line="GET /1 HTTP/1.0", host=""))
passed("HTTP/1.0 with a length", request(LENGTH, "hello", line="POST /1 HTTP/1.0"))

# --- HTTP/2 ----------------------------------------------------------------------------------------
# The servers get what lazaret makes of it: HTTP/1.1.


class OfHttp2(Message):
    """Its `bytes` are frames: functions of what puts values for the marks, which count in the frames' lengths."""

    def to(self, host, number):
        def fill(text):
            return text.replace("@HOST@", host).replace("@CASE@", str(number))

        return raw_http2.opening() + "".join(frame(fill) for frame in self.bytes)


def refused2(title, *frames, **more):
    MESSAGES.append(OfHttp2(f"HTTP/2: {title}", frames, 0, way="http2", **more))


def passed2(title, *frames, requests=1, **more):
    MESSAGES.append(OfHttp2(f"HTTP/2: {title}", frames, requests, way="http2", **more))


def pseudo(method="POST", path="/first", scheme="https", authority="@HOST@"):
    fields = [
        (":method", method),
        (":scheme", scheme),
        (":authority", authority),
        (":path", path),
    ]
    return [(name, value) for name, value in fields if value is not None]


def head2(*fields, first=None, end=True, stream=1, pieces=1, **parts):
    """A head with the usual pseudo-fields, or others; `first` stands in their place."""
    whole = [*(pseudo(**parts) if first is None else first), ("x-case", "@CASE@"), *fields]
    return lambda fill: raw_http2.headers(
        [(fill(name), fill(value)) for name, value in whole], stream, end, pieces
    )


def get2(path="/first", *fields, **more):
    return head2(*fields, method="GET", path=path, **more)


def open2(*fields, **more):
    """A head that a body follows."""
    return head2(*fields, end=False, **more)


def data2(text, **more):
    return lambda fill: raw_http2.data(fill(text), **more)


def trailers2(*fields, end=True):
    return lambda _: raw_http2.headers(fields, end=end)


HELLO = data2("hello")

passed2("GET", get2())
passed2("HEAD", head2(method="HEAD"))
passed2("POST without a body", head2())
passed2("POST with an empty frame", open2(), data2(""))
passed2("a body without a length", open2(), HELLO)
passed2(
    "a body in three frames", open2(), data2("hel", end=False), data2("", end=False), data2("lo")
)
passed2("a body with padding", open2(), data2("hello", padding=20))
passed2("a body that is a request", open2(), data2(HIDDEN))
passed2("a body that is chunks", open2(), data2(EMPTY + HIDDEN))
passed2("a length that agrees", open2(("content-length", "5")), HELLO)
passed2("a length of 0", head2(("content-length", "0")))
passed2("GET with a body", open2(method="GET"), HELLO)
passed2("a head in three frames", get2(pieces=3))
passed2("two streams", get2("/1"), get2("/2", stream=3), requests=2)

refused2("a length without a body", head2(("content-length", "5")))
refused2("a length above the body", open2(("content-length", "9")), HELLO, breaks=True)
refused2("a length below the body", open2(("content-length", "3")), HELLO, breaks=True)
refused2("a length of 0 and a body", open2(("content-length", "0")), data2(HIDDEN), breaks=True)
for length in ("", "+5", "-1", "0x5", "5, 5", "5 5", "5\r\nX: y", "18446744073709551621"):
    refused2(f"a length of `{visible(length)}`", open2(("content-length", length)), HELLO)
refused2("the same length twice", open2(*[("content-length", "5")] * 2), HELLO)
refused2("two lengths", open2(("content-length", "0"), ("content-length", "5")), HELLO)
passed2("a length with underscore", head2(("content_length", "5")))

for name, value in (
    ("transfer-encoding", "chunked"),
    ("transfer-encoding", "identity"),
    ("connection", "x"),
    ("connection", "content-length"),
    ("keep-alive", "5"),
    ("proxy-connection", "close"),
    ("upgrade", "h2c"),
    ("http2-settings", ""),
    ("te", "gzip"),
    ("te", "trailers, chunked"),
    ("expect", "200-ok"),
):
    refused2(f"`{name}: {value}`", open2((name, value)), data2(EMPTY + HIDDEN))
passed2("`te: trailers`", open2(("te", "trailers")), HELLO)
passed2("Expect: 100-continue", open2(("expect", "100-continue")), HELLO)
passed2("Expect: 100-continue without a body", head2(("expect", "100-continue")))
passed2("Proxy-Authorization", get2("/first", ("proxy-authorization", NEVER)))
passed2("crumbs of a cookie", get2("/first", ("cookie", "a=b"), ("cookie", "c=d"), ("cookie", "")))

for value in ("a\r\nTransfer-Encoding: chunked", "a\nX: y", "a\rX: y", "a\0b", "a\x7f", " a", "a "):
    refused2(f"a value of `{visible(value)}`", open2(("x", value)), HELLO)
for name in (
    "x\r\nhost: a.test\r\ny",
    "x: y\r\ntransfer-encoding",
    "x y",
    "X",
    "x:",
    "",
    "x\0",
    "x\xe9",
):
    refused2(f"a name of `{visible(name)}`", open2((name, "chunked")), HELLO)

for path in (
    "/a HTTP/1.1\r\nHost: a.test\r\n\r\n",
    "/a\r\nx: y",
    "/a b",
    "/a\t",
    "/a\0",
    "/a#b",
    "a",
    "",
    "*",
    "https://@HOST@/first",
    "/a/..%2fb",
):
    refused2(f"a path of `{visible(path)}`", get2(path))
for path in ("/a/../b", "/a?b=/../c", "/a;b=c/d", "/a%20b", "/(a)!$&'*,="):
    passed2(f"a path of `{path}`", get2(path))
for path in ("//a", "/a%2Fb"):
    passed2(f"a path of `{path}`", get2(path), folds=True)
passed2("OPTIONS *", head2(method="OPTIONS", path="*"), folds=True)

for method in (
    "GET /x HTTP/1.1\r\nX: y\r\n\r\nGET",
    "GET /x",
    "GET ",
    "",
    "G\0T",
    "TRACE",
    "CONNECT",
):
    refused2(f"a method of `{visible(method)}`", head2(method=method))
for scheme in ("http", "https://a.test/?", "https\r\nX: y", "", "ftp"):
    refused2(f"a scheme of `{visible(scheme)}`", head2(scheme=scheme))
for host in (
    "other.test",
    "",
    "@HOST@/x",
    "@HOST@\r\nX: y",
    "a@@HOST@",
    "@HOST@:81",
    "@HOST@, a.test",
):
    refused2(f"an authority of `{visible(host)}`", head2(authority=host))
passed2("an authority with the port", head2(authority="@HOST@:443"))

for name in ("method", "scheme", "authority", "path"):
    refused2(f"no :{name}", head2(**{name: None}))
    twice = [*pseudo(), *[each for each in pseudo() if each[0] == f":{name}"]]
    refused2(f":{name} twice", head2(first=twice))
refused2("two authorities", head2(first=[*pseudo(), (":authority", "other.test")]))
refused2("two paths", head2(first=[*pseudo(), (":path", "/second")]))
refused2("a pseudo-field behind a field", head2((":path", "/second"), path=None))
refused2("a pseudo-field nobody knows", head2(first=[*pseudo(), (":host", "other.test")]))
refused2(":status in a request", head2(first=[*pseudo(), (":status", "200")]))
refused2(":protocol on a GET", get2(first=[*pseudo(method="GET"), (":protocol", "websocket")]))

passed2("the host in Host too", head2(("host", "@HOST@")))
passed2("the host in Host alone", head2(("host", "@HOST@"), authority=None))
refused2("another host in Host", head2(("host", "other.test")))
refused2("another host in Host alone", head2(("host", "other.test"), authority=None))
refused2("Host twice", head2(("host", "@HOST@"), ("host", "@HOST@")))
refused2("two Hosts", head2(("host", "@HOST@"), ("host", "other.test"), authority=None))

passed2("a trailer", open2(), data2("hello", end=False), trailers2(("x-checksum", "1")))
for name in ("authorization", "cookie", "content-type"):
    passed2(f"{name} as a trailer", open2(), data2("hello", end=False), trailers2((name, NEVER)))
for name, value in (
    ("content-length", NEVER),
    ("transfer-encoding", NEVER),
    ("connection", NEVER),
    (":path", "/second"),
    ("x", "a\r\nY: z"),
    ("x\r\n\r\nGET /hidden HTTP/1.1\r\nX-Hidden", "1"),
):
    refused2(
        f"`{visible(name)}` as a trailer",
        open2(),
        data2("hello", end=False),
        trailers2((name, value)),
        breaks=True,
    )
refused2(
    "trailers that do not end the stream",
    open2(),
    data2("hello", end=False),
    trailers2(("x", "y"), end=False),
    breaks=True,
)
