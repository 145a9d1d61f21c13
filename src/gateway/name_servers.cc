// SPDX-License-Identifier: Apache-2.0
#include "gateway/name_servers.h"

#include <algorithm>
#include <array>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <limits>

#include "base/encoding.h"
#include "dns/reply.h"
#include "net/within.h"

namespace gateway {
namespace {

using base::ErrorKind;
using base::fail;
using dns::WithEdns;
using net::asio::ip::tcp;
using net::asio::ip::udp;
using Addresses = std::vector<net::asio::ip::address>;

constexpr std::chrono::milliseconds resolution_delay{50};  // RFC 8305, 8
constexpr int most_unrelated = 64;                         // replies, before a server is given up
constexpr int most_aliases = 4;  // that are asked for because a server did not follow them
constexpr int rounds = 2;

std::uint16_t random_id() {
  const std::string bytes = base::random_bytes(2);
  return static_cast<std::uint16_t>(
      static_cast<unsigned char>(bytes[0]) << 8U | static_cast<unsigned char>(bytes[1]));
}

net::asio::ip::address address_of(const dns::Address& address) {
  if (const auto* v6 = std::get_if<dns::Ipv6>(&address)) return net::asio::ip::address_v6(*v6);
  return net::asio::ip::address_v4(std::get<dns::Ipv4>(address));
}

std::unexpected<base::Error> broken(const boost::system::error_code& error) {
  return fail(ErrorKind::unavailable, error.message());
}

net::Task<base::Result<dns::Reply>> ask_by_udp(
    NameServers::Server server, const std::string& query, const dns::Asked& asked) {
  udp::socket socket(co_await net::asio::this_coro::executor);
  boost::system::error_code wrong;
  socket.open(server.protocol(), wrong);
  if (!wrong) socket.connect(server, wrong);  // from here on only that server is heard
  if (wrong) co_return broken(wrong);
  const auto [unsent, sent] = co_await socket.async_send(net::asio::buffer(query), net::as_result);
  if (unsent) co_return broken(unsent);
  std::array<char, 4096> buffer{};
  for (int unrelated = 0; unrelated < most_unrelated; ++unrelated) {
    const auto [error, size] =
        co_await socket.async_receive(net::asio::buffer(buffer), net::as_result);
    if (error) co_return broken(error);
    auto reply = dns::parse_reply({buffer.data(), size}, asked);
    if (reply) co_return *std::move(reply);
    if (reply.error() == dns::BadReply::malformed)
      co_return fail(ErrorKind::unavailable, "a reply that cannot be read");
  }
  co_return fail(ErrorKind::unavailable, "nothing but replies to other questions");
}

net::Task<base::Result<dns::Reply>> ask_by_tcp(
    NameServers::Server server, const std::string& query, const dns::Asked& asked) {
  tcp::socket socket(co_await net::asio::this_coro::executor);
  const auto [unreachable] =
      co_await socket.async_connect(tcp::endpoint(server.address(), server.port()), net::as_result);
  if (unreachable) co_return broken(unreachable);
  std::string message{
      static_cast<char>(query.size() >> 8U), static_cast<char>(query.size() & 0xFFU)};
  message += query;
  const auto [unsent, sent] =
      co_await net::asio::async_write(socket, net::asio::buffer(message), net::as_result);
  if (unsent) co_return broken(unsent);
  std::array<unsigned char, 2> size{};
  const auto [cut, read] =
      co_await net::asio::async_read(socket, net::asio::buffer(size), net::as_result);
  if (cut) co_return broken(cut);
  std::string text(static_cast<std::size_t>(size[0]) << 8U | size[1], '\0');
  const auto [cut_off, rest] =
      co_await net::asio::async_read(socket, net::asio::buffer(text), net::as_result);
  if (cut_off) co_return broken(cut_off);
  auto reply = dns::parse_reply(text, asked);
  if (!reply || reply->truncated)
    co_return fail(ErrorKind::unavailable, "a reply that cannot be read");
  co_return *std::move(reply);
}

/// One server, one question; over TCP when the reply was too long, without EDNS when the server
/// does not know it (RFC 6891, 7).
net::Task<base::Result<dns::Reply>> ask_server(
    NameServers::Server server, dns::Asked asked, std::chrono::milliseconds patience) {
  for (const auto edns : {WithEdns::yes, WithEdns::no}) {
    asked.id = random_id();
    const auto query = dns::write_query(asked, edns);
    if (!query) co_return fail(ErrorKind::not_found, asked.name + " is no name that could exist");
    auto reply = co_await net::within(patience, ask_by_udp(server, *query, asked));
    if (reply && *reply && (*reply)->truncated)
      reply = co_await net::within(patience, ask_by_tcp(server, *query, asked));
    if (!reply) co_return fail(ErrorKind::timeout, "no reply in time");
    if (!*reply) co_return std::unexpected(std::move(*reply).error());
    const auto rcode = (*reply)->rcode;
    const bool puzzled = rcode == dns::Rcode::format_error || rcode == dns::Rcode::not_implemented;
    if (!puzzled || edns == WithEdns::no) co_return **std::move(reply);
  }
  co_return fail(ErrorKind::internal, "every way to ask was tried");
}

/// The first server with a definite answer counts.
net::Task<base::Result<dns::Reply>> ask_any(
    const std::vector<NameServers::Server>& servers,
    const dns::Asked& asked,
    std::chrono::milliseconds patience) {
  base::Error last{.kind = ErrorKind::unavailable, .message = "there is no name server"};
  for (int round = 0; round < rounds; ++round) {
    for (const auto& server : servers) {
      auto reply = co_await ask_server(server, asked, patience);
      if (!reply) {
        last = std::move(reply).error();
        if (last.kind == ErrorKind::not_found) co_return std::unexpected(std::move(last));
        continue;
      }
      if (reply->rcode == dns::Rcode::no_error || reply->rcode == dns::Rcode::name_error)
        co_return std::move(reply);
      last.message = "the name server failed (code " +
                     std::to_string(static_cast<unsigned>(reply->rcode)) + ")";
    }
  }
  last.kind = ErrorKind::unavailable;
  co_return std::unexpected(std::move(last));
}

/// The addresses of one family. Errors: not_found, unavailable.
net::Task<base::Result<Addresses>> look_up(
    const std::vector<NameServers::Server>& servers,
    std::string name,
    dns::Type type,
    std::chrono::milliseconds patience) {
  const std::string host = name;
  for (int alias = 0; alias <= most_aliases; ++alias) {
    const dns::Asked asked{.name = name, .type = type};
    auto reply = co_await ask_any(servers, asked, patience);
    if (!reply) {
      reply.error().message = "cannot resolve " + host + ": " + reply.error().message;
      co_return std::unexpected(std::move(reply).error());
    }
    if (!reply->addresses.empty()) {
      Addresses out;
      for (const auto& each : reply->addresses)
        out.push_back(address_of(each));
      co_return out;
    }
    const bool goes_on = reply->rcode == dns::Rcode::no_error && reply->canonical != name;
    if (!goes_on) break;
    name = std::move(reply->canonical);
  }
  co_return fail(ErrorKind::not_found, "cannot resolve " + host + ": it has no address");
}

/// IPv4; when it is there, IPv6 has only a moment left.
net::Task<base::Result<Addresses>> look_up_v4(
    const std::vector<NameServers::Server>& servers,
    std::string name,
    std::chrono::milliseconds patience,
    net::asio::steady_timer& hurry) {
  auto found = co_await look_up(servers, std::move(name), dns::Type::a, patience);
  if (found) hurry.expires_after(resolution_delay);
  co_return std::move(found);
}

/// Ends when the timer has run out; setting it anew is no end.
net::Task<> run_out(net::asio::steady_timer& timer) {
  for (;;) {
    const auto [changed] = co_await timer.async_wait(net::as_result);
    if (!changed) co_return;
  }
}

net::Task<base::Result<Addresses>> look_up_v6(
    const std::vector<NameServers::Server>& servers,
    std::string name,
    std::chrono::milliseconds patience,
    net::asio::steady_timer& hurry) {
  const auto executor = co_await net::asio::this_coro::executor;
  auto race = net::asio::experimental::make_parallel_group(
      net::asio::co_spawn(
          executor, look_up(servers, std::move(name), dns::Type::aaaa, patience),
          net::asio::deferred),
      net::asio::co_spawn(executor, run_out(hurry), net::asio::deferred));
  auto [order, fault, found, late] =
      co_await race.async_wait(net::asio::experimental::wait_for_one(), net::asio::use_awaitable);
  if (order[0] == 1) co_return fail(ErrorKind::timeout, "too late");
  if (fault) std::rethrow_exception(fault);
  co_return std::move(found);
}

}  // namespace

net::Task<base::Result<dns::Reply>> NameServers::records(std::string name, dns::Type type) {
  std::uint32_t ttl = std::numeric_limits<std::uint32_t>::max();  // of the aliases so far
  for (int alias = 0; alias <= most_aliases; ++alias) {
    const dns::Asked asked{.name = name, .type = type};
    auto reply = co_await ask_any(servers_, asked, patience_);
    if (!reply) co_return std::move(reply);
    reply->ttl = ttl = std::min(ttl, reply->ttl);
    const bool goes_on =
        reply->rcode == dns::Rcode::no_error && reply->data.empty() && reply->canonical != name;
    if (!goes_on) co_return std::move(reply);
    name = std::move(reply->canonical);
  }
  co_return fail(ErrorKind::not_found, "the chain of aliases has no end");
}

net::Task<base::Result<Addresses>> NameServers::resolve(std::string host) {
  boost::system::error_code not_literal;
  const auto literal = net::asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Addresses{literal};
  const auto executor = co_await net::asio::this_coro::executor;
  net::asio::steady_timer hurry(executor, net::asio::steady_timer::time_point::max());
  auto both = net::asio::experimental::make_parallel_group(
      net::asio::co_spawn(
          executor, look_up_v6(servers_, host, patience_, hurry), net::asio::deferred),
      net::asio::co_spawn(
          executor, look_up_v4(servers_, host, patience_, hurry), net::asio::deferred));
  auto [order, fault6, v6, fault4, v4] =
      co_await both.async_wait(net::asio::experimental::wait_for_all(), net::asio::use_awaitable);
  if (fault6) std::rethrow_exception(fault6);
  if (fault4) std::rethrow_exception(fault4);
  if (!v6 && !v4) {
    // Not to be found is a definite answer only when both families say so.
    const bool v4_failed = v4.error().kind != ErrorKind::not_found;
    co_return std::unexpected(v4_failed ? std::move(v4).error() : std::move(v6).error());
  }
  Addresses out = v6 ? *std::move(v6) : Addresses();
  if (v4) out.insert(out.end(), v4->begin(), v4->end());
  co_return out;
}

}  // namespace gateway
