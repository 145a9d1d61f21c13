// SPDX-License-Identifier: Apache-2.0
#include "gateway/proxy_tunnel.h"

#include "http/connect.h"

namespace gateway {
namespace {

namespace socks5 = net::socks5;
using policy::ProxyUrl;
using Outcome = std::expected<void, ProxyRefusal>;

std::unexpected<ProxyRefusal> refuse(
    const ProxyUrl& proxy, const std::string& what, bool try_another_address = false) {
  return std::unexpected(ProxyRefusal{
      .deny = {.status = 502, .stage = "proxy", .reason = "the proxy " + proxy.place() + what},
      .try_another_address = try_another_address});
}

std::unexpected<ProxyRefusal> refuse(const ProxyUrl& proxy, const base::Error& error) {
  if (error.kind != base::ErrorKind::timeout) return refuse(proxy, ": " + error.message);
  auto late = refuse(proxy, " did not answer in time");
  late.error().deny.status = 504;
  late.error().deny.stage = "timeout";
  return late;
}

/// What became of a wait for one of the proxy's messages.
template <class T>
using Heard = std::expected<T, ProxyRefusal>;

/// Reads until `parse` has a whole message, and takes it from the buffer.
template <class T, class Parse>
net::Task<Heard<T>> hear(Wire& wire, const ProxyUrl& proxy, Parse parse) {
  for (;;) {
    const auto parsed = parse(wire.in.view());
    if (const auto* complete = std::get_if<socks5::Complete<T>>(&parsed)) {
      wire.in.consume(complete->consumed);
      co_return complete->value;
    }
    if (const auto* wrong = std::get_if<socks5::Malformed>(&parsed))
      co_return refuse(proxy, ": " + std::string(wrong->reason));
    auto more = co_await wire.fill();
    if (!more) co_return refuse(proxy, more.error());
    if (!*more) co_return refuse(proxy, " closed the connection");
  }
}

net::Task<Outcome> say(Wire& wire, const ProxyUrl& proxy, std::string_view text) {
  auto written = co_await wire.stream.write(text);
  if (!written) co_return refuse(proxy, written.error());
  co_return Outcome();
}

std::unexpected<ProxyRefusal> refuse_status(
    const ProxyUrl& proxy, int status, const std::string& place) {
  const auto number = std::to_string(status);
  switch (status) {
    case 407:
      return refuse(proxy, explain_login_refusal(proxy) + " (407; only Basic is spoken)");
    case 403:
    case 405:
      return refuse(
          proxy,
          " does not allow a tunnel to " + place + " (" + number +
              "); its rules, not lazaret's, decide that, or upstream.no_proxy goes around it");
    case 502:
    case 503:
    case 504:
      return refuse(proxy, " cannot reach " + place + " (" + number + ")", true);
    default:
      return refuse(proxy, " answered CONNECT to " + place + " with " + number);
  }
}

net::Task<Outcome> connect(
    Wire& wire,
    const ProxyUrl& proxy,
    const socks5::Destination& target,
    std::uint16_t port,
    const std::string& place) {
  std::optional<http::BasicLogin> login;
  if (proxy.login) login = {proxy.login->user.reveal(), proxy.login->password.reveal()};
  const auto* name = std::get_if<std::string>(&target);
  const auto host = name != nullptr ? *name : std::get<net::asio::ip::address>(target).to_string();
  const auto request = http::connect_request(host, port, login);
  if (!request) co_return refuse(proxy, request.error());
  auto said = co_await say(wire, proxy, request->reveal());
  if (!said) co_return std::move(said);
  http::ConnectReader reader;
  for (;;) {
    const auto parsed = reader.parse(wire.in.view());
    if (const auto* answer = std::get_if<http::Complete<http::ConnectAnswer>>(&parsed)) {
      const auto status = answer->message.status;
      wire.in.consume(answer->consumed);
      if (!answer->message.open()) co_return refuse_status(proxy, status, place);
      co_return Outcome();
    }
    if (const auto* wrong = std::get_if<http::Malformed>(&parsed))
      co_return refuse(proxy, " gave an answer that cannot be read: " + wrong->reason);
    auto more = co_await wire.fill();
    if (!more) co_return refuse(proxy, more.error());
    if (!*more) co_return refuse(proxy, " closed the connection");
  }
}

net::Task<Outcome> log_in(Wire& wire, const ProxyUrl& proxy) {
  const auto request =
      socks5::login_request(proxy.login->user.reveal(), proxy.login->password.reveal());
  if (!request) co_return refuse(proxy, request.error());
  auto said = co_await say(wire, proxy, request->reveal());
  if (!said) co_return std::move(said);
  auto accepted = co_await hear<bool>(wire, proxy, socks5::read_login_reply);
  if (!accepted) co_return std::unexpected(std::move(accepted).error());
  if (!*accepted) co_return refuse(proxy, explain_login_refusal(proxy));
  co_return Outcome();
}

net::Task<Outcome> connect_by_socks(
    Wire& wire,
    const ProxyUrl& proxy,
    const socks5::Destination& target,
    std::uint16_t port,
    const std::string& place) {
  const auto offered = proxy.login ? socks5::Login::password : socks5::Login::none;
  auto said = co_await say(wire, proxy, socks5::greeting(offered));
  if (!said) co_return std::move(said);
  auto method = co_await hear<socks5::Method>(wire, proxy, [offered](std::string_view bytes) {
    return socks5::read_method(bytes, offered);
  });
  if (!method) co_return std::unexpected(std::move(method).error());
  if (*method == socks5::Method::not_acceptable)
    co_return refuse(proxy, explain_login_refusal(proxy));
  if (*method == socks5::Method::password) {
    auto known = co_await log_in(wire, proxy);
    if (!known) co_return std::move(known);
  }
  const auto request = socks5::connect_request(target, port);
  if (!request) co_return refuse(proxy, request.error());
  said = co_await say(wire, proxy, *request);
  if (!said) co_return std::move(said);
  auto reply = co_await hear<socks5::Reply>(wire, proxy, socks5::read_reply);
  if (!reply) co_return std::unexpected(std::move(reply).error());
  if (*reply == socks5::Reply::succeeded) co_return Outcome();
  const bool unreachable =
      *reply == socks5::Reply::network_unreachable || *reply == socks5::Reply::host_unreachable ||
      *reply == socks5::Reply::connection_refused || *reply == socks5::Reply::ttl_expired ||
      *reply == socks5::Reply::address_type_not_supported;
  co_return refuse(
      proxy, " cannot connect to " + place + ": " + std::string(socks5::explain(*reply)),
      unreachable);
}

}  // namespace

std::string explain_login_refusal(const ProxyUrl& proxy) {
  return proxy.login ? " does not accept the user and password of upstream.proxy"
                     : " asks who you are; put user and password into the URL of upstream.proxy";
}

net::Task<Outcome> open_tunnel(
    Wire& wire,
    const ProxyUrl& proxy,
    const socks5::Destination& target,
    const std::string& host,
    std::uint16_t port,
    std::chrono::milliseconds limit) {
  const std::string place = host + ":" + std::to_string(port);
  const bool by_http =
      proxy.kind == policy::ProxyKind::http || proxy.kind == policy::ProxyKind::https;
  wire.stream.reads().expire_after(limit);
  wire.stream.writes().expire_after(limit);
  auto conversation = by_http ? connect(wire, proxy, target, port, place)
                              : connect_by_socks(wire, proxy, target, port, place);
  auto outcome = co_await std::move(conversation);
  wire.stream.reads().never_expire();
  wire.stream.writes().never_expire();
  co_return std::move(outcome);
}

}  // namespace gateway
