// SPDX-License-Identifier: Apache-2.0
#include "gateway/dns_service.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>

#include "dns/answerer.h"
#include "gateway/connection_record.h"
#include "gateway/repetitions.h"
#include "gateway/wire.h"

namespace gateway {
namespace {

using net::asio::posix::stream_descriptor;

/// A name gets an address if some rule might let a request to it pass; a refusal is recorded.
class PolicyJudge final : public dns::NameJudge {
public:
  explicit PolicyJudge(const Shared& shared) : shared_(shared) {}

  dns::NameVerdict judge(std::string_view name) const override {
    const auto& policy = shared_.pipeline->policy();
    if (policy::could_allow(policy, name)) return {.allowed = true};
    const auto decision =
        policy::decide_connection(policy, name, 443, policy::ConnectionKind::tunnel);
    if (!repetitions_.is_new(std::string(name)))
      return {.allowed = false, .reason = decision.reason};
    ConnectionRecord record(shared_, "DNS", "dns://" + std::string(name));
    record.decided(decision);
    record.refused("filter", decision.reason);
    return {.allowed = false, .reason = decision.reason};
  }

private:
  const Shared& shared_;
  mutable Repetitions repetitions_;  // each judge belongs to one task
};

/// Queries answered before the loop's other connections have their turn.
constexpr int most_at_once = 64;

net::Task<> serve_udp(const Shared& shared, net::Loop& loop, int door) {
  stream_descriptor socket(loop.context(), ::fcntl(door, F_DUPFD_CLOEXEC, 3));
  const PolicyJudge judge(shared);
  std::array<char, 4096> query{};
  for (;;) {
    const auto [error] = co_await socket.async_wait(stream_descriptor::wait_read, net::as_result);
    if (error) co_return;
    for (int turn = 0; turn < most_at_once; ++turn) {
      sockaddr_storage from{};
      socklen_t from_size = sizeof from;
      const ssize_t size = ::recvfrom(
          socket.native_handle(), query.data(), query.size(), MSG_DONTWAIT,
          reinterpret_cast<sockaddr*>(&from), &from_size);
      if (size < 0) break;
      const auto answer = dns::respond(
          {query.data(), static_cast<std::size_t>(size)}, dns::Transport::udp, shared.names, judge);
      if (answer.empty()) continue;
      // A client that is gone is no error of ours.
      static_cast<void>(::sendto(
          socket.native_handle(), answer.data(), answer.size(), MSG_DONTWAIT,
          reinterpret_cast<sockaddr*>(&from), from_size));
    }
  }
}

/// One TCP connection: messages with two bytes of length in front (RFC 7766).
net::Task<> serve_tcp(const Shared& shared, net::Loop& loop, net::asio::ip::tcp::socket socket) {
  Wire client(std::move(socket), loop.deadlines());
  const PolicyJudge judge(shared);
  for (;;) {
    const auto bytes = client.in.view();
    const std::size_t size = bytes.size() < 2 ? 0
                                              : static_cast<unsigned char>(bytes[0]) * 256U +
                                                    static_cast<unsigned char>(bytes[1]);
    if (bytes.size() < 2 || bytes.size() < size + 2) {
      client.stream.reads().expire_after(shared.limits.request_head);
      auto more = co_await client.fill();
      if (!more || !*more) co_return;
      continue;
    }
    const std::string answer =
        dns::respond(bytes.substr(2, size), dns::Transport::tcp, shared.names, judge);
    client.in.consume(size + 2);
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
    std::shared_ptr<int> count) {
  struct Release {
    int& count;
    ~Release() { --count; }
  } const release{*count};
  co_await serve_tcp(shared, loop, std::move(socket));
}

net::Task<> accept_tcp(const Shared& shared, net::Loop& loop, int listener) {
  stream_descriptor door(loop.context(), ::fcntl(listener, F_DUPFD_CLOEXEC, 3));
  const auto count = std::make_shared<int>(0);
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
    net::asio::ip::tcp::socket socket(loop.context(), net::asio::ip::tcp::v6(), accepted);
    if (*count >= most_connections) continue;
    ++*count;
    loop.tasks().spawn(serve_counted(shared, loop, std::move(socket), count));
  }
}

}  // namespace

void spawn_dns(const Shared& shared, net::Loop& loop, const Doors& doors) {
  auto& tasks = loop.tasks();
  if (doors.dns_udp4) tasks.spawn(serve_udp(shared, loop, doors.dns_udp4.get()));
  if (doors.dns_udp6) tasks.spawn(serve_udp(shared, loop, doors.dns_udp6.get()));
  if (doors.dns_tcp) tasks.spawn(accept_tcp(shared, loop, doors.dns_tcp.get()));
}

}  // namespace gateway
