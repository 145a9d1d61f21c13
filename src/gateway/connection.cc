// SPDX-License-Identifier: Apache-2.0
#include "gateway/connection.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>

#include "base/encoding.h"
#include "base/text.h"
#include "gateway/connection_record.h"
#include "gateway/h1_client_stream.h"
#include "gateway/h2_client_stream.h"
#include "gateway/h2_connection.h"
#include "gateway/meant_host.h"
#include "http/h2_upgrade.h"
#include "http/likeness.h"
#include "http/target.h"
#include "http/write.h"
#include "net/offload.h"
#include "net/within.h"
#include "policy/normalise.h"
#include "tls/alpn.h"

namespace gateway {
namespace {

using net::asio::ip::tcp;

/// A Host without a port leaves that to the target.
bool names_another_place(const http::Request& request, const policy::Authority& target) {
  const auto field = request.fields.find("host");
  if (!field) return false;
  const auto host = policy::split_authority(*field);
  return !host || host->host != target.host || (host->port && host->port != target.port);
}

/// Until the authority has what it needs for leaves of this kind. The first who needs it has it
/// made, on another thread; the others look now and then.
net::Task<> prepare(const tls::Authority& authority, tls::KeyKind kind, net::Loop& loop) {
  constexpr std::chrono::milliseconds pace{10};
  constexpr int looks = 500;
  if (authority.is_prepared(kind)) co_return;
  if (auto work = authority.preparation(kind)) {
    auto done = co_await net::offload(std::move(work));
    static_cast<void>(done);  // without a thread, minting makes the key
    co_return;
  }
  net::asio::steady_timer pause(loop.context());
  for (int look = 0; look < looks && !authority.is_prepared(kind); ++look) {
    pause.expires_after(pace);
    co_await pause.async_wait(net::as_result);
  }
}

}  // namespace

Connection::Connection(
    const Shared& shared, Upstreams& upstreams, net::Loop& loop, tcp::socket socket)
    : shared_(shared),
      upstreams_(upstreams),
      loop_(loop),
      client_(std::make_shared<Wire>(std::move(socket), loop.deadlines())) {}

net::Task<> Connection::serve(tcp::endpoint destination) {
  arrival_.way = flow::Arrival::Way::transparent;
  arrival_.host = meant_host(shared_.names, destination.address());
  arrival_.port = destination.port();
  co_await serve_host();
}

net::Task<> Connection::serve_proxy() {
  arrival_.way = flow::Arrival::Way::proxy;
  const Served served = co_await serve_http();
  if (served == Served::connect) co_await serve_host();
}

/// The host is known; now what is spoken.
net::Task<> Connection::serve_host() {
  if (!is_of_the_web() && is_in_vain()) {
    refuse_in_vain();
    co_return;
  }
  if (may_be_greeted()) {
    co_await serve_first_speaker();
    co_return;
  }
  auto seen = co_await look();
  co_await serve_seen(std::move(seen), nullptr);
}

/// Who waits for a greeting needs the server; who begins with a request does not yet.
net::Task<> Connection::serve_first_speaker() {
  std::unique_ptr<RawRelay> dialled;
  const bool at_once = co_await speaks_at_once();
  if (!at_once) {
    dialled = raw_relay(policy::ConnectionKind::raw_tcp);
    const bool reached = co_await dialled->reach();
    if (!reached) co_return;
    const auto speaker = co_await dialled->first_speaker();
    if (speaker == FirstSpeaker::server) co_await dialled->run(FirstLook::Line::open);
    if (speaker != FirstSpeaker::client) co_return;
  }
  auto seen = co_await look();
  co_await serve_seen(std::move(seen), std::move(dialled));
}

net::Task<bool> Connection::speaks_at_once() {
  client_->stream.reads().never_expire();
  const auto readable =
      co_await net::within(shared_.limits.before_dial, client_->stream.wait_readable());
  co_return readable.has_value();
}

net::Task<FirstLook> Connection::look() {
  const auto raw = passes_raw() ? Raw::yes : Raw::no;
  const auto patience = is_in_vain() ? shared_.limits.server_first : shared_.limits.first_bytes;
  co_return co_await take_first_look(client_->stream, shared_.limits, raw, patience);
}

/// `dialled` is a way to the server, when one was needed before this was seen.
net::Task<> Connection::serve_seen(FirstLook seen, std::unique_ptr<RawRelay> dialled) {
  using Protocol = FirstLook::Protocol;
  // On a port that is not of the web silence may be that of another protocol: the rules say of it
  // what they say of all that is not read.
  const bool waits_for_server = seen.protocol == Protocol::silent && !is_web_port();
  if (seen.protocol == Protocol::other || waits_for_server) {
    co_await relay_raw(seen.line, std::move(dialled));
    co_return;
  }
  if (dialled) dialled->forget();
  dialled.reset();
  if (seen.refusal) {
    refuse_connection(std::move(seen.refusal->stage), std::move(seen.refusal->reason));
    co_return;
  }
  switch (seen.protocol) {
    case Protocol::tls:
      co_await serve_tls(std::move(seen));
      co_return;
    case Protocol::http:
      co_await serve_http();
      co_return;
    case Protocol::h2:
      co_await serve_h2();
      co_return;
    case Protocol::other:
    case Protocol::silent:
    case Protocol::gone:
      break;
  }
  refuse_connection("client", "nothing was sent");
}

void Connection::refuse_in_vain() {
  const auto rules = shared_.rules->get();
  const auto decision = policy::decide_connection(
      rules->policy(), arrival_.host, arrival_.port, policy::ConnectionKind::raw_tcp);
  refuse_connection("filter", decision.reason, &decision);
}

bool Connection::passes_unopened() const {
  return !shared_.intercept ||
         policy::passthrough(shared_.rules->get()->policy(), arrival_.host, arrival_.port);
}

std::unique_ptr<RawRelay> Connection::raw_relay(policy::ConnectionKind kind) {
  return std::make_unique<RawRelay>(shared_, upstreams_, loop_, client_, arrival_, kind);
}

net::Task<> Connection::relay_raw(FirstLook::Line line, std::unique_ptr<RawRelay> dialled) {
  if (!dialled) {
    dialled = raw_relay(policy::ConnectionKind::raw_tcp);
    const bool reached = co_await dialled->reach();
    if (!reached) co_return;
  }
  client_->stream.reads().never_expire();
  co_await dialled->run(line);
}

net::Task<> Connection::relay_unopened(std::string sni) {
  if (!sni.empty() && sni != arrival_.host) {
    refuse_connection("route", "TLS is for " + sni + " on a connection for " + arrival_.host);
    co_return;
  }
  const auto relay = raw_relay(policy::ConnectionKind::tunnel);
  const bool reached = co_await relay->reach();
  if (reached) co_await relay->run(FirstLook::Line::settled);
}

/// On the ports of the web the client speaks first, and a refusal can be told to it.
bool Connection::is_of_the_web() const {
  return arrival_.way == flow::Arrival::Way::proxy || is_web_port();
}

bool Connection::is_web_port() const {
  return arrival_.port == 443 || arrival_.port == 80 || arrival_.port == 8080 ||
         arrival_.port == 8443;
}

/// A rule lets pass whatever is spoken.
bool Connection::passes_raw() const {
  const auto rules = shared_.rules->get();
  return policy::decide_connection(
             rules->policy(), arrival_.host, arrival_.port, policy::ConnectionKind::raw_tcp)
             .action == policy::Action::allow;
}

bool Connection::may_be_greeted() const { return !is_web_port() && passes_raw(); }

bool Connection::is_in_vain() const {
  return !policy::could_allow(shared_.rules->get()->policy(), arrival_.host, arrival_.port);
}

net::Task<> Connection::serve_tls(FirstLook hello) {
  if (passes_unopened()) {
    co_await relay_unopened(std::move(hello.sni));
    co_return;
  }
  const bool opened = co_await open_tls(hello);
  if (!opened) co_return;
  if (tls::negotiated_protocol(client_->stream.ssl()) == "h2")
    co_await serve_h2();
  else
    co_await serve_http();
}

net::Task<bool> Connection::open_tls(const FirstLook& hello) {
  arrival_.tls = true;
  arrival_.sni = hello.sni;
  co_await prepare(shared_.leaves.authority(), hello.key, loop_);
  auto leaf = shared_.leaves.leaf_for(hello.sni.empty() ? arrival_.host : hello.sni, hello.key);
  if (!leaf) {
    refuse_connection("tls", leaf.error().message);
    co_return false;
  }
  auto session = shared_.server_tls.new_session(**leaf);
  if (!session) {
    refuse_connection("tls", session.error().message);
    co_return false;
  }
  const bool shaken = co_await shake_hands(*std::move(session), hello);
  if (!shaken) co_return false;
  const bool used = co_await is_used();
  co_return used;
}

net::Task<bool> Connection::shake_hands(tls::Ssl session, const FirstLook& hello) {
  client_->stream.reads().expire_after(shared_.limits.handshake);
  auto done = co_await client_->stream.handshake(net::SslHandle(session.release()));
  client_->stream.reads().never_expire();
  if (done) co_return true;
  const auto failure = tls::explain_client_failure();
  if (done.error().kind == base::ErrorKind::timeout)
    refuse_connection("tls", done.error().message);
  else if (!hello.offers_http)
    refuse_connection(
        "tls", explain_not_http(
                   "the program's TLS is for other protocols than HTTP (ALPN)", arrival_.host,
                   arrival_.port));
  else
    refuse_client(failure);
  co_return false;
}

/// Waits for the first bytes through TLS. A client may look at the certificate when the handshake
/// is over for us: what it says then, or that it goes at once, is about the certificate, too.
net::Task<bool> Connection::is_used() {
  constexpr std::chrono::seconds at_once{5};
  const auto opened = std::chrono::steady_clock::now();
  client_->stream.reads().expire_after(shared_.limits.first_bytes);
  auto ready = co_await client_->stream.wait_readable();
  base::Result<bool> more = false;
  if (ready) more = co_await client_->fill();
  client_->stream.reads().never_expire();
  if (more && *more) {
    shared_.distrust->accepted(arrival_.host, arrival_.port);
    co_return true;
  }
  const bool late = !ready || (!more && more.error().kind == base::ErrorKind::timeout);
  tls::ClientFailure failure{.kind = tls::ClientFailure::Kind::left};
  if (!late && !more) failure = tls::explain_client_failure();
  const bool soon = !late && std::chrono::steady_clock::now() - opened < at_once;
  if (failure.kind == tls::ClientFailure::Kind::left)
    failure.message = "it closed the connection at once, without a request";
  if (failure.kind == tls::ClientFailure::Kind::distrust || soon) {
    refuse_client(failure);
    co_return false;
  }
  tell_refusal(
      "client", explain_not_http(
                    late ? "the program opened TLS and said nothing, as who waits for a greeting"
                         : "the program opened TLS and left without a request",
                    arrival_.host, arrival_.port));
  co_await linger();
  co_return false;
}

void Connection::refuse_client(const tls::ClientFailure& failure) {
  using Kind = tls::ClientFailure::Kind;
  const auto& host = arrival_.host;
  const auto port = arrival_.port;
  if (failure.kind == Kind::other) {
    refuse_connection("tls", "no TLS with the program: " + failure.message);
    return;
  }
  if (failure.kind == Kind::distrust)
    shared_.distrust->rejected(host, port);
  else
    shared_.distrust->left(host, port);
  refuse_connection("tls", explain_distrust(failure.message, host, port));
}

net::Task<Connection::Served> Connection::serve_http() {
  auto patience = shared_.limits.first_bytes;
  for (bool is_first = true;; is_first = false) {
    auto head = co_await next_head(patience);
    patience = shared_.limits.keep_alive;
    if (!head) break;
    auto* wrong = std::get_if<http::Malformed>(&*head);
    if (is_first && arrival_.tls && wrong != nullptr) explain_other_protocol(*wrong);
    const auto* request = std::get_if<http::Complete<http::Request>>(&*head);
    const bool proxying = arrival_.way == flow::Arrival::Way::proxy && arrival_.host.empty();
    if (proxying && request != nullptr && request->message.method == "CONNECT") {
      const bool accepted = co_await accept_connect(request->message);
      if (accepted) co_return Served::connect;
      break;
    }
    if (auto upgraded = upgrade(request)) {
      co_await serve_upgraded(std::move(upgraded));
      co_return Served::closed;
    }
    const bool goes_on = co_await serve_one(std::move(*head));
    if (!goes_on) break;
  }
  co_await linger();
  co_return Served::closed;
}

/// One exchange; whether the next request may follow.
net::Task<bool> Connection::serve_one(http::Parsed<http::Request> head) {
  auto& deadlines = loop_.deadlines();
  if (auto* request = std::get_if<http::Complete<http::Request>>(&head)) {
    auto stream =
        std::make_shared<H1ClientStream>(client_, request->message, deadlines, shared_.limits);
    Exchange exchange(shared_, upstreams_, loop_, stream, arrival_);
    co_await exchange.run(std::move(request->message));
    co_return stream->may_go_on();
  }
  co_await refuse_head(std::get<http::Malformed>(std::move(head)));
  co_return false;
}

/// Who speaks something else through TLS cannot know that it is opened.
void Connection::explain_other_protocol(http::Malformed& why) const {
  http::FirstLine line;
  line.read(client_->in.view());
  if (line.likeness() == http::Likeness::yes || line.begins_like_a_method()) return;
  why.reason = explain_not_http(why.reason, arrival_.host, arrival_.port);
}

net::Task<> Connection::refuse_head(http::Malformed why) {
  auto stream = std::make_shared<H1ClientStream>(client_, loop_.deadlines(), shared_.limits);
  Exchange exchange(shared_, upstreams_, loop_, std::move(stream), arrival_);
  co_await exchange.refuse_head(std::move(why));
}

/// Each request is an exchange of its own, at the same time as others.
net::Task<> Connection::serve_h2() {
  co_await H2Connection::run(h2_connection(), shared_.limits.keep_alive);
}

std::shared_ptr<H2Connection> Connection::h2_connection() {
  auto begin = [&shared = shared_, &upstreams = upstreams_, &loop = loop_, arrival = arrival_](
                   std::shared_ptr<H2Stream> stream, http::Checked<http::Request> head) {
    loop.tasks().spawn(
        serve_stream(shared, upstreams, loop, arrival, std::move(stream), std::move(head)));
  };
  return std::make_shared<H2Connection>(
      H2Connection::Side::server, client_, loop_, shared_.limits, *shared_.h2_room,
      std::move(begin));
}

/// A connection of HTTP/2 that begins with a request which asks for that; null when it does not.
std::shared_ptr<H2Connection> Connection::upgrade(const http::Complete<http::Request>* request) {
  const bool may = request != nullptr && !arrival_.tls && !arrival_.host.empty();
  auto settings = may ? http::h2_settings_of(request->message) : std::nullopt;
  if (!settings) return nullptr;
  arrival_.upgraded = true;
  auto connection = h2_connection();
  if (connection->begin_with(*settings, request->message)) return connection;
  arrival_.upgraded = false;
  return nullptr;
}

net::Task<> Connection::serve_upgraded(std::shared_ptr<H2Connection> connection) {
  client_->stream.writes().expire_after(shared_.limits.upload_stall);
  auto written = co_await client_->stream.write(http::switching_to_h2);
  client_->stream.writes().never_expire();
  if (!written) client_->stream.reset();  // which ends the connection in the usual way
  co_await H2Connection::run(std::move(connection), shared_.limits.keep_alive);
}

net::Task<> Connection::serve_stream(
    const Shared& shared,
    Upstreams& upstreams,
    net::Loop& loop,
    flow::Arrival arrival,
    std::shared_ptr<H2Stream> stream,
    http::Checked<http::Request> head) {
  Exchange exchange(
      shared, upstreams, loop, std::make_shared<H2ClientStream>(std::move(stream)), arrival);
  if (head)
    co_await exchange.run(*std::move(head));
  else
    co_await exchange.refuse_head(std::move(head).error(), http::Version::http_2);
}

/// The next head, taken from the buffer, or what is wrong with it; nothing when the client has
/// ended.
net::Task<std::optional<http::Parsed<http::Request>>> Connection::next_head(
    std::chrono::milliseconds patience) {
  http::RequestParser parser(shared_.limits.http);
  auto& reads = client_->stream.reads();
  if (client_->in.empty()) {
    client_->in.release();
    reads.expire_after(patience);
    auto ready = co_await client_->stream.wait_readable();
    if (!ready) co_return std::nullopt;
  }
  reads.expire_after(shared_.limits.request_head);
  for (;;) {
    if (!client_->in.empty()) {
      auto parsed = parser.parse(client_->in.view());
      if (const auto* complete = std::get_if<http::Complete<http::Request>>(&parsed)) {
        client_->in.consume(complete->consumed);
        reads.never_expire();
        co_return std::move(parsed);
      }
      if (std::holds_alternative<http::Malformed>(parsed)) co_return std::move(parsed);
    }
    auto more = co_await client_->fill();
    if (!more && more.error().kind == base::ErrorKind::timeout && !client_->in.empty()) {
      co_return http::Parsed<http::Request>(
          http::Malformed{.status = 408, .reason = "the request's head took too long"});
    }
    if (!more || !*more) co_return std::nullopt;
  }
}

/// CONNECT to the explicit proxy: from here on the connection is for that host, and judged like a
/// captured one.
net::Task<bool> Connection::accept_connect(const http::Request& request) {
  auto authority = policy::split_authority(request.target);
  std::string problem;
  if (!client_->in.empty())  // bytes that TLS, which reads the descriptor, would never see
    problem = "data came before CONNECT was answered";
  else if (!authority || !authority->port)
    problem = "CONNECT needs a host and a port";
  else if (names_another_place(request, *authority))
    problem = "the Host field names another place than the target of CONNECT";
  if (!problem.empty()) {
    http::Malformed why{.status = 400, .reason = std::move(problem)};
    co_await refuse_head(std::move(why));
    co_return false;
  }
  arrival_.host = std::move(authority->host);
  arrival_.port = *authority->port;
  client_->in.release();
  client_->stream.writes().expire_after(shared_.limits.upload_stall);
  auto written = co_await client_->stream.write("HTTP/1.1 200 Connection established\r\n\r\n");
  client_->stream.writes().never_expire();
  co_return written.has_value();
}

/// Ends our side and waits a moment for the client's end: closing with unread bytes would destroy
/// the answer on its way.
net::Task<> Connection::linger() {
  client_->stream.close();
  client_->in.consume(client_->in.view().size());
  client_->stream.reads().expire_after(std::chrono::seconds(2));
  for (std::size_t dropped = 0; dropped < (1UL << 20U);) {
    auto more = co_await client_->fill();
    if (!more || !*more) break;
    dropped += client_->in.view().size();
    client_->in.consume(client_->in.view().size());
  }
}

void Connection::refuse_connection(
    std::string stage, std::string reason, const policy::Decision* decision) {
  tell_refusal(std::move(stage), std::move(reason), decision);
  client_->stream.reset();
}

void Connection::tell_refusal(
    std::string stage, std::string reason, const policy::Decision* decision) {
  ConnectionRecord record(shared_, "TCP", arrival_);
  if (decision != nullptr) record.decided(*decision);
  record.refused(std::move(stage), std::move(reason));
}

}  // namespace gateway
