// SPDX-License-Identifier: Apache-2.0
#pragma once
// The rules as DNS sees them: which names have an address inside, which records may be looked up.

#include <string>
#include <string_view>

#include "dns/answerer.h"
#include "gateway/repetitions.h"
#include "gateway/shared.h"

namespace gateway {

/// A name has addresses when some rule might let a request to it pass. A name that does not exist
/// inside is recorded as refused. For one task alone.
class PolicyJudge final : public dns::NameJudge {
public:
  explicit PolicyJudge(const Shared& shared) : shared_(shared) {}

  dns::NameVerdict judge(std::string_view name) const override;
  dns::RecordVerdict judge_records(std::string_view name, dns::Type type) const override;

private:
  /// Why, and where the rule stands that says so.
  std::string explain(const policy::Decision& decision, const policy::Policy& policy) const;

  /// Once for a name that is asked for again and again.
  void record_refusal(
      std::string_view name,
      const flow::Deny& why,
      const policy::Decision* decision = nullptr) const;

  const Shared& shared_;
  mutable Repetitions repetitions_;
};

}  // namespace gateway
