// SPDX-License-Identifier: Apache-2.0
#pragma once
// The configuration as the pipeline that decides: the same for the gateway and for `policy
// explain`.

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/places.h"
#include "flow/pipeline.h"

namespace session {

struct Decider {
  std::shared_ptr<const flow::Pipeline> pipeline;
  std::vector<std::string> warnings;  // credentials and secrets whose source gives nothing
};

/// Resolves every source. `config.policy` moves into the pipeline.
base::Result<Decider> make_decider(
    config::Config& config, const config::Environment& environment, const config::Places& places);

}  // namespace session
