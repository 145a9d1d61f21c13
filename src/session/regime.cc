// SPDX-License-Identifier: Apache-2.0
#include "session/regime.h"

namespace session {
namespace {

std::vector<std::string> headers_with_secrets(const flow::Pipeline& pipeline) {
  std::vector<std::string> out;
  for (const auto& injector : pipeline.injectors().all()) {
    if (injector.slot().place == secrets::Slot::Place::header) out.push_back(injector.slot().name);
  }
  return out;
}

gateway::RulesPointer rules_of(
    const config::Config& config, std::shared_ptr<const flow::Pipeline> pipeline) {
  auto masked = headers_with_secrets(*pipeline);
  return std::make_shared<const gateway::Rules>(gateway::Rules{
      .pipeline = std::move(pipeline),
      .held_body = config.redaction.max_scan_bytes,
      .logged_body = config.proxy.max_log_body_bytes,
      .masked_headers = std::move(masked),
      .log_skip = config.log_skip,
      .record_rules = config.record_rules});
}

}  // namespace

Regime::Regime(config::Config config, std::shared_ptr<const flow::Pipeline> pipeline)
    : config_(std::move(config)), rules_(rules_of(config_, std::move(pipeline))) {}

void Regime::serve(
    const gateway::Shared& shared,
    const config::Environment& environment,
    const config::Places& places) {
  const auto tell_of = [&log = shared.log](std::string what) {
    return [&log, what = std::move(what)](const std::string& name, const base::Error& error) {
      log.warning("secrets", what + " `" + name + "` stays as it was: " + error.to_string());
    };
  };
  const auto& pipeline = *rules_->pipeline;
  refreshers_.push_back(pipeline.injectors().keep_fresh(
      config_.credentials, environment, places.home, pipeline.scrubber(), tell_of("credential")));
  refreshers_.push_back(pipeline.placeholders().keep_fresh(
      config_.secrets, environment, places.home, pipeline.scrubber(), tell_of("secret")));
  auto tasks = pipeline.injectors().fetching(pipeline.scrubber());
  if (tasks.empty()) return;
  fetcher_ = std::make_unique<gateway::TokenFetcher>(
      shared, std::move(tasks), secrets::LoginStore(places.logins()),
      [this] { return !is_retired_ || has_exchanges(); });
}

}  // namespace session
