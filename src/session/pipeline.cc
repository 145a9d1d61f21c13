// SPDX-License-Identifier: Apache-2.0
#include "session/pipeline.h"

namespace session {

base::Result<Decider> make_decider(
    config::Config& config, const config::Environment& environment, const config::Places& places) {
  auto injectors = TRY(secrets::Injectors::create(config.credentials, environment, places.home));
  Decider decider{.warnings = {injectors.warnings().begin(), injectors.warnings().end()}};
  decider.pipeline =
      std::make_shared<const flow::Pipeline>(std::move(config.policy), std::move(injectors));
  return decider;
}

}  // namespace session
