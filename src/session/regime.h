// SPDX-License-Identifier: Apache-2.0
#pragma once
// One reading of the configuration at work: the gateway's rules, and what keeps their secrets
// fresh. A reload puts another one in its place.

#include <atomic>
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

  /// What changes outside is taken up from now on, and tokens are fetched; then the rules may come
  /// into force. What is given outlives the regime.
  void serve(
      const gateway::Shared& shared,
      const config::Environment& environment,
      const config::Places& places);
  /// Once other rules are in force: nothing more is taken up. Waits for a source that is being
  /// asked.
  void retire() {
    is_retired_ = true;
    refreshers_.clear();
  }
  /// The session ends, and no request is under way any more (TokenFetcher::finish).
  void finish() {
    if (fetcher_) fetcher_->finish();
  }
  /// Of one that is retired: exchanges that began under it are still under way, for which tokens
  /// are fetched, or a token is being fetched, which is not to be lost.
  bool is_in_use() const { return has_exchanges() || (fetcher_ && fetcher_->is_busy()); }

private:
  bool has_exchanges() const { return rules_.use_count() > 1; }

  const config::Config config_;  // what sources are asked again by
  const gateway::RulesPointer rules_;
  std::atomic<bool> is_retired_ = false;
  std::vector<std::unique_ptr<secrets::Refresher>> refreshers_;
  std::unique_ptr<gateway::TokenFetcher> fetcher_;  // null when no credential's token is fetched
};

}  // namespace session
