// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is answered, and how it stands on the wire (RFC 1035, 6891, 8914).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/address.h"
#include "dns/message.h"

namespace dns {

/// Seconds a client may remember an answer: that there is an address (which stays the same), and
/// that there is nothing (which a new rule may change).
inline constexpr std::uint32_t answer_ttl = 60;
inline constexpr std::uint32_t negative_ttl = 10;

/// A record about the name in question.
struct Record {
  Type type = Type::a;
  std::string data{};
  std::uint32_t ttl = answer_ttl;
  bool operator==(const Record&) const = default;
};

Record address_record(const Address& address);
Record name_record(std::string_view name);
/// What an ANY query gets (RFC 8482).
Record refused_any_record();

/// Why an answer is what it is, for clients that speak EDNS (RFC 8914).
struct ExtendedError {
  enum class Code : std::uint16_t {
    other = 0,
    blocked = 15,
    not_supported = 21,
    no_reachable_authority = 22,
  };
  Code code = Code::other;
  std::string text{};
  bool operator==(const ExtendedError&) const = default;
};

/// No records and `no_error`: the name exists, but not with this type. That, and `name_error`, goes
/// with an SOA record of the root, which says for how long (RFC 2308, 3).
struct Answer {
  Rcode rcode = Rcode::no_error;
  std::vector<Record> records{};
  std::optional<ExtendedError> error{};
  bool operator==(const Answer&) const = default;
};

/// The reply, in at most `limit` bytes (at least 512): if it does not fit it goes without the
/// error's text, then without records and marked as truncated.
std::string write_answer(const Query& query, const Answer& answer, std::size_t limit);
/// A bare header, or nothing when no reply is due.
std::string write_rejection(const Rejected& rejected);

}  // namespace dns
