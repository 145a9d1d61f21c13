// SPDX-License-Identifier: Apache-2.0
#pragma once
// The configuration as the pipeline that decides: the same for the gateway and for `policy
// explain`.

#include <memory>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/result.h"
#include "config/config.h"
#include "flow/pipeline.h"
#include "session/project.h"

namespace session {

struct Decider {
  std::shared_ptr<const flow::Pipeline> pipeline;
  /// Credentials and secrets whose source gives nothing, certificates that no server will take.
  std::vector<std::string> warnings;
  /// What works, and perhaps not as whoever wrote it thinks: sources, rules that never decide.
  std::vector<std::string> unwise;
};

/// Whether requests are sent, or only asked about: those do not count.
enum class Purpose { serve, explain };

/// On what occasion something is decided.
struct Occasion {
  std::string sandbox;   // the name that tokens may be bound to
  std::string client{};  // the label that they may be bound to; empty: none
  Purpose purpose = Purpose::explain;
  /// What the random parts of placeholders come from: a session that reads its configuration again
  /// has the same ones.
  std::string seed = base::random_bytes(32);
  /// What such a session keeps from one reading to the next; null when it reads but once.
  std::shared_ptr<flow::Heritage> heritage{};
};

/// Resolves every source. `config.policy` moves into the pipeline, which takes the place of
/// `former`, if there is one.
base::Result<Decider> make_decider(
    config::Config& config,
    const Project& project,
    const Occasion& occasion,
    const flow::Pipeline* former = nullptr);

}  // namespace session
