// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers every query of a sandbox by itself. No query ever leaves: a name gets an address of the
// pool when a rule could allow it, and what the name really resolves to is the gateway's business
// when somebody connects.

#include <string>
#include <string_view>

#include "dns/answer.h"
#include "dns/message.h"
#include "dns/pool.h"

namespace dns {

/// Whether a connection to a name could be allowed at all. A default one refuses.
struct NameVerdict {
  bool allowed = false;
  std::string reason{};  // why not; shown to the program that asked
};

/// What knows the rules. Any thread may ask it.
class NameJudge {
public:
  virtual ~NameJudge() = default;
  /// `name` is lower case, without a trailing dot, and has only letters, digits, hyphens and
  /// underscores in its labels.
  virtual NameVerdict judge(std::string_view name) const = 0;
};

enum class Transport { udp, tcp };

/// The reply to one message, without the length that goes before it on TCP; empty when none is due.
std::string respond(
    std::string_view message, Transport transport, Pool& pool, const NameJudge& judge);

/// The same between values.
Answer answer(const Query& query, Pool& pool, const NameJudge& judge);

}  // namespace dns
