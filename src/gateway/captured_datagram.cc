// SPDX-License-Identifier: Apache-2.0
#include "gateway/captured_datagram.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace gateway {
namespace {

using net::asio::ip::udp;

union Control {
  cmsghdr header;  // for its alignment
  std::array<char, CMSG_SPACE(sizeof(sockaddr_in6))> bytes;
};

template <class Address>
udp::endpoint endpoint_from(const void* address) {
  udp::endpoint out;
  std::memcpy(out.data(), address, sizeof(Address));
  out.resize(sizeof(Address));
  return out;
}

/// The address that a datagram was sent to; unspecified when the kernel did not tell.
udp::endpoint destination_of(msghdr& envelope) {
  for (auto* part = CMSG_FIRSTHDR(&envelope); part; part = CMSG_NXTHDR(&envelope, part)) {
    if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_ORIGDSTADDR)
      return endpoint_from<sockaddr_in>(CMSG_DATA(part));
    if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_ORIGDSTADDR)
      return endpoint_from<sockaddr_in6>(CMSG_DATA(part));
  }
  return {};
}

}  // namespace

std::optional<CapturedDatagram> next_captured(int socket, std::span<char> room) {
  udp::endpoint program;
  iovec part{.iov_base = room.data(), .iov_len = room.size()};
  Control control{};
  msghdr envelope{};
  envelope.msg_name = program.data();
  envelope.msg_namelen = static_cast<socklen_t>(program.capacity());
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  envelope.msg_control = &control;
  envelope.msg_controllen = sizeof control;
  const ssize_t size = ::recvmsg(socket, &envelope, MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  program.resize(envelope.msg_namelen);
  return CapturedDatagram{
      .path = {.program = program, .destination = destination_of(envelope)},
      .bytes = {room.data(), static_cast<std::size_t>(size)}};
}

}  // namespace gateway
