// SPDX-License-Identifier: Apache-2.0
#pragma once
// The asking side: a question for a name server, and its reply, read strictly from hostile bytes
// (RFC 1035, 5452, 6891).

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/address.h"
#include "dns/message.h"

namespace dns {

/// What is asked: `name` in lower case, `type` is a, aaaa or one that can be rebuilt
/// (record_data.h).
struct Asked {
  std::uint16_t id = 0;
  std::string name{};
  Type type = Type::a;
};

enum class WithEdns { no, yes };

/// A query that wants recursion; nothing when the name has no form on the wire.
std::optional<std::string> write_query(const Asked& asked, WithEdns edns);

struct Reply {
  Rcode rcode = Rcode::no_error;
  bool truncated = false;            // ask again over TCP; what else stands here does not count
  std::vector<Address> addresses{};  // of the name at the end of the chain, at most 64
  std::vector<std::string> data{};   // of its records, when no addresses were asked for
  std::uint32_t ttl = 0;             // seconds for which all of that holds
  std::string canonical{};           // that name: `Asked::name` where there is no alias
  bool operator==(const Reply&) const = default;
};

/// Why a message is no reply to go by.
enum class BadReply {
  unrelated,  // another id or question: perhaps forged; the right one may still come
  malformed,
};

/// More records than anybody has.
inline constexpr std::size_t most_records = 256;

/// The answers about the name that was asked and its aliases (16 at most, in any order); whatever
/// else the message says is not looked at.
std::expected<Reply, BadReply> parse_reply(std::string_view message, const Asked& asked);

}  // namespace dns
