// SPDX-License-Identifier: Apache-2.0
#pragma once
// The configuration as the pipeline that decides: the same for the gateway and for `policy
// explain`.

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "flow/pipeline.h"
#include "session/project.h"

namespace session {

struct Decider {
  std::shared_ptr<const flow::Pipeline> pipeline;
  std::vector<std::string>
      warnings;  // credentials and secrets whose source gives nothing or is unwise
};

/// Whether requests are sent, or only asked about: those do not count.
enum class Purpose { serve, explain };

/// Resolves every source. `config.policy` moves into the pipeline. `sandbox` is the name that
/// tokens may be bound to.
base::Result<Decider> make_decider(
    config::Config& config, const Project& project, std::string_view sandbox, Purpose purpose);

}  // namespace session
