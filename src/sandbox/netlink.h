// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asking the kernel over netlink: one message, one answer.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/result.h"

namespace sandbox {

/// The bytes of a trivially copyable value, as attributes and fixed headers are sent.
template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// A request being written: the fixed header of its type, then attributes.
class NetlinkMessage {
public:
  /// `flags` besides NLM_F_REQUEST and NLM_F_ACK, which are always set.
  NetlinkMessage(std::uint16_t type, std::uint16_t flags, std::string_view fixed_header);

  NetlinkMessage& add(std::uint16_t attribute, std::string_view value);
  /// The message with its length filled in.
  std::string finish() &&;

private:
  std::string bytes_;
};

/// A netlink socket of the network namespace that it was opened in.
class Netlink {
public:
  static base::Result<Netlink> open(int protocol);

  /// Sends and waits for the kernel's yes. `doing` is told in the error.
  base::Result<> ask(std::string_view doing, NetlinkMessage message);
  int get() const { return socket_.get(); }
  base::Fd release() && { return std::move(socket_); }

private:
  explicit Netlink(base::Fd socket) : socket_(std::move(socket)) {}
  base::Fd socket_;
};

}  // namespace sandbox
