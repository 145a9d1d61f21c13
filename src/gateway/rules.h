// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the configuration says of traffic: a snapshot, which a reload replaces whole. What began
// with one ends with it.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/current.h"
#include "flow/pipeline.h"
#include "policy/pattern.h"
#include "policy/record_rule.h"

namespace gateway {

struct Rules {
  std::shared_ptr<const flow::Pipeline> pipeline;
  std::size_t held_body = 10UL << 20U;  // a longer one is looked into as it streams by
  std::size_t logged_body = 262144;     // bytes of each body that go into a record
  std::vector<std::string>
      masked_headers{};                     // whose values no record holds, besides the usual ones
  std::vector<policy::Pattern> log_skip{};  // an exchange that one of them matches is not logged
  std::vector<policy::RecordRule> record_rules{};

  const policy::Policy& policy() const { return pipeline->policy(); }
};

/// The ones in force. Whoever looks something up in a snapshot holds it for as long as that counts.
using CurrentRules = base::Current<Rules>;
using RulesPointer = CurrentRules::Pointer;

}  // namespace gateway
