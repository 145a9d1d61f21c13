// SPDX-License-Identifier: Apache-2.0
#include "gateway/upstream.h"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>

#include "net/dial.h"
#include "net/within.h"
#include "policy/address.h"
#include "tls/handshake_error.h"

namespace gateway {
namespace {

using net::asio::ip::tcp;
using Clock = net::Deadline::Clock;

std::string key_of(std::string_view host, std::uint16_t port, bool tls) {
  return std::string(tls ? "s" : "c") + std::to_string(port) + ":" + std::string(host);
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

net::Task<std::expected<UpstreamPtr, flow::Deny>> Upstreams::reach(
    const flow::Flow& flow, const policy::Policy& policy, Pooled pooled) {
  if (pooled == Pooled::welcome) {
    if (auto upstream = take_pooled(flow)) co_return std::move(upstream);
  }
  auto upstream = co_await dial(flow.host, flow.port, policy);
  if (!upstream || flow.scheme != "https") co_return std::move(upstream);
  auto secured = co_await secure(**upstream);
  if (!secured) co_return std::unexpected(std::move(secured).error());
  co_return std::move(upstream);
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

net::Task<std::expected<void, flow::Deny>> Upstreams::secure(Upstream& upstream) {
  static constexpr std::array<std::string_view, 1> protocols{"http/1.1"};
  auto session = out_.tls.new_session(upstream.host, upstream.port, protocols);
  if (!session) co_return std::unexpected(failed("tls", session.error()));
  upstream.wire.stream.reads().expire_after(out_.limits.handshake);
  auto done = co_await upstream.wire.stream.handshake(net::SslHandle(session->release()));
  upstream.wire.stream.reads().never_expire();
  if (!done) {
    if (done.error().kind == base::ErrorKind::timeout)
      co_return std::unexpected(failed("tls", done.error()));
    co_return std::unexpected(
        failed("tls", tls::explain_upstream_failure(upstream.wire.stream.ssl())));
  }
  upstream.tls = true;
  co_return std::expected<void, flow::Deny>();
}

UpstreamPtr Upstreams::take_pooled(const flow::Flow& flow) {
  const auto found = idle_.find(key_of(flow.host, flow.port, flow.scheme == "https"));
  if (found == idle_.end()) return nullptr;
  auto& shelf = found->second;
  while (!shelf.empty()) {
    UpstreamPtr upstream = std::move(shelf.back());
    shelf.pop_back();
    if (upstream->wire.in.empty() && upstream->wire.stream.is_quiet()) {
      upstream->reused = true;
      return upstream;
    }
  }
  return nullptr;
}

void Upstreams::give_back(UpstreamPtr upstream) {
  auto& shelf = idle_[key_of(upstream->host, upstream->port, upstream->tls)];
  if (shelf.size() >= out_.limits.pooled_per_host) return;
  upstream->wire.in.release();
  upstream->idle_since = loop_.deadlines().now();
  shelf.push_back(std::move(upstream));
}

net::Task<> Upstreams::sweep() {
  net::asio::steady_timer timer(loop_.context());
  for (;;) {
    timer.expires_after(std::chrono::seconds(5));
    const auto [error] = co_await timer.async_wait(net::as_result);
    if (error) break;
    const auto oldest = loop_.deadlines().now() - out_.limits.pooled;
    for (auto& [key, shelf] : idle_) {
      std::erase_if(shelf, [&](const UpstreamPtr& each) { return each->idle_since < oldest; });
    }
    std::erase_if(idle_, [](const auto& entry) { return entry.second.empty(); });
  }
  idle_.clear();
}

}  // namespace gateway
