// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers the queries of a sandbox. A name gets an address of the pool when a rule could allow it,
// and what the name really resolves to is the gateway's business when somebody connects: no query
// for an address ever leaves. Records of other types do not exist, unless a rule lets them be
// looked up.

#include <string>
#include <string_view>
#include <variant>

#include "dns/answer.h"
#include "dns/message.h"
#include "dns/pool.h"
#include "dns/reply.h"

namespace dns {

/// What a name is inside. A default one does not exist.
struct NameVerdict {
  bool has_addresses = false;  // a connection to it could be allowed
  bool has_records = false;    // records of some type may be looked up
  std::string reason{};        // why it has no addresses; shown to the program that asked
};

/// Whether records of one type may be looked up.
struct RecordVerdict {
  bool allowed = false;
  std::string reason{};  // why not; shown to the program that asked
};

/// What knows the rules. Any thread may ask it. Names are in lower case, without a trailing dot,
/// and have only letters, digits, hyphens and underscores in their labels.
class NameJudge {
public:
  virtual ~NameJudge() = default;
  virtual NameVerdict judge(std::string_view name) const = 0;
  virtual RecordVerdict judge_records(std::string_view name, Type type) const = 0;
};

enum class Transport { udp, tcp };

/// What has to be asked outside before there is an answer.
struct Lookup {
  std::string name{};
  Type type = Type::txt;  // one that can be rebuilt
  bool has_addresses = false;
  bool operator==(const Lookup&) const = default;
};

/// A query that waits for its lookup.
struct Pending {
  Lookup lookup{};
  Query query{};
  std::size_t limit = 0;  // bytes of the reply
};

/// The reply to one message, without the length that goes before it on TCP (empty when none is
/// due), or what has to be looked up for it.
std::variant<std::string, Pending> respond(
    std::string_view message, Transport transport, Pool& pool, const NameJudge& judge);
/// The reply to a query whose lookup is done; `found` says why where it failed.
std::string respond(const Pending& pending, const base::Result<Reply>& found);

/// The same between values.
std::variant<Answer, Lookup> answer(const Query& query, Pool& pool, const NameJudge& judge);
Answer answer(const Lookup& lookup, const base::Result<Reply>& found);

}  // namespace dns
