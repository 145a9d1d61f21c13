// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a stage answers. A refusal is an answer, not an error.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "policy/rule.h"

namespace flow {

struct Pass {};

/// The request does not go out; the client gets `status` and the reason.
struct Deny {
  int status = 403;
  std::string stage{};   // who refused: route, filter, ask, inject, resolve, address, proxy,
                         // connect, tls, timeout, limit, log …
  std::string reason{};  // a sentence for a person
  const policy::Rule* rule =
      nullptr;  // the rule that decided, if one did; lives as long as the pipeline
  std::optional<std::uint32_t> broken_by{};  // the code with which a server ended its stream of
                                             // HTTP/2 (RFC 9113, 7)
};

/// A person has to be asked.
struct Ask {
  std::string reason{};
  const policy::Rule* rule = nullptr;
};

using Verdict = std::variant<Pass, Deny, Ask>;

}  // namespace flow
