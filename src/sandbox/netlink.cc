// SPDX-License-Identifier: Apache-2.0
#include "sandbox/netlink.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace sandbox {
namespace {

void pad(std::string& bytes) { bytes.resize(NLMSG_ALIGN(bytes.size())); }

}  // namespace

NetlinkMessage::NetlinkMessage(
    std::uint16_t type, std::uint16_t flags, std::string_view fixed_header) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
  bytes_.append(bytes_of(header)).append(fixed_header);
  pad(bytes_);
}

NetlinkMessage& NetlinkMessage::add(std::uint16_t attribute, std::string_view value) {
  nlattr header{};
  header.nla_len = static_cast<std::uint16_t>(NLA_HDRLEN + value.size());
  header.nla_type = attribute;
  bytes_.append(bytes_of(header)).append(value);
  pad(bytes_);
  return *this;
}

std::string NetlinkMessage::finish() && {
  const auto size = static_cast<std::uint32_t>(bytes_.size());
  std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &size, sizeof size);
  return std::move(bytes_);
}

base::Result<Netlink> Netlink::open(int protocol) {
  base::Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (!socket) return base::fail_errno("open a netlink socket");
  return Netlink(std::move(socket));
}

base::Result<> Netlink::ask(std::string_view doing, NetlinkMessage message) {
  const auto bytes = std::move(message).finish();
  if (send(socket_.get(), bytes.data(), bytes.size(), 0) < 0) return base::fail_errno(doing);

  std::array<char, 4096> reply{};
  const auto size = recv(socket_.get(), reply.data(), reply.size(), 0);
  if (size < 0) return base::fail_errno(doing);
  nlmsghdr header{};
  nlmsgerr verdict{};
  if (static_cast<std::size_t>(size) < NLMSG_HDRLEN + sizeof verdict)
    return base::fail(
        base::ErrorKind::internal, std::string(doing) + ": the kernel's answer is cut");
  std::memcpy(&header, reply.data(), sizeof header);
  std::memcpy(&verdict, reply.data() + NLMSG_HDRLEN, sizeof verdict);
  if (header.nlmsg_type != NLMSG_ERROR)
    return base::fail(base::ErrorKind::internal, std::string(doing) + ": an unexpected answer");
  if (verdict.error == 0) return {};
  errno = -verdict.error;
  return base::fail_errno(doing);
}

}  // namespace sandbox
