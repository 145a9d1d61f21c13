// SPDX-License-Identifier: Apache-2.0
#include "session/pipeline.h"

#include "base/encoding.h"

namespace session {
namespace {

std::string random_text() { return base::to_hex(base::random_bytes(16)); }

}  // namespace

base::Result<Decider> make_decider(
    config::Config& config, const config::Environment& environment, const config::Places& places) {
  auto injectors = TRY(secrets::Injectors::create(config.credentials, environment, places.home));
  auto placeholders =
      TRY(secrets::Placeholders::create(config.secrets, environment, places.home, random_text));
  Decider decider;
  for (const auto warnings : {injectors.warnings(), placeholders.warnings()})
    decider.warnings.insert(decider.warnings.end(), warnings.begin(), warnings.end());
  decider.pipeline = std::make_shared<const flow::Pipeline>(
      std::move(config.policy), std::move(injectors), std::move(placeholders));
  return decider;
}

}  // namespace session
