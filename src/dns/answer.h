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

/// A record about the name in question.
struct Record {
  Type type = Type::a;
  std::string data{};
  bool operator==(const Record&) const = default;
};

Record address_record(const Address& address);
Record name_record(std::string_view name);
/// What an ANY query gets (RFC 8482).
Record refused_any_record();

/// Why an answer is what it is, for clients that speak EDNS (RFC 8914).
struct ExtendedError {
  enum class Code : std::uint16_t { other = 0, blocked = 15 };
  Code code = Code::other;
  std::string text{};
  bool operator==(const ExtendedError&) const = default;
};

/// No records and `no_error`: the name exists, but not with this type.
struct Answer {
  Rcode rcode = Rcode::no_error;
  std::vector<Record> records{};
  std::optional<ExtendedError> error{};
  bool operator==(const Answer&) const = default;
};

/// Seconds a client may remember an answer.
inline constexpr std::uint32_t answer_ttl = 60;

/// The reply, in at most `limit` bytes (at least 512): if it does not fit it goes without the
/// error's text, then without records and marked as truncated.
std::string write_answer(const Query& query, const Answer& answer, std::size_t limit);
/// A bare header, or nothing when no reply is due.
std::string write_rejection(const Rejected& rejected);

}  // namespace dns
