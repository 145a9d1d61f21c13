// SPDX-License-Identifier: Apache-2.0
#pragma once
// A DNS query as a value, read strictly from hostile bytes (RFC 1035, 6891).

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "dns/type.h"

namespace dns {

inline constexpr std::uint16_t class_in = 1;

enum class Rcode : std::uint16_t {
  no_error = 0,
  format_error = 1,
  server_failure = 2,
  name_error = 3,
  not_implemented = 4,
  refused = 5,
  bad_version = 16,
};

/// What a reply repeats from the header of its query.
struct Header {
  std::uint16_t id = 0;
  std::uint8_t opcode = 0;
  bool recursion_desired = false;
  bool checking_disabled = false;
  bool operator==(const Header&) const = default;
};

struct Question {
  std::optional<std::string>
      name{};           // lower case, no trailing dot, "" is the root; nothing when a byte of it
                        // is neither letter, digit, hyphen nor underscore: no host is called so
  Type type = Type::a;  // any number, also one that `Type` does not list
  std::uint16_t klass = class_in;
  std::string wire{};  // as it was asked, for the reply: some clients compare the case
  bool operator==(const Question&) const = default;
};

struct Edns {
  std::uint16_t udp_size = 512;  // that the client can take
  std::uint8_t version = 0;
  bool dnssec_ok = false;
  bool operator==(const Edns&) const = default;
};

struct Query {
  Header header{};
  Question question{};
  std::optional<Edns> edns{};
  bool operator==(const Query&) const = default;
};

/// A message that is not a query to answer.
struct Rejected {
  std::optional<Header>
      header{};  // nothing: not even a reply is due (no header, or itself a reply)
  Rcode rcode = Rcode::format_error;
  bool operator==(const Rejected&) const = default;
};

/// One question, no compression in it, nothing beside it but at most one OPT record, and no byte
/// after that. What the options inside OPT say is not looked at: nothing of a query travels on.
std::expected<Query, Rejected> parse_query(std::string_view message);

}  // namespace dns
