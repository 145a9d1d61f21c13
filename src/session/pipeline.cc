// SPDX-License-Identifier: Apache-2.0
#include "session/pipeline.h"

#include "base/clock.h"
#include "base/encoding.h"
#include "policy/shadow.h"
#include "session/redaction.h"

namespace session {
namespace {

flow::TokenNeed need_of(config::TokenNeed need) {
  switch (need) {
    case config::TokenNeed::never:
      return flow::TokenNeed::never;
    case config::TokenNeed::credentials:
      return flow::TokenNeed::credentials;
    case config::TokenNeed::always:
      break;
  }
  return flow::TokenNeed::always;
}

/// None where no token was ever minted and none is needed.
std::shared_ptr<flow::TokenGate> gate_of(
    const config::Config& config, const config::Places& places, const Occasion& occasion) {
  std::error_code missing;
  const bool has_keys = std::filesystem::exists(places.token_keys(), missing);
  if (!has_keys && config.token_need == config::TokenNeed::never) return nullptr;
  auto gate = std::make_shared<flow::TokenGate>(
      places.token_keys(), places.token_usage(), places.token_approvals());
  gate->need = need_of(config.token_need);
  gate->sandbox = occasion.sandbox;
  gate->client = occasion.client;
  gate->counts = occasion.purpose == Purpose::serve;
  return gate;
}

/// What is unwise about sources that work.
void warn(
    const config::Config& config,
    const std::filesystem::path& home,
    std::vector<std::string>& warnings) {
  const auto look_at = [&](const secrets::Source& source) {
    if (auto warning = secrets::warning_about(source, home))
      warnings.push_back(*std::move(warning));
  };
  for (const auto& credential : config.credentials) {
    if (!credential.enabled) continue;
    for (const auto* source : credential.sources())
      if (source != &credential.certificate) look_at(*source);  // that one is public
  }
  for (const auto& secret : config.secrets)
    look_at(secret.source);
}

/// Certificates that servers will not take. They stay in use: their file may be replaced any time.
void warn(const secrets::Injectors& injectors, std::vector<std::string>& warnings) {
  for (const auto& injector : injectors.all()) {
    const auto identity = injector.identity();
    const auto why = identity ? identity->why_not_valid(base::now()) : std::string();
    if (!why.empty())
      warnings.push_back("credential `" + injector.name() + "`: its certificate " + why);
  }
}

void warn(const policy::Policy& policy, std::vector<std::string>& warnings) {
  for (const auto& [rule, by] : policy::shadowed_rules(policy))
    warnings.push_back(
        "rule \"" + policy::describe(*rule) +
        "\" never decides, so what it says of `require`, `scrub` "
        "or `tls` does not hold: \"" +
        policy::describe(*by) + "\" comes first");
}

}  // namespace

base::Result<Decider> make_decider(
    config::Config& config,
    const Project& project,
    const Occasion& occasion,
    const flow::Pipeline* former) {
  const auto& [environment, places, directory, slug] = project;
  auto injectors = TRY(secrets::Injectors::create(config.credentials, environment, places.home));
  const auto random = [&](std::string_view name) {
    return base::to_hex(base::hmac_sha256(occasion.seed, name).substr(0, 16));
  };
  auto placeholders =
      TRY(secrets::Placeholders::create(config.secrets, environment, places.home, random));
  std::shared_ptr<secrets::Logins> logins;
  if (!config.logins.empty())
    logins = TRY(secrets::Logins::create(config.logins, placeholders, places.logins(slug)));
  const auto is_given = [placeholders, logins](std::string_view text) {
    return logins ? logins->placeholders().hold(text) : placeholders.hold(text);
  };
  std::shared_ptr<const redact::Scanner> scanner;
  const auto* former_scanner = former != nullptr ? former->scanner().get() : nullptr;
  if (config.redaction.enabled)
    scanner = TRY(make_scanner(config.redaction, project, is_given, former_scanner));
  if (scanner) {
    TRY_VOID(scanner->check_against(injectors.named()));
    TRY_VOID(scanner->check_against(placeholders.named()));
  }
  Decider decider;
  for (const auto warnings : {injectors.warnings(), placeholders.warnings()})
    decider.warnings.insert(decider.warnings.end(), warnings.begin(), warnings.end());
  warn(config, places.home, decider.unwise);
  warn(injectors, decider.warnings);
  warn(config.policy, decider.unwise);
  decider.pipeline = std::make_shared<const flow::Pipeline>(
      std::move(config.policy), std::move(injectors), std::move(placeholders),
      gate_of(config, places, occasion), std::move(scanner), std::move(logins), occasion.heritage);
  return decider;
}

}  // namespace session
