// SPDX-License-Identifier: Apache-2.0
#include "gateway/route.h"

#include <algorithm>

#include "net/within.h"
#include "policy/address.h"

namespace gateway {
namespace {

using base::ErrorKind;

/// In a network where only the proxy resolves, nobody here may answer at all.
constexpr std::chrono::milliseconds patience_beside_a_proxy{5'000};
constexpr std::chrono::seconds unresolvable_for{60};
constexpr std::size_t most_unresolvable = 256;
constexpr std::size_t most_targets = 4;

policy::Address value_of(const net::asio::ip::address& address) {
  if (address.is_v4()) return policy::Address(address.to_v4().to_bytes());
  return policy::Address(address.to_v6().to_bytes());
}

/// Why one of the addresses may not be dialled.
std::optional<flow::Deny> guard(
    const std::vector<net::asio::ip::address>& addresses,
    const std::string& host,
    std::uint16_t port,
    const policy::Policy& policy,
    policy::Protocol protocol = policy::Protocol::tcp) {
  if (policy::private_allowed(policy, host, port, protocol)) return std::nullopt;
  for (const auto& address : addresses) {
    const auto kind = policy::classify(value_of(address));
    if (kind == policy::AddressClass::public_) continue;
    return flow::Deny{
        .status = 403,
        .stage = "address",
        .reason = host + " is at " + address.to_string() + ", a " +
                  std::string(policy::name_of(kind)) +
                  " address; a rule with allow_private = true lets it pass"};
  }
  return std::nullopt;
}

net::Endpoints endpoints_of(
    const std::vector<net::asio::ip::address>& addresses, std::uint16_t port) {
  net::Endpoints out;
  out.reserve(addresses.size());
  for (const auto& address : addresses)
    out.emplace_back(address, port);
  return out;
}

std::vector<net::socks5::Destination> targets_of(
    const policy::ProxyUrl& proxy,
    const std::string& host,
    const std::vector<net::asio::ip::address>& addresses) {
  const bool is_literal = policy::parse_address(host).has_value();
  if (!is_literal && proxy.kind != policy::ProxyKind::socks5) return {host};
  const std::size_t count = std::min(addresses.size(), most_targets);
  return {addresses.begin(), addresses.begin() + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

flow::Deny cannot_reach(std::string stage, const base::Error& error) {
  const bool late = error.kind == ErrorKind::timeout;
  return {
      .status = late ? 504 : 502,
      .stage = late ? "timeout" : std::move(stage),
      .reason = error.message};
}

net::Task<std::expected<Route, flow::Deny>> Router::find(
    const std::string& host,
    std::uint16_t port,
    std::string_view scheme,
    const policy::Policy& policy) {
  if (const auto* to = find_redirect(host, port)) {
    auto redirected = co_await redirect(*to, port);
    if (!redirected) co_return std::unexpected(std::move(redirected).error());
    co_return Direct{*std::move(redirected)};
  }
  const auto& proxy = scheme == "http" ? proxies_.for_http : proxies_.for_all_else;
  if (proxy && !proxies_.bypass.matches(host, port)) {
    auto proxied = co_await through(*proxy, host, port, policy);
    co_return std::move(proxied);
  }
  auto addresses = co_await resolve(host, limits_.connect);
  if (!addresses) co_return std::unexpected(cannot_reach("resolve", addresses.error()));
  if (auto refusal = guard(*addresses, host, port, policy))
    co_return std::unexpected(*std::move(refusal));
  co_return Direct{endpoints_of(*addresses, port)};
}

net::Task<std::expected<net::Endpoints, flow::Deny>> Router::find_for_datagrams(
    const std::string& host, std::uint16_t port, const policy::Policy& policy) {
  if (const auto* to = find_redirect(host, port)) {
    auto redirected = co_await redirect(*to, port);
    co_return std::move(redirected);
  }
  if (proxies_.for_all_else && !proxies_.bypass.matches(host, port)) {
    co_return std::unexpected(flow::Deny{
        .status = 502,
        .stage = "proxy",
        .reason = "UDP does not go through the proxy that leads to " + host});
  }
  auto addresses = co_await resolve(host, limits_.connect);
  if (!addresses) co_return std::unexpected(cannot_reach("resolve", addresses.error()));
  if (auto refusal = guard(*addresses, host, port, policy, policy::Protocol::udp))
    co_return std::unexpected(*std::move(refusal));
  co_return endpoints_of(*addresses, port);
}

const ConnectTo* Router::find_redirect(const std::string& host, std::uint16_t port) const {
  const auto to = std::ranges::find_if(connect_to_, [&](const ConnectTo& each) {
    return (each.port == 0 || each.port == port) && each.host.matches(host);
  });
  return to == connect_to_.end() ? nullptr : &*to;
}

net::Task<std::expected<net::Endpoints, flow::Deny>> Router::redirect(
    const ConnectTo& to, std::uint16_t port) {
  auto addresses = co_await resolve(to.address, limits_.connect);
  if (!addresses) co_return std::unexpected(cannot_reach("resolve", addresses.error()));
  co_return endpoints_of(*addresses, to.address_port != 0 ? to.address_port : port);
}

net::Task<std::expected<Route, flow::Deny>> Router::through(
    const policy::ProxyUrl& proxy,
    const std::string& host,
    std::uint16_t port,
    const policy::Policy& policy) {
  Addresses addresses;
  if (!known_unresolvable(host)) {
    auto here = co_await resolve(host, std::min(limits_.connect, patience_beside_a_proxy));
    if (here) {
      addresses = *std::move(here);
    } else if (proxy.kind == policy::ProxyKind::socks5) {
      auto refusal = cannot_reach("resolve", here.error());
      refusal.reason += "; with socks5h:// the proxy would resolve it";
      co_return std::unexpected(std::move(refusal));
    } else if (here.error().kind == ErrorKind::timeout) {
      remember_unresolvable(host);
    }
  }
  if (auto refusal = guard(addresses, host, port, policy))
    co_return std::unexpected(*std::move(refusal));
  const auto bypassed = [&](const net::asio::ip::address& each) {
    return proxies_.bypass.holds(value_of(each), port);
  };
  if (!addresses.empty() && std::ranges::all_of(addresses, bypassed))
    co_return Direct{endpoints_of(addresses, port)};

  auto at = co_await resolve(proxy.host, limits_.connect);
  if (!at) {
    auto refusal = cannot_reach("proxy", at.error());
    refusal.reason = "the proxy cannot be found: " + refusal.reason;
    co_return std::unexpected(std::move(refusal));
  }
  co_return ThroughProxy{
      .proxy = &proxy,
      .at = endpoints_of(*at, proxy.port),
      .targets = targets_of(proxy, host, addresses)};
}

net::Task<base::Result<Router::Addresses>> Router::resolve(
    const std::string& host, std::chrono::milliseconds limit) {
  auto addresses = co_await net::within(limit, resolver_.resolve(host));
  if (!addresses) co_return base::fail(ErrorKind::timeout, "resolving " + host + " took too long");
  co_return *std::move(addresses);
}

bool Router::known_unresolvable(const std::string& host) {
  const auto found = unresolvable_.find(host);
  return found != unresolvable_.end() && found->second > Clock::now();
}

void Router::remember_unresolvable(const std::string& host) {
  const auto now = Clock::now();
  if (unresolvable_.size() >= most_unresolvable)
    std::erase_if(unresolvable_, [&](const auto& each) { return each.second <= now; });
  if (unresolvable_.size() >= most_unresolvable) unresolvable_.clear();
  unresolvable_[host] = now + unresolvable_for;
}

}  // namespace gateway
