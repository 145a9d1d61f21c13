// SPDX-License-Identifier: Apache-2.0
#include "gateway/proxy_dial.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "gateway/proxy_tunnel.h"
#include "gateway/tunnel.h"
#include "net/dial.h"
#include "tls/handshake_error.h"

namespace gateway {
namespace {

using net::asio::ip::tcp;
using policy::ProxyUrl;

flow::Deny failed(const ProxyUrl& proxy, const base::Error& error) {
  const bool late = error.kind == base::ErrorKind::timeout;
  return {
      .status = late ? 504 : 502,
      .stage = late ? "timeout" : "proxy",
      .reason = "cannot reach the proxy " + proxy.place() + ": " + error.message};
}

/// TLS with the proxy itself, verified for its own name.
net::Task<std::expected<void, flow::Deny>> secure_proxy(
    Upstream& connection, const Outbound& out, const ProxyUrl& proxy) {
  static constexpr std::array<std::string_view, 1> protocols{"http/1.1"};
  auto session = out.tls.new_session(proxy.host, proxy.port, protocols);
  if (!session) co_return std::unexpected(failed(proxy, session.error()));
  auto& stream = connection.wire.stream;
  stream.reads().expire_after(out.limits.handshake);
  auto done = co_await stream.handshake(net::SslHandle(session->release()));
  stream.reads().never_expire();
  if (done) co_return std::expected<void, flow::Deny>();
  if (done.error().kind == base::ErrorKind::timeout)
    co_return std::unexpected(failed(proxy, done.error()));
  co_return std::unexpected(failed(proxy, tls::explain_upstream_failure(stream.ssl())));
}

net::Task<> run_relay(
    net::Loop& loop,
    std::shared_ptr<Wire> inside,
    UpstreamPtr connection,
    std::chrono::milliseconds silence) {
  TunnelCount ignored;
  co_await relay(loop, inside, connection, silence, ignored);
}

/// Ends a relay when whoever used it has gone: a proxy that does not end its side would keep it.
class EndsRelay {
public:
  EndsRelay(std::shared_ptr<Wire> inside, UpstreamPtr connection)
      : inside_(std::move(inside)), connection_(std::move(connection)) {}
  EndsRelay(const EndsRelay&) = delete;
  EndsRelay& operator=(const EndsRelay&) = delete;
  ~EndsRelay() {
    boost::system::error_code ignored;
    connection_->wire.stream.close();
    connection_->wire.stream.socket().close(ignored);
    inside_->stream.socket().close(ignored);
  }

private:
  std::shared_ptr<Wire> inside_;
  UpstreamPtr connection_;
};

/// The far side's bytes on a socket of their own.
base::Result<UpstreamPtr> unwrap(net::Loop& loop, UpstreamPtr connection, const Limits& limits) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0)
    return base::fail_errno("socketpair");
  base::Fd near(ends[0]);
  base::Fd far(ends[1]);
  tcp::socket ours(loop.context());
  tcp::socket relayed(loop.context());
  boost::system::error_code wrong;
  ours.assign(tcp::v4(), near.get(), wrong);
  if (!wrong) {
    near.release();
    relayed.assign(tcp::v4(), far.get(), wrong);
  }
  if (wrong) return base::fail(base::ErrorKind::internal, "a socket pair: " + wrong.message());
  far.release();
  auto unwrapped = std::make_shared<Upstream>(std::move(ours), loop.deadlines());
  auto inside = std::make_shared<Wire>(std::move(relayed), loop.deadlines());
  unwrapped->dialled = connection->dialled;
  unwrapped->behind = std::make_shared<EndsRelay>(inside, connection);
  const auto silence = std::max({limits.tunnel_silence, limits.response_head, limits.body_silence});
  loop.tasks().spawn(run_relay(loop, std::move(inside), std::move(connection), silence));
  return unwrapped;
}

/// One connection to the proxy, nothing said yet.
net::Task<std::expected<UpstreamPtr, flow::Deny>> call(
    net::Loop& loop, const Outbound& out, const ThroughProxy& way) {
  const ProxyUrl& proxy = *way.proxy;
  auto socket = co_await net::dial(way.at, out.limits.connect);
  if (!socket) co_return std::unexpected(failed(proxy, socket.error()));
  boost::system::error_code gone;
  const auto peer = socket->remote_endpoint(gone);
  auto connection = std::make_shared<Upstream>(std::move(*socket), loop.deadlines());
  connection->dialled = text_of(peer);
  if (proxy.kind == policy::ProxyKind::https) {
    auto secured = co_await secure_proxy(*connection, out, proxy);
    if (!secured) co_return std::unexpected(std::move(secured).error());
  }
  co_return std::move(connection);
}

/// One connection to the proxy, one question.
net::Task<std::expected<UpstreamPtr, ProxyRefusal>> ask(
    net::Loop& loop,
    const Outbound& out,
    const ThroughProxy& way,
    const net::socks5::Destination& target,
    const std::string& host,
    std::uint16_t port) {
  const ProxyUrl& proxy = *way.proxy;
  auto connection = co_await call(loop, out, way);
  if (!connection) co_return std::unexpected(ProxyRefusal{std::move(connection).error()});
  auto open =
      co_await open_tunnel((*connection)->wire, proxy, target, host, port, out.limits.connect);
  if (!open) co_return std::unexpected(std::move(open).error());
  if (proxy.kind != policy::ProxyKind::https) co_return *std::move(connection);
  auto unwrapped = unwrap(loop, *std::move(connection), out.limits);
  if (!unwrapped) co_return std::unexpected(ProxyRefusal{failed(proxy, unwrapped.error())});
  co_return *std::move(unwrapped);
}

}  // namespace

bool takes_urls(const ProxyUrl& proxy) {
  return proxy.kind == policy::ProxyKind::http || proxy.kind == policy::ProxyKind::https;
}

net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_proxy(
    net::Loop& loop, const Outbound& out, const ThroughProxy& way) {
  auto connection = co_await call(loop, out, way);
  if (connection) (*connection)->told_urls = way.proxy;
  co_return std::move(connection);
}

net::Task<std::expected<UpstreamPtr, flow::Deny>> dial_through(
    net::Loop& loop,
    const Outbound& out,
    const ThroughProxy& way,
    const std::string& host,
    std::uint16_t port) {
  flow::Deny refusal{.status = 502, .stage = "proxy", .reason = "there is nothing to ask for"};
  for (const auto& target : way.targets) {
    auto connection = co_await ask(loop, out, way, target, host, port);
    if (connection) co_return *std::move(connection);
    refusal = std::move(connection.error().deny);
    if (!connection.error().try_another_address) break;
  }
  co_return std::unexpected(std::move(refusal));
}

}  // namespace gateway
