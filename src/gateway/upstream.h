// SPDX-License-Identifier: Apache-2.0
#pragma once
// The way to the real servers: find the route, dial it (or ask a proxy to), verify the certificate,
// and keep the connection for the next request. One of these per loop: connections are never shared
// between threads.

#include <expected>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "flow/cleared.h"
#include "flow/sealed.h"
#include "gateway/h2_connection.h"
#include "gateway/host_gate.h"
#include "gateway/limits.h"
#include "gateway/route.h"
#include "gateway/server_stream.h"
#include "gateway/wire.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "tls/upstream_context.h"

namespace gateway {

/// The client certificate of a connection, or null. Connections with one are for the requests alone
/// that the credential is for.
using Identity = std::shared_ptr<const tls::ClientIdentity>;

/// A connection to a server.
struct Upstream {
  Upstream(net::asio::ip::tcp::socket socket, net::Deadlines& deadlines)
      : wire(std::move(socket), deadlines) {
    wire.stream.expect_peer(peer_silence);
  }

  Wire wire;
  std::string host;
  std::uint16_t port = 0;
  bool tls = false;
  Identity identity{};  // what it shows a server that asks; null: nothing
  http::Version speaks = http::Version::http_1_1;
  std::string dialled;  // "192.0.2.7:443", the server's or the proxy's, for the record
  bool reused = false;
  net::Deadline::Clock::time_point idle_since{};
  HostGate::Pass pass{};
  std::uint64_t policy = 0;                     // whose guard of addresses it passed
  const policy::ProxyUrl* told_urls = nullptr;  // the proxy this ends at, which is told whole URLs
  std::shared_ptr<void> behind{};  // goes with this: the relay to a proxy that is reached by TLS

  flow::Reached reached() const {
    return {
        .host = host,
        .port = port,
        .verified_tls = tls,
        .told_login = told_urls != nullptr && told_urls->login};
  }
};
using UpstreamPtr = std::shared_ptr<Upstream>;

/// What a server that ends the connection may have missed: "" or the end of a sentence.
std::string missed_by(const Upstream& upstream);

/// One that speaks HTTP/2 and serves many exchanges at a time.
struct H2Upstream {
  UpstreamPtr connection;
  std::shared_ptr<H2Connection> h2;
  bool wants_h1 = false;  // the server said so
};
using H2UpstreamPtr = std::shared_ptr<H2Upstream>;

/// What all loops share on the way out; immutable while the gateway runs.
struct Outbound {
  net::Resolver& resolver;
  const tls::UpstreamContext& tls;
  const std::vector<ConnectTo>& connect_to;
  const Proxies& proxies;
  HostGate& gate;
  H2Room& h2_room;
  const Limits& limits;
};

std::string text_of(const net::asio::ip::tcp::endpoint& endpoint);

class Upstreams {
public:
  Upstreams(net::Loop& loop, Outbound outbound);

  enum class Pooled { welcome, unwanted };

  /// A way to the request's host, on a connection that is there or a new one. It speaks the version
  /// of the request where the server does too. A refusal says in which stage it failed: resolve,
  /// address, proxy, connect, tls, timeout, limit.
  net::Task<std::expected<ServerStreamPtr, flow::Deny>> reach(
      const flow::Flow& flow, const policy::Policy& policy, Identity identity, Pooled pooled);

  /// A new TCP connection for a tunnel, without TLS of ours.
  net::Task<std::expected<UpstreamPtr, flow::Deny>> dial(
      std::string host, std::uint16_t port, const policy::Policy& policy);

  /// A new connection over verified TLS that speaks HTTP/1.1, for a request of the gateway's own.
  net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_tls(
      std::string host, std::uint16_t port, const policy::Policy& policy);

  /// Keeps a connection whose last response ended cleanly; nobody else holds it.
  void give_back(UpstreamPtr upstream);
  /// The task that closes what was idle for too long.
  net::Task<> sweep();

private:
  /// What is known of one host and port, and the connections there are with one identity.
  struct Host {
    enum class Speaks { unknown, h1, h2 };
    Speaks speaks = Speaks::unknown;
    std::vector<UpstreamPtr> idle{};
    std::vector<H2UpstreamPtr> shared{};
    int connecting = 0;  // how many: others who would share the connection wait for one
    std::vector<net::Event*> waiting{};

    bool is_forgotten() const { return idle.empty() && shared.empty() && connecting == 0; }
  };
  class Connecting;

  using HostPtr = std::shared_ptr<Host>;

  void go_by(const policy::Policy& policy);
  HostPtr host_of(const flow::Flow& flow, const Identity& identity);
  HostPtr host_at(const std::string& key);
  UpstreamPtr take_idle(Host& host);
  H2UpstreamPtr take_shared(Host& host);
  ServerStreamPtr stream_on(H2UpstreamPtr upstream);
  ServerStreamPtr stream_on(UpstreamPtr upstream);
  net::Task<> wait_for_connection(HostPtr host);
  net::Task<std::expected<ServerStreamPtr, flow::Deny>> connect(
      const flow::Flow& flow, const policy::Policy& policy, Identity identity, HostPtr host);
  /// How a proxy of HTTP, if there is one on the way, learns what is wanted. Many make no tunnels
  /// but for TLS, so a request in clear is given to them with its URL.
  enum class Told { by_connect, by_url };

  net::Task<std::expected<UpstreamPtr, flow::Deny>> open(
      std::string host,
      std::uint16_t port,
      std::string_view scheme,
      Told told,
      const policy::Policy& policy);
  net::Task<std::expected<UpstreamPtr, flow::Deny>> follow(
      Route route, const std::string& host, std::uint16_t port, Told told);
  void drop_idle(const std::string& place);
  net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_securely(
      const flow::Flow& flow,
      const policy::Policy& policy,
      Identity identity,
      std::span<const std::string_view> protocols,
      bool& wrong_protocol);
  net::Task<std::expected<void, flow::Deny>> secure(
      Upstream& upstream, std::span<const std::string_view> protocols, bool& wrong_protocol);

  net::Loop& loop_;
  Outbound out_;
  Router router_;
  std::unordered_map<std::string, HostPtr> hosts_;
  std::uint64_t newest_policy_ = 0;
  HostGate::Listening listening_;
};

}  // namespace gateway
