// SPDX-License-Identifier: Apache-2.0
#pragma once
// The way to a host: which addresses may be dialled for it, or which proxy is asked for it.

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "flow/verdict.h"
#include "gateway/limits.h"
#include "net/dial.h"
#include "net/resolver.h"
#include "net/socks5.h"
#include "policy/bypass.h"
#include "policy/decide.h"
#include "policy/pattern.h"
#include "policy/proxy_url.h"

namespace gateway {

/// "Dial this address for that host" (like curl's --connect-to). TLS still verifies the host's own
/// name.
struct ConnectTo {
  policy::Pattern host;
  std::uint16_t port = 0;          // 0: any
  std::string address;             // a name or an IP literal; not subject to the address guard
  std::uint16_t address_port = 0;  // 0: the request's
};

/// The proxies of the user's network.
struct Proxies {
  std::optional<policy::ProxyUrl> for_http{};  // for http:// only
  std::optional<policy::ProxyUrl> for_all_else{};
  policy::Bypass bypass{};
};

struct Direct {
  net::Endpoints endpoints;
};

struct ThroughProxy {
  const policy::ProxyUrl* proxy = nullptr;
  net::Endpoints at{};                              // where the proxy is
  std::vector<net::socks5::Destination> targets{};  // what to ask for, one after the other
};

using Route = std::variant<Direct, ThroughProxy>;

/// The refusal where a server cannot be reached; of the stage `timeout` where it was late.
flow::Deny cannot_reach(std::string stage, const base::Error& error);

/// One of these per loop.
class Router {
public:
  Router(
      net::Resolver& resolver,
      const std::vector<ConnectTo>& connect_to,
      const Proxies& proxies,
      const Limits& limits)
      : resolver_(resolver), connect_to_(connect_to), proxies_(proxies), limits_(limits) {}

  /// Every address that the host has here is tested, also when a proxy will be asked for it: what
  /// is private is refused unless a rule or `connect_to` says otherwise. Where only the proxy can
  /// resolve a name, nobody can test it. A refusal's stage: resolve, address, proxy, timeout.
  net::Task<std::expected<Route, flow::Deny>> find(
      const std::string& host,
      std::uint16_t port,
      std::string_view scheme,
      const policy::Policy& policy);

  /// The same for datagrams, which go to the host itself: where a proxy leads there, a refusal.
  net::Task<std::expected<net::Endpoints, flow::Deny>> find_for_datagrams(
      const std::string& host, std::uint16_t port, const policy::Policy& policy);

private:
  using Clock = std::chrono::steady_clock;
  using Addresses = std::vector<net::asio::ip::address>;

  const ConnectTo* find_redirect(const std::string& host, std::uint16_t port) const;
  net::Task<std::expected<net::Endpoints, flow::Deny>> redirect(
      const ConnectTo& to, std::uint16_t port);
  net::Task<std::expected<Route, flow::Deny>> through(
      const policy::ProxyUrl& proxy,
      const std::string& host,
      std::uint16_t port,
      const policy::Policy& policy);
  net::Task<base::Result<Addresses>> resolve(
      const std::string& host, std::chrono::milliseconds limit);
  bool known_unresolvable(const std::string& host);
  void remember_unresolvable(const std::string& host);

  net::Resolver& resolver_;
  const std::vector<ConnectTo>& connect_to_;
  const Proxies& proxies_;
  const Limits& limits_;
  std::unordered_map<std::string, Clock::time_point> unresolvable_;  // here, until then
};

}  // namespace gateway
