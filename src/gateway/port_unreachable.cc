// SPDX-License-Identifier: Apache-2.0
#include "gateway/port_unreachable.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

namespace gateway {
namespace {

using net::asio::ip::udp;

constexpr std::size_t ipv4_header = 20;
constexpr std::size_t udp_header = 8;
constexpr unsigned hop_limit = 64;

class Bytes {
public:
  Bytes& u8(unsigned value) {
    out_ += static_cast<char>(value & 0xFFU);
    return *this;
  }
  Bytes& u16(std::size_t value) {
    return u8(static_cast<unsigned>(value >> 8U)).u8(static_cast<unsigned>(value));
  }
  Bytes& u32(std::uint32_t value) { return u16(value >> 16U).u16(value & 0xFFFFU); }
  Bytes& address(const net::asio::ip::address& value) {
    if (value.is_v4()) return u32(value.to_v4().to_uint());
    for (const auto byte : value.to_v6().to_bytes())
      u8(byte);
    return *this;
  }
  Bytes& text(std::string_view value) {
    out_ += value;
    return *this;
  }
  std::string finish() { return std::move(out_); }

private:
  std::string out_;
};

/// RFC 1071; an even number of bytes.
std::uint16_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    sum += static_cast<unsigned>(static_cast<unsigned char>(bytes[i])) << 8U |
           static_cast<unsigned char>(bytes[i + 1]);
  }
  while (sum >> 16U != 0)
    sum = (sum & 0xFFFFU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

void set_checksum(std::string& bytes, std::size_t at) {
  const auto sum = checksum(bytes);
  bytes[at] = static_cast<char>(sum >> 8U);
  bytes[at + 1] = static_cast<char>(sum & 0xFFU);
}

/// The head of the datagram that could not be delivered.
std::string udp_head(const DatagramPath& path, std::size_t size) {
  constexpr unsigned unknown_checksum = 0;
  return Bytes()
      .u16(path.program.port())
      .u16(path.destination.port())
      .u16(udp_header + size)
      .u16(unknown_checksum)
      .finish();
}

std::string ipv4_head(const DatagramPath& path, std::size_t size) {
  auto head = Bytes()
                  .u8(0x45)
                  .u8(0)
                  .u16(ipv4_header + udp_header + size)
                  .u32(0)  // no fragment
                  .u8(hop_limit)
                  .u8(IPPROTO_UDP)
                  .u16(0)
                  .address(path.program.address())
                  .address(path.destination.address())
                  .finish();
  set_checksum(head, 10);
  return head;
}

std::string ipv6_head(const DatagramPath& path, std::size_t size) {
  return Bytes()
      .u32(0x60000000)
      .u16(udp_header + size)
      .u8(IPPROTO_UDP)
      .u8(hop_limit)
      .address(path.program.address())
      .address(path.destination.address())
      .finish();
}

std::string icmp_head(unsigned type, unsigned code) {
  return Bytes().u8(type).u8(code).u16(0).u32(0).finish();
}

}  // namespace

std::string port_unreachable(const DatagramPath& path, std::size_t size) {
  if (path.destination.address().is_v6())
    return icmp_head(1, 4) + ipv6_head(path, size) + udp_head(path, size);
  auto message = icmp_head(3, 3) + ipv4_head(path, size) + udp_head(path, size);
  set_checksum(message, 2);
  return message;
}

void tell_port_unreachable(int icmp_socket, const DatagramPath& path, std::size_t size) {
  const auto message = port_unreachable(path, size);
  const udp::endpoint program(path.program.address(), 0);  // raw sockets have no ports
  static_cast<void>(::sendto(
      icmp_socket, message.data(), message.size(), MSG_DONTWAIT, program.data(),
      static_cast<socklen_t>(program.size())));
}

}  // namespace gateway
