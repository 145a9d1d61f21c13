// SPDX-License-Identifier: Apache-2.0
#include "sandbox/refusals.h"

#include <fmt/format.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace sandbox {
namespace {

constexpr int packet_message = (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET;
constexpr std::uint16_t attribute_type_mask = 0x3fff;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

/// A fixed header at the beginning of `bytes`, if they are long enough.
template <class T>
std::optional<T> header_of(std::string_view bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  bytes.copy(reinterpret_cast<char*>(&value), sizeof value);
  return value;
}

bool has_ports(std::uint8_t protocol) {
  return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE ||
         protocol == IPPROTO_SCTP || protocol == IPPROTO_DCCP;
}

/// Fills in what the transport header, if it is there, says.
Refusal with_port(Refusal refusal, std::string_view transport) {
  if (has_ports(refusal.protocol) && transport.size() >= 4)
    refusal.destination.port =
        static_cast<std::uint16_t>(byte_at(transport, 2) << 8 | byte_at(transport, 3));
  return refusal;
}

std::optional<Refusal> parse_ipv4(std::string_view packet) {
  constexpr std::size_t shortest = 20;
  if (packet.size() < shortest) return std::nullopt;
  const std::size_t header = (byte_at(packet, 0) & 0x0fU) * 4U;
  if (header < shortest || header > packet.size()) return std::nullopt;
  Refusal refusal{.protocol = byte_at(packet, 9), .destination = {}};
  std::memcpy(refusal.destination.address.data(), packet.data() + 16, 4);
  const bool first_fragment = (byte_at(packet, 6) & 0x1fU) == 0 && byte_at(packet, 7) == 0;
  return with_port(refusal, first_fragment ? packet.substr(header) : std::string_view());
}

bool is_extension(std::uint8_t protocol) {
  return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
         protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

std::optional<Refusal> parse_ipv6(std::string_view packet) {
  constexpr std::size_t fixed = 40;
  if (packet.size() < fixed) return std::nullopt;
  Refusal refusal{.protocol = byte_at(packet, 6), .destination = {.is_v4 = false}};
  std::memcpy(refusal.destination.address.data(), packet.data() + 24, 16);

  auto rest = packet.substr(fixed);
  while (is_extension(refusal.protocol) && rest.size() >= 8) {
    const bool fragment = refusal.protocol == IPPROTO_FRAGMENT;
    const bool later_fragment = fragment && (byte_at(rest, 2) != 0 || (byte_at(rest, 3) & 0xf8U));
    const std::size_t length = fragment ? 8 : (byte_at(rest, 1) + 1U) * 8U;
    refusal.protocol = byte_at(rest, 0);
    rest = later_fragment ? std::string_view() : rest.substr(std::min(length, rest.size()));
  }
  return with_port(refusal, rest);
}

std::optional<Refusal> parse_packet(std::string_view packet) {
  if (packet.empty()) return std::nullopt;
  switch (byte_at(packet, 0) >> 4) {
    case 4:
      return parse_ipv4(packet);
    case 6:
      return parse_ipv6(packet);
    default:
      return std::nullopt;
  }
}

/// The value of the first attribute of `type`; empty when there is none.
std::string_view find_attribute(std::string_view attributes, std::uint16_t type) {
  while (const auto header = header_of<nlattr>(attributes)) {
    if (header->nla_len < NLA_HDRLEN || header->nla_len > attributes.size()) return {};
    if ((header->nla_type & attribute_type_mask) == type)
      return attributes.substr(NLA_HDRLEN, header->nla_len - std::size_t{NLA_HDRLEN});
    attributes.remove_prefix(
        std::min<std::size_t>(NLA_ALIGN(std::size_t{header->nla_len}), attributes.size()));
  }
  return {};
}

/// The packet that a netlink message of the log holds; empty when it is another message.
std::string_view logged_packet(const nlmsghdr& header, std::string_view message) {
  constexpr std::size_t attributes = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(nfgenmsg));
  if (header.nlmsg_type != packet_message || message.size() < attributes) return {};
  return find_attribute(message.substr(attributes), NFULA_PAYLOAD);
}

std::string_view name_of_protocol(std::uint8_t protocol) {
  switch (protocol) {
    case IPPROTO_ICMP:
      return "icmp";
    case IPPROTO_TCP:
      return "tcp";
    case IPPROTO_UDP:
      return "udp";
    case IPPROTO_ICMPV6:
      return "icmpv6";
    case IPPROTO_SCTP:
      return "sctp";
    case IPPROTO_DCCP:
      return "dccp";
    case IPPROTO_UDPLITE:
      return "udplite";
    default:
      return {};
  }
}

}  // namespace

std::string Refusal::to_string() const {
  auto where = destination.to_string();
  if (destination.port == 0) where.resize(where.rfind(':'));
  const auto name = name_of_protocol(protocol);
  return name.empty() ? fmt::format("protocol {} {}", protocol, where)
                      : fmt::format("{} {}", name, where);
}

std::vector<Refusal> parse_refusals(std::string_view datagram) {
  std::vector<Refusal> refusals;
  while (const auto header = header_of<nlmsghdr>(datagram)) {
    if (header->nlmsg_len < NLMSG_HDRLEN || header->nlmsg_len > datagram.size()) break;
    const auto packet = logged_packet(*header, datagram.substr(0, header->nlmsg_len));
    if (auto refusal = parse_packet(packet)) refusals.push_back(*refusal);
    datagram.remove_prefix(
        std::min<std::size_t>(NLMSG_ALIGN(std::size_t{header->nlmsg_len}), datagram.size()));
  }
  return refusals;
}

}  // namespace sandbox
