// SPDX-License-Identifier: Apache-2.0
#include "gateway/dns_service.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <memory>

#include "dns/answerer.h"
#include "gateway/dns_judge.h"
#include "gateway/dns_lookup.h"
#include "gateway/wire.h"
#include "policy/name_servers.h"

namespace gateway {
namespace {

using net::asio::posix::stream_descriptor;

/// Queries answered before the loop's other connections have their turn.
constexpr int most_queries_at_once = 64;
/// Lookups of one door at a time; a resolver needs one.
constexpr int most_lookups = 64;

/// One of a limited number, given back when it goes.
using Place = std::shared_ptr<void>;

Place take_place(const std::shared_ptr<int>& taken) {
  ++*taken;
  return {nullptr, [taken](std::nullptr_t) { --*taken; }};
}

struct QuerySender {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
};

/// One door for datagrams. Lookups may outlive the task that reads from it.
struct UdpDoor {
  UdpDoor(net::Loop& loop, int door) : socket(loop.context(), ::fcntl(door, F_DUPFD_CLOEXEC, 3)) {}

  /// A client that is gone is no error of ours.
  void send(const std::string& answer, const QuerySender& to) {
    static_cast<void>(::sendto(
        socket.native_handle(), answer.data(), answer.size(), MSG_DONTWAIT,
        reinterpret_cast<const sockaddr*>(&to.address), to.size));
  }

  stream_descriptor socket;
  std::shared_ptr<int> lookups = std::make_shared<int>(0);
};

net::Task<> answer_later(
    const Shared& shared,
    std::shared_ptr<UdpDoor> door,
    dns::Pending pending,
    QuerySender sender,
    [[maybe_unused]] Place place) {
  const auto answer = co_await look_up_and_respond(shared, std::move(pending));
  door->send(answer, sender);
}

net::Task<> serve_udp(const Shared& shared, net::Loop& loop, int listener) {
  const auto door = std::make_shared<UdpDoor>(loop, listener);
  const PolicyJudge judge(shared);
  std::array<char, 4096> query{};
  for (;;) {
    const auto [error] =
        co_await door->socket.async_wait(stream_descriptor::wait_read, net::as_result);
    if (error) co_return;
    for (int turn = 0; turn < most_queries_at_once; ++turn) {
      QuerySender sender;
      const ssize_t size = ::recvfrom(
          door->socket.native_handle(), query.data(), query.size(), MSG_DONTWAIT,
          reinterpret_cast<sockaddr*>(&sender.address), &sender.size);
      if (size < 0) break;
      auto answer = dns::respond(
          {query.data(), static_cast<std::size_t>(size)}, dns::Transport::udp, shared.names, judge);
      if (auto* pending = std::get_if<dns::Pending>(&answer)) {
        if (*door->lookups < most_lookups)  // else the client asks again
          loop.tasks().spawn(
              answer_later(shared, door, std::move(*pending), sender, take_place(door->lookups)));
        continue;
      }
      const auto& text = std::get<std::string>(answer);
      if (!text.empty()) door->send(text, sender);
    }
  }
}

/// The next message of a connection, after two bytes of length (RFC 7766, 8); empty at the end.
net::Task<std::string> next_message(Wire& client, std::chrono::milliseconds patience) {
  constexpr std::size_t prefix = 2;
  for (;;) {
    const auto bytes = client.in.view();
    if (bytes.size() >= prefix) {
      const std::size_t size =
          static_cast<unsigned char>(bytes[0]) * 256U + static_cast<unsigned char>(bytes[1]);
      if (bytes.size() >= prefix + size) {
        std::string message(bytes.substr(prefix, size));
        client.in.consume(prefix + size);
        co_return message;
      }
    }
    client.stream.reads().expire_after(patience);
    auto more = co_await client.fill();
    if (!more || !*more) co_return "";
  }
}

/// One TCP connection: any number of queries, each answered before the next is looked at.
net::Task<> serve_tcp(const Shared& shared, net::Loop& loop, net::asio::ip::tcp::socket socket) {
  Wire client(std::move(socket), loop.deadlines());
  const PolicyJudge judge(shared);
  for (;;) {
    const auto query = co_await next_message(client, shared.limits.request_head);
    auto answered = dns::respond(query, dns::Transport::tcp, shared.names, judge);
    std::string answer;
    if (auto* pending = std::get_if<dns::Pending>(&answered)) {
      client.stream.reads().never_expire();
      answer = co_await look_up_and_respond(shared, std::move(*pending));
    } else {
      answer = std::get<std::string>(std::move(answered));
    }
    if (answer.empty()) co_return;
    std::string message;
    message += static_cast<char>(answer.size() >> 8U);
    message += static_cast<char>(answer.size() & 0xFFU);
    message += answer;
    client.stream.writes().expire_after(shared.limits.upload_stall);
    auto written = co_await client.stream.write(message);
    if (!written) co_return;
    client.stream.writes().never_expire();
  }
}

/// How many are served at a time: a resolver needs one.
constexpr int most_connections = 64;

net::Task<> serve_counted(
    const Shared& shared,
    net::Loop& loop,
    net::asio::ip::tcp::socket socket,
    [[maybe_unused]] Place place) {
  co_await serve_tcp(shared, loop, std::move(socket));
}

bool is_named_by_rule(const Shared& shared, const Doors::Destination& server) {
  const auto rules = shared.rules->get();
  return std::ranges::any_of(
      policy::name_servers_of(rules->policy(), policy::Protocol::tcp),
      [&](const policy::Address& named) {
        return std::ranges::equal(named.bytes(), server.address);
      });
}

net::Task<> accept_tcp(
    const Shared& shared,
    net::Loop& loop,
    const Doors& doors,
    std::function<void(base::Fd accepted)> take) {
  stream_descriptor door(loop.context(), ::fcntl(doors.dns_tcp.get(), F_DUPFD_CLOEXEC, 3));
  const auto served = std::make_shared<int>(0);
  for (;;) {
    const auto [error] = co_await door.async_wait(stream_descriptor::wait_read, net::as_result);
    if (error) co_return;
    const int accepted =
        ::accept4(door.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted < 0 && errno != EAGAIN) {
      net::asio::steady_timer pause(loop.context(), std::chrono::milliseconds(100));
      co_await pause.async_wait(net::as_result);
    }
    if (accepted < 0) continue;
    base::Fd fd(accepted);
    const auto server = doors.destination_of(accepted);
    if (server && is_named_by_rule(shared, *server)) {
      take(std::move(fd));
      continue;
    }
    net::asio::ip::tcp::socket socket(loop.context(), net::asio::ip::tcp::v6(), fd.release());
    if (*served >= most_connections) continue;
    loop.tasks().spawn(serve_counted(shared, loop, std::move(socket), take_place(served)));
  }
}

}  // namespace

void spawn_dns(
    const Shared& shared,
    net::Loop& loop,
    const Doors& doors,
    std::function<void(base::Fd accepted)> take) {
  auto& tasks = loop.tasks();
  if (doors.dns_udp4) tasks.spawn(serve_udp(shared, loop, doors.dns_udp4.get()));
  if (doors.dns_udp6) tasks.spawn(serve_udp(shared, loop, doors.dns_udp6.get()));
  if (doors.dns_tcp) tasks.spawn(accept_tcp(shared, loop, doors, std::move(take)));
}

}  // namespace gateway
