// SPDX-License-Identifier: Apache-2.0
#include "gateway/udp_flow.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "gateway/port_unreachable.h"

namespace gateway {
namespace {

constexpr std::size_t most_waiting = 256UL << 10U;  // bytes of one flow
constexpr std::size_t overhead = 64;                // of a datagram that waits, about
constexpr int most_answers_at_once = 32;            // then others on this loop
constexpr int server_buffer = 1 << 20;              // the kernel gives what it allows

bool would_wait(int reason) { return reason == EAGAIN || reason == EWOULDBLOCK; }

base::Result<base::Fd> connected_socket(const net::asio::ip::tcp::endpoint& endpoint) {
  const int family = endpoint.address().is_v4() ? AF_INET : AF_INET6;
  base::Fd socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return base::fail_errno("open a socket");
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &server_buffer, sizeof server_buffer);
  const auto size = static_cast<socklen_t>(endpoint.size());
  if (::connect(socket.get(), endpoint.data(), size) != 0) return base::fail_errno("connect");
  return socket;
}

flow::Arrival arrival_at(const std::string& host, std::uint16_t port) {
  return {.host = host, .port = port};
}

}  // namespace

UdpFlow::UdpFlow(
    const Shared& shared,
    net::Loop& loop,
    const DatagramDoors& doors,
    WaitingRoom& waiting_room,
    DatagramPath path,
    std::string host,
    const policy::Decision& decision)
    : shared_(shared),
      loop_(loop),
      doors_(doors),
      waiting_room_(waiting_room),
      path_(std::move(path)),
      host_(std::move(host)),
      record_(shared, "UDP", arrival_at(host_, path_.destination.port())),
      silence_(loop, *this) {
  record_.decided(decision);
}

UdpFlow::~UdpFlow() { empty_waiting_room(); }

void UdpFlow::send(std::string_view bytes) {
  last_size_ = bytes.size();
  if (ended_) return;
  if (!server_) {
    keep(bytes);
    return;
  }
  silence_.expire_after(shared_.limits.udp_silence);
  // A refusal of an earlier datagram may be told in place of sending this one.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (::send(server_->native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT) >= 0) {
      record_.count().up += bytes.size();
      ++record_.datagrams().up;
      return;
    }
    if (would_wait(errno)) return;
    note_failure(errno);
  }
}

void UdpFlow::keep(std::string_view bytes) {
  const auto cost = bytes.size() + overhead;
  if (cost > waiting_room_.left || waiting_cost_ + cost > most_waiting) return;
  waiting_room_.left -= cost;
  waiting_cost_ += cost;
  waiting_.emplace_back(bytes);
}

void UdpFlow::empty_waiting_room() {
  waiting_room_.left += std::exchange(waiting_cost_, 0);
  waiting_.clear();
}

bool UdpFlow::connect(const net::Endpoints& endpoints) {
  std::string problem = "there is no address";
  for (const auto& endpoint : endpoints) {
    auto socket = connected_socket(endpoint);
    if (!socket) {
      problem = socket.error().message;
      continue;
    }
    server_.emplace(loop_.context(), socket->release());
    record_.dialled(text_of(endpoint));
    silence_.expire_after(shared_.limits.udp_silence);
    for (const auto& each : waiting_)
      send(each);
    empty_waiting_room();
    return true;
  }
  refuse("connect", problem);
  return false;
}

void UdpFlow::refuse(std::string stage, std::string reason) {
  record_.refused(std::move(stage), std::move(reason));
  tell_program();
}

void UdpFlow::tell_program() {
  const auto& icmp = path_.destination.address().is_v4() ? doors_.icmp4 : doors_.icmp6;
  tell_port_unreachable(icmp.get(), path_, last_size_);
}

void UdpFlow::note_failure(int reason) {
  if (reason == ECONNREFUSED) {
    refuse("connect", "the server is not there: its port is unreachable");
  } else {
    record_.refused("connect", "a datagram was lost: " + std::generic_category().message(reason));
  }
}

void UdpFlow::pass_down(std::span<char> room) {
  for (int turn = 0; turn < most_answers_at_once && !ended_; ++turn) {
    const ssize_t size = ::recv(server_->native_handle(), room.data(), room.size(), MSG_DONTWAIT);
    if (size >= 0) {
      answer({room.data(), static_cast<std::size_t>(size)});
      continue;
    }
    if (would_wait(errno)) return;
    note_failure(errno);
  }
}

void UdpFlow::answer(std::string_view bytes) {
  silence_.expire_after(shared_.limits.udp_silence);
  if (!program_ && !open_answers()) return;
  // What the program has no room for is lost, as on any network.
  if (::send(program_->native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT) < 0) return;
  record_.count().down += bytes.size();
  ++record_.datagrams().down;
}

bool UdpFlow::open_answers() {
  auto socket = doors_.answer(path_.destination, path_.program);
  if (!socket) {
    record_.refused("capture", "no socket to answer from: " + socket.error().message);
    end();
    return false;
  }
  program_.emplace(loop_.context(), socket->release());
  return true;
}

void UdpFlow::end() {
  ended_ = true;
  boost::system::error_code ignored;
  for (auto* descriptor : {server(), program()})
    if (descriptor != nullptr) descriptor->close(ignored);
}

void UdpFlow::give_way() {
  record_.refused("limit", "it was silent for longest when there were too many flows");
  end();
}

}  // namespace gateway
