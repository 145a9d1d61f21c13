// SPDX-License-Identifier: Apache-2.0
#pragma once
// One reading of the configuration at work: the gateway's rules, and what keeps their secrets
// fresh. A reload puts another one in its place.

#include <memory>
#include <vector>

#include "config/config.h"
#include "config/places.h"
#include "gateway/rules.h"
#include "gateway/shared.h"
#include "gateway/token_fetcher.h"
#include "secrets/refresher.h"

namespace session {

class Regime {
public:
  /// `pipeline` was made of `config`.
  Regime(config::Config config, std::shared_ptr<const flow::Pipeline> pipeline);
  Regime(const Regime&) = delete;
  Regime& operator=(const Regime&) = delete;

  const gateway::RulesPointer& rules() const { return rules_; }

  /// Once its rules are in force: what changes outside is taken up from now on, and tokens are
  /// fetched. What is given outlives the regime.
  void serve(
      const gateway::Shared& shared,
      const config::Environment& environment,
      const config::Places& places);
  /// Once other rules are in force: nothing more is taken up. Waits for a source that is being
  /// asked.
  void retire() { refreshers_.clear(); }
  /// Whether exchanges that began under it are still under way; tokens are fetched for them.
  bool is_in_use() const { return rules_.use_count() > 1; }

private:
  const config::Config config_;  // what sources are asked again by
  const gateway::RulesPointer rules_;
  std::vector<std::unique_ptr<secrets::Refresher>> refreshers_;
  std::unique_ptr<gateway::TokenFetcher> fetcher_;  // null when no credential's token is fetched
};

}  // namespace session
