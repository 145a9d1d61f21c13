// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a request target (RFC 9112, 3.2) and of an authority, split but not normalised.

#include <cstdint>
#include <optional>
#include <string_view>

namespace http {

enum class TargetForm { origin, absolute, authority, asterisk };

/// Views into the target that was split.
struct TargetParts {
  TargetForm form = TargetForm::origin;
  std::string_view scheme{};                // absolute form only
  std::string_view authority{};             // absolute and authority form
  std::string_view path{};                  // may be empty in absolute form
  std::optional<std::string_view> query{};  // without "?"; "/a?" has an empty one, "/a" none
  bool operator==(const TargetParts&) const = default;
};

struct Authority {
  std::string_view host{};              // without the brackets of an IPv6 address
  std::optional<std::uint16_t> port{};  // 1..65535
  bool operator==(const Authority&) const = default;
};

/// Nothing when the target's form is none of the four, or does not belong to the method: CONNECT
/// has the authority form and only CONNECT, the asterisk is for OPTIONS. A fragment or user
/// information is refused too.
std::optional<TargetParts> split_target(std::string_view method, std::string_view target);

/// "host", "host:port", "[v6]" or "[v6]:port", as in a Host field. Nothing for user information,
/// escapes, an empty or oversized port, or a byte that no host name has.
std::optional<Authority> split_authority(std::string_view text);

}  // namespace http
