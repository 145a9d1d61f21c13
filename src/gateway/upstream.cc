// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream.h"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>

#include "gateway/h1_server_stream.h"
#include "gateway/h2_server_stream.h"
#include "gateway/proxy_dial.h"
#include "net/dial.h"
#include "tls/alpn.h"
#include "tls/handshake_error.h"

namespace gateway {
namespace {

using net::asio::ip::tcp;
using Clock = net::Deadline::Clock;

std::string key_of(std::string_view host, std::uint16_t port, bool tls, const Identity& identity) {
  auto key = std::string(tls ? "s" : "c") + std::to_string(port) + ":" + std::string(host);
  return identity ? key + " " + identity->fingerprint() : key;
}

/// More servers take a WebSocket over HTTP/1.1 than over HTTP/2.
bool wants_h2(const flow::Flow& flow) {
  return flow.request.version == http::Version::http_2 && !flow.websocket && !flow.arrival.upgraded;
}

/// One host's connections count together, with and without TLS.
std::string place_of(std::string_view host, std::uint16_t port) {
  return std::string(host) + ":" + std::to_string(port);
}

}  // namespace

std::string text_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(endpoint.port());
}

std::string missed_by(const Upstream& upstream) {
  const auto* session = upstream.wire.stream.ssl();
  const bool missed = session != nullptr && tls::asked_in_vain(session);
  return missed ? "; it asked for a client certificate, and there is none for this request" : "";
}

Upstreams::Upstreams(net::Loop& loop, Outbound outbound)
    : loop_(loop),
      out_(outbound),
      router_(out_.resolver, out_.connect_to, out_.proxies, out_.limits),
      listening_(out_.gate.listen(
          [this](const std::string& place) { loop_.post([this, place] { drop_idle(place); }); })) {}

/// Announces that a connection is being made, to whom it may help; says so too when it failed.
class Upstreams::Connecting {
public:
  explicit Connecting(HostPtr host) : host_(std::move(host)) { ++host_->connecting; }
  Connecting(const Connecting&) = delete;
  Connecting& operator=(const Connecting&) = delete;
  ~Connecting() {
    --host_->connecting;
    for (auto* event : std::exchange(host_->waiting, {}))
      event->set();
  }

private:
  HostPtr host_;
};

net::Task<std::expected<ServerStreamPtr, flow::Deny>> Upstreams::reach(
    const flow::Flow& flow, const policy::Policy& policy, Identity identity, Pooled pooled) {
  go_by(policy);
  const HostPtr host = host_of(flow, identity);
  const bool would_share = wants_h2(flow);
  while (would_share && host->speaks != Host::Speaks::h1) {
    if (auto shared = take_shared(*host)) co_return stream_on(std::move(shared));
    if (host->connecting == 0) break;
    co_await wait_for_connection(host);
  }
  if (pooled == Pooled::welcome) {
    if (auto idle = take_idle(*host)) co_return stream_on(std::move(idle));
    if (auto shared = take_shared(*host)) co_return stream_on(std::move(shared));
  }
  co_return co_await connect(flow, policy, std::move(identity), host);
}

/// A connection was made to an address that the rules of its time allowed. When they have changed,
/// no further request goes there unlooked at.
void Upstreams::go_by(const policy::Policy& policy) {
  if (policy.number() <= newest_policy_) return;
  newest_policy_ = policy.number();
  for (auto& [key, host] : hosts_) {
    host->idle.clear();
    host->shared.clear();
  }
}

net::Task<> Upstreams::wait_for_connection(HostPtr host) {
  net::Event done(loop_.deadlines());
  host->waiting.push_back(&done);
  struct Forget {
    std::vector<net::Event*>& waiting;
    net::Event* event;
    ~Forget() { std::erase(waiting, event); }
  } const forget{host->waiting, &done};
  co_await done.wait(out_.limits.connect + out_.limits.handshake);
}

/// A program that speaks HTTP/1.1 gets a server that does, where there is one: nothing is then
/// translated.
net::Task<std::expected<ServerStreamPtr, flow::Deny>> Upstreams::connect(
    const flow::Flow& flow, const policy::Policy& policy, Identity identity, HostPtr host) {
  static constexpr std::array<std::string_view, 2> both{"h2", "http/1.1"};
  using Speaks = Host::Speaks;
  const bool h2_wanted = wants_h2(flow) && host->speaks != Speaks::h1;
  const Connecting announced(host);
  bool h2_offered = h2_wanted || host->speaks == Speaks::h2;
  bool wrong_protocol = false;
  auto upstream = co_await dial_securely(
      flow, policy, identity, std::span(both).subspan(h2_offered ? 0 : 1), wrong_protocol);
  if (!upstream && wrong_protocol && !h2_offered) {
    h2_offered = true;
    upstream = co_await dial_securely(flow, policy, std::move(identity), both, wrong_protocol);
  }
  if (!upstream) co_return std::unexpected(std::move(upstream).error());
  if (flow.scheme == "http" && h2_wanted)
    (*upstream)->speaks = http::Version::http_2;  // as the program knows beforehand
  if ((*upstream)->speaks != http::Version::http_2) {
    if (h2_offered) host->speaks = Speaks::h1;
    co_return stream_on(std::move(*upstream));
  }
  host->speaks = Speaks::h2;
  auto wire = std::shared_ptr<Wire>(*upstream, &(*upstream)->wire);
  auto shared = std::make_shared<H2Upstream>();
  shared->connection = std::move(*upstream);
  shared->h2 = std::make_shared<H2Connection>(
      H2Connection::Side::client, std::move(wire), loop_, out_.limits, out_.h2_room);
  if (shared->connection->policy == newest_policy_) host->shared.push_back(shared);
  loop_.tasks().spawn(H2Connection::run(shared->h2, out_.limits.pooled));
  co_return stream_on(std::move(shared));
}

net::Task<std::expected<UpstreamPtr, flow::Deny>> Upstreams::dial_securely(
    const flow::Flow& flow,
    const policy::Policy& policy,
    Identity identity,
    std::span<const std::string_view> protocols,
    bool& wrong_protocol) {
  const bool by_url = flow.scheme == "http" && !wants_h2(flow) && !flow.websocket;
  auto upstream = co_await open(
      flow.host, flow.port, flow.scheme, by_url ? Told::by_url : Told::by_connect, policy);
  if (!upstream || flow.scheme != "https") co_return std::move(upstream);
  (*upstream)->identity = std::move(identity);
  auto secured = co_await secure(**upstream, protocols, wrong_protocol);
  if (secured) co_return std::move(upstream);
  co_return std::unexpected(std::move(secured).error());
}

ServerStreamPtr Upstreams::stream_on(H2UpstreamPtr upstream) {
  return std::make_shared<H2ServerStream>(std::move(upstream));
}

ServerStreamPtr Upstreams::stream_on(UpstreamPtr upstream) {
  return std::make_shared<H1ServerStream>(std::move(upstream), *this, out_.limits);
}

net::Task<std::expected<UpstreamPtr, flow::Deny>> Upstreams::dial(
    std::string host, std::uint16_t port, const policy::Policy& policy) {
  auto upstream = co_await open(std::move(host), port, {}, Told::by_connect, policy);
  co_return std::move(upstream);
}

net::Task<std::expected<UpstreamPtr, flow::Deny>> Upstreams::dial_tls(
    std::string host, std::uint16_t port, const policy::Policy& policy) {
  static constexpr std::array<std::string_view, 1> protocols{"http/1.1"};
  auto upstream = co_await open(std::move(host), port, "https", Told::by_connect, policy);
  if (!upstream) co_return std::move(upstream);
  bool wrong_protocol = false;
  auto secured = co_await secure(**upstream, protocols, wrong_protocol);
  if (secured) co_return std::move(upstream);
  co_return std::unexpected(std::move(secured).error());
}

/// A connection on which nothing was said yet.
net::Task<std::expected<UpstreamPtr, flow::Deny>> Upstreams::open(
    std::string host,
    std::uint16_t port,
    std::string_view scheme,
    Told told,
    const policy::Policy& policy) {
  auto pass = co_await out_.gate.enter(place_of(host, port), out_.limits.connect);
  if (!pass) {
    co_return std::unexpected(flow::Deny{
        .status = 503,
        .stage = "limit",
        .reason = "as many connections to " + host + " are open as max_connections_per_host " +
                  "allows, and none became free in time"});
  }
  auto route = co_await router_.find(host, port, scheme, policy);
  if (!route) co_return std::unexpected(std::move(route).error());
  auto upstream = co_await follow(*std::move(route), host, port, told);
  if (!upstream) co_return std::move(upstream);
  if (scheme == "https" && !(*upstream)->wire.in.empty()) {
    co_return std::unexpected(flow::Deny{
        .status = 502, .stage = "proxy", .reason = "the proxy sent data before TLS began"});
  }
  // A tunnel's ends know best how long they may be deaf.
  // For others the kernel counts what our own limit of writing counts, which comes first.
  if (!scheme.empty()) {
    constexpr std::chrono::seconds later{1};
    (*upstream)->wire.stream.expect_progress(
        std::max<std::chrono::milliseconds>(peer_silence, out_.limits.upload_stall + later));
  }
  (*upstream)->host = std::move(host);
  (*upstream)->port = port;
  (*upstream)->pass = *std::move(pass);
  (*upstream)->policy = policy.number();
  co_return std::move(upstream);
}

net::Task<std::expected<UpstreamPtr, flow::Deny>> Upstreams::follow(
    Route route, const std::string& host, std::uint16_t port, Told told) {
  if (const auto* way = std::get_if<ThroughProxy>(&route)) {
    if (told == Told::by_url && takes_urls(*way->proxy)) {
      auto proxy = co_await dial_proxy(loop_, out_, *way);
      co_return std::move(proxy);
    }
    auto tunnel = co_await dial_through(loop_, out_, *way, host, port);
    co_return std::move(tunnel);
  }
  auto socket =
      co_await net::dial(std::get<Direct>(std::move(route)).endpoints, out_.limits.connect);
  if (!socket) {
    socket.error().message = "cannot reach " + host + ": " + socket.error().message;
    co_return std::unexpected(cannot_reach("connect", socket.error()));
  }
  boost::system::error_code gone;
  const auto peer = socket->remote_endpoint(gone);
  auto upstream = std::make_shared<Upstream>(std::move(*socket), loop_.deadlines());
  upstream->dialled = text_of(peer);
  co_return std::move(upstream);
}

net::Task<std::expected<void, flow::Deny>> Upstreams::secure(
    Upstream& upstream, std::span<const std::string_view> protocols, bool& wrong_protocol) {
  auto session =
      out_.tls.new_session(upstream.host, upstream.port, protocols, upstream.identity.get());
  if (!session) co_return std::unexpected(cannot_reach("tls", session.error()));
  upstream.wire.stream.reads().expire_after(out_.limits.handshake);
  auto done = co_await upstream.wire.stream.handshake(net::SslHandle(session->release()));
  upstream.wire.stream.reads().never_expire();
  if (!done) {
    if (done.error().kind == base::ErrorKind::timeout)
      co_return std::unexpected(cannot_reach("tls", done.error()));
    wrong_protocol = tls::was_refused_for_its_protocols();
    co_return std::unexpected(
        cannot_reach("tls", tls::explain_upstream_failure(upstream.wire.stream.ssl())));
  }
  upstream.tls = true;
  if (tls::negotiated_protocol(upstream.wire.stream.ssl()) == "h2")
    upstream.speaks = http::Version::http_2;
  co_return std::expected<void, flow::Deny>();
}

/// HTTP/2 in clear has to be known beforehand, and says nothing about the same port in HTTP/1.1. A
/// WebSocket in clear needs a tunnel where another request needs none.
Upstreams::HostPtr Upstreams::host_of(const flow::Flow& flow, const Identity& identity) {
  const auto key = key_of(flow.host, flow.port, flow.scheme == "https", identity);
  if (flow.scheme == "https") return host_at(key);
  if (flow.websocket) return host_at("w" + key);
  return host_at((wants_h2(flow) ? "2" : "") + key);
}

Upstreams::HostPtr Upstreams::host_at(const std::string& key) {
  auto& host = hosts_[key];
  if (!host) host = std::make_shared<Host>();
  return host;
}

UpstreamPtr Upstreams::take_idle(Host& host) {
  while (!host.idle.empty()) {
    UpstreamPtr upstream = std::move(host.idle.back());
    host.idle.pop_back();
    if (upstream->wire.in.empty() && upstream->wire.stream.is_quiet()) {
      upstream->reused = true;
      return upstream;
    }
  }
  return nullptr;
}

H2UpstreamPtr Upstreams::take_shared(Host& host) {
  if (std::ranges::any_of(host.shared, [](const auto& each) { return each->wants_h1; }))
    host.speaks = Host::Speaks::h1;
  std::erase_if(
      host.shared, [](const auto& each) { return each->wants_h1 || each->h2->has_ended(); });
  const auto found = std::ranges::find_if(
      host.shared, [](const auto& each) { return each->h2->takes_requests(); });
  return found == host.shared.end() ? nullptr : *found;
}

void Upstreams::give_back(UpstreamPtr upstream) {
  if (upstream->policy != newest_policy_) return;
  if (out_.gate.wanted(place_of(upstream->host, upstream->port))) return;
  const auto host =
      host_at(key_of(upstream->host, upstream->port, upstream->tls, upstream->identity));
  if (host->idle.size() >= out_.limits.pooled_per_host) return;
  upstream->wire.in.release();
  upstream->idle_since = loop_.deadlines().now();
  host->idle.push_back(std::move(upstream));
}

/// Somebody, perhaps of another loop, waits until one fewer is open.
void Upstreams::drop_idle(const std::string& place) {
  for (auto& [key, host] : hosts_) {
    const auto there = [&](const Upstream& each) {
      return place_of(each.host, each.port) == place;
    };
    if (!host->idle.empty() && there(*host->idle.front())) {
      host->idle.erase(host->idle.begin());
      return;
    }
    for (const auto& shared : host->shared) {
      if (!there(*shared->connection) || shared->h2->streams() != 0) continue;
      shared->h2->leave();
      return;
    }
  }
}

net::Task<> Upstreams::sweep() {
  net::asio::steady_timer timer(loop_.context());
  for (;;) {
    timer.expires_after(std::chrono::seconds(5));
    const auto [error] = co_await timer.async_wait(net::as_result);
    if (error) break;
    const auto oldest = loop_.deadlines().now() - out_.limits.pooled;
    for (auto& [key, host] : hosts_) {
      std::erase_if(host->idle, [&](const UpstreamPtr& each) { return each->idle_since < oldest; });
      std::erase_if(host->shared, [](const auto& each) { return each->h2->has_ended(); });
    }
    std::erase_if(hosts_, [](const auto& entry) { return entry.second->is_forgotten(); });
  }
  hosts_.clear();
}

}  // namespace gateway
