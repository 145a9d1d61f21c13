// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream.h"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>

#include "gateway/h1_server_stream.h"
#include "gateway/h2_server_stream.h"
#include "net/dial.h"
#include "net/within.h"
#include "policy/address.h"
#include "tls/alpn.h"
#include "tls/handshake_error.h"

namespace gateway {
namespace {

using net::asio::ip::tcp;
using Clock = net::Deadline::Clock;

std::string key_of(std::string_view host, std::uint16_t port, bool tls) {
  return std::string(tls ? "s" : "c") + std::to_string(port) + ":" + std::string(host);
}

/// More servers take a WebSocket over HTTP/1.1 than over HTTP/2.
bool wants_h2(const flow::Flow& flow) {
  return flow.request.version == http::Version::http_2 && !flow.websocket;
}

flow::Deny failed(std::string stage, const base::Error& error) {
  const bool late = error.kind == base::ErrorKind::timeout;
  return {
      .status = late ? 504 : 502,
      .stage = late ? "timeout" : std::move(stage),
      .reason = error.message};
}

policy::AddressClass class_of(const net::asio::ip::address& address) {
  if (address.is_v4()) return policy::classify(address.to_v4().to_bytes());
  return policy::classify(address.to_v6().to_bytes());
}

std::string text_of(const tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
         std::to_string(endpoint.port());
}

}  // namespace

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
    const flow::Flow& flow, const policy::Policy& policy, Pooled pooled) {
  const HostPtr host = host_of(flow);
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
  co_return co_await connect(flow, policy, host);
}

net::Task<> Upstreams::wait_for_connection(HostPtr host) {
  net::Event done(loop_.context());
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
    const flow::Flow& flow, const policy::Policy& policy, HostPtr host) {
  static constexpr std::array<std::string_view, 2> both{"h2", "http/1.1"};
  using Speaks = Host::Speaks;
  const bool h2_wanted = wants_h2(flow) && host->speaks != Speaks::h1;
  const Connecting announced(host);
  bool h2_offered = h2_wanted || host->speaks == Speaks::h2;
  bool wrong_protocol = false;
  auto upstream = co_await dial_securely(
      flow, policy, std::span(both).subspan(h2_offered ? 0 : 1), wrong_protocol);
  if (!upstream && wrong_protocol && !h2_offered) {
    h2_offered = true;
    upstream = co_await dial_securely(flow, policy, both, wrong_protocol);
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
      H2Connection::Side::client, std::move(wire), loop_, out_.limits);
  host->shared.push_back(shared);
  loop_.tasks().spawn(H2Connection::run(shared->h2, out_.limits.pooled));
  co_return stream_on(std::move(shared));
}

net::Task<std::expected<UpstreamPtr, flow::Deny>> Upstreams::dial_securely(
    const flow::Flow& flow,
    const policy::Policy& policy,
    std::span<const std::string_view> protocols,
    bool& wrong_protocol) {
  auto upstream = co_await dial(flow.host, flow.port, policy);
  if (!upstream || flow.scheme != "https") co_return std::move(upstream);
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
  auto endpoints = co_await locate(host, port, policy);
  if (!endpoints) co_return std::unexpected(std::move(endpoints).error());
  auto socket = co_await net::dial(std::move(*endpoints), out_.limits.connect);
  if (!socket) {
    socket.error().message = "cannot reach " + host + ": " + socket.error().message;
    co_return std::unexpected(failed("connect", socket.error()));
  }
  boost::system::error_code gone;
  const auto peer = socket->remote_endpoint(gone);
  auto upstream = std::make_shared<Upstream>(std::move(*socket), loop_.deadlines());
  upstream->host = std::move(host);
  upstream->port = port;
  upstream->dialled = text_of(peer);
  co_return std::move(upstream);
}

net::Task<std::expected<net::Endpoints, flow::Deny>> Upstreams::locate(
    const std::string& host, std::uint16_t port, const policy::Policy& policy) {
  const auto redirect =
      std::find_if(out_.connect_to.begin(), out_.connect_to.end(), [&](const ConnectTo& each) {
        return (each.port == 0 || each.port == port) && each.host.matches(host);
      });
  const bool redirected = redirect != out_.connect_to.end();
  const std::string& name = redirected ? redirect->address : host;
  const std::uint16_t to_port =
      redirected && redirect->address_port != 0 ? redirect->address_port : port;

  auto addresses = co_await net::within(out_.limits.connect, out_.resolver.resolve(name));
  if (!addresses)
    co_return std::unexpected(flow::Deny{
        .status = 504, .stage = "timeout", .reason = "resolving " + host + " took too long"});
  if (!*addresses) co_return std::unexpected(failed("resolve", addresses->error()));

  net::Endpoints endpoints;
  const bool guarded = !redirected && !policy::private_allowed(policy, host, port);
  for (const auto& address : **addresses) {
    const auto kind = class_of(address);
    if (guarded && kind != policy::AddressClass::public_) {
      co_return std::unexpected(flow::Deny{
          .status = 403,
          .stage = "address",
          .reason = host + " is at " + address.to_string() + ", a " +
                    std::string(policy::name_of(kind)) +
                    " address; a rule with allow_private = true lets it pass"});
    }
    endpoints.emplace_back(address, to_port);
  }
  co_return endpoints;
}

net::Task<std::expected<void, flow::Deny>> Upstreams::secure(
    Upstream& upstream, std::span<const std::string_view> protocols, bool& wrong_protocol) {
  auto session = out_.tls.new_session(upstream.host, upstream.port, protocols);
  if (!session) co_return std::unexpected(failed("tls", session.error()));
  upstream.wire.stream.reads().expire_after(out_.limits.handshake);
  auto done = co_await upstream.wire.stream.handshake(net::SslHandle(session->release()));
  upstream.wire.stream.reads().never_expire();
  if (!done) {
    if (done.error().kind == base::ErrorKind::timeout)
      co_return std::unexpected(failed("tls", done.error()));
    wrong_protocol = tls::was_refused_for_its_protocols();
    co_return std::unexpected(
        failed("tls", tls::explain_upstream_failure(upstream.wire.stream.ssl())));
  }
  upstream.tls = true;
  if (tls::negotiated_protocol(upstream.wire.stream.ssl()) == "h2")
    upstream.speaks = http::Version::http_2;
  co_return std::expected<void, flow::Deny>();
}

/// HTTP/2 in clear has to be known beforehand, and says nothing about the same port in HTTP/1.1.
Upstreams::HostPtr Upstreams::host_of(const flow::Flow& flow) {
  const bool tls = flow.scheme == "https";
  const bool h2_in_clear = !tls && wants_h2(flow);
  return host_at((h2_in_clear ? "2" : "") + key_of(flow.host, flow.port, tls));
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
  const auto host = host_at(key_of(upstream->host, upstream->port, upstream->tls));
  if (host->idle.size() >= out_.limits.pooled_per_host) return;
  upstream->wire.in.release();
  upstream->idle_since = loop_.deadlines().now();
  host->idle.push_back(std::move(upstream));
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
