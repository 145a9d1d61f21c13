// SPDX-License-Identifier: Apache-2.0
#include "flow/pipeline.h"

#include <algorithm>

#include "flow/stages/brokered.h"
#include "flow/stages/filter.h"
#include "flow/stages/override_reach.h"
#include "flow/stages/placeholders.h"
#include "flow/stages/redact.h"
#include "flow/stages/route.h"
#include "flow/stages/token.h"

namespace flow {
namespace {

secrets::Scrubber scrubber_of(
    const secrets::Injectors& injectors,
    const secrets::Placeholders& placeholders,
    const redact::Scanner* scanner,
    bool learns,
    const Heritage* heritage) {
  auto named = placeholders.named();  // first: what stands for a value inside may be shown
  const auto injected = injectors.named();
  const auto withheld = injectors.withheld();
  named.insert(named.end(), injected.begin(), injected.end());
  named.insert(named.end(), withheld.begin(), withheld.end());
  if (scanner != nullptr) {
    const auto hidden = scanner->hidden();
    named.insert(named.end(), hidden.begin(), hidden.end());
  }
  if (heritage != nullptr) {
    heritage->scrubber().learn(named);
    return heritage->scrubber();
  }
  using Later = secrets::Scrubber::Later;
  return secrets::Scrubber(named, learns ? Later::learns : Later::nothing);
}

}  // namespace

Pipeline::Pipeline(
    policy::Policy policy,
    secrets::Injectors injectors,
    secrets::Placeholders placeholders,
    std::shared_ptr<TokenGate> tokens,
    std::shared_ptr<const redact::Scanner> scanner,
    std::shared_ptr<secrets::Logins> logins,
    std::shared_ptr<Heritage> heritage)
    : policy_(std::make_unique<const policy::Policy>(std::move(policy))),
      injectors_(std::move(injectors)),
      placeholders_(std::move(placeholders)),
      tokens_(std::move(tokens)),
      scanner_(std::move(scanner)),
      logins_(std::move(logins)),
      heritage_(std::move(heritage)),
      scrubber_(scrubber_of(
          injectors_, this->placeholders(), scanner_.get(), logins_ != nullptr, heritage_.get())) {
  hides_everywhere_ = !placeholders_.empty() || (scanner_ && !scanner_->hidden().empty());
  if (hides_everywhere_ && heritage_) heritage_->guard_all();
  const auto placeholders_now = [this] { return this->placeholders(); };
  stages_.push_back(std::make_unique<Route>());
  if (tokens_) stages_.push_back(std::make_unique<CheckToken>(tokens_, injectors_));
  stages_.push_back(std::make_unique<Filter>(*policy_));
  if (std::ranges::any_of(policy_->rules(), [](const auto& rule) { return rule.spec().brokered; }))
    stages_.push_back(std::make_unique<Brokered>(injectors_, placeholders_now));
  if (!injectors_.all().empty() || logins_ || !placeholders_.empty())
    stages_.push_back(std::make_unique<OverrideReach>(injectors_, placeholders_now));
  if (scanner_) stages_.push_back(std::make_unique<Redact>(scanner_));
  if (logins_ || !placeholders_.empty())
    stages_.push_back(std::make_unique<JudgePlaceholders>(placeholders_now));
  if (tokens_ && tokens_->counts) stages_.push_back(std::make_unique<CountToken>(tokens_));
}

std::vector<std::string_view> Pipeline::stage_names() const {
  std::vector<std::string_view> names;
  names.reserve(stages_.size());
  for (const auto& stage : stages_)
    names.push_back(stage->name());
  return names;
}

const secrets::Injector* Pipeline::certificate_of(const Flow& flow) const {
  return flow.takes_credentials ? injectors_.find_certificate(flow.target()) : nullptr;
}

const secrets::LoginRule* Pipeline::login_of(const Flow& flow) const {
  return logins_ ? logins_->answered(flow.target()) : nullptr;
}

bool Pipeline::gives_secrets_to(std::string_view host) const {
  const bool concerned = injectors_.concern(host) || placeholders_.concern(host) ||
                         (logins_ && logins_->concern(host));
  if (!heritage_) return concerned;
  if (concerned) heritage_->guard(host);
  return concerned || heritage_->knows(host);
}

bool Pipeline::guards_answers_of(std::string_view host) const {
  return gives_secrets_to(host) || hides_everywhere_ || (heritage_ && heritage_->guards_all()) ||
         (logins_ && logins_->holds_any());
}

Verdict Pipeline::judge(Flow& flow) const {
  if (logins_) logins_->catch_up(scrubber_);
  if (logins_ || !placeholders_.empty() || scanner_) flow.notes = std::make_shared<Notes>();
  for (const auto& stage : stages_) {
    if (auto verdict = stage->on_request(flow); !std::holds_alternative<Pass>(verdict))
      return verdict;
    if (!std::exchange(flow.path_is_new, false)) continue;
    if (auto refusal = recheck(flow, flow.time)) return *std::move(refusal);
  }
  return Pass{};
}

std::optional<Deny> Pipeline::recheck(const Flow& flow, base::WallTime now) const {
  for (const auto& stage : stages_) {
    auto verdict = stage->recheck(flow, now);
    if (auto* refusal = std::get_if<Deny>(&verdict)) return std::move(*refusal);
    if (const auto* question = std::get_if<Ask>(&verdict))
      return Deny{.stage = "ask", .reason = question->reason, .rule = question->rule};
  }
  return std::nullopt;
}

bool gives_as_before(const Pipeline& then, const Pipeline& now, const Flow& flow) {
  const auto credential_of = [&](const Pipeline& pipeline) {
    const auto* injector =
        flow.takes_credentials ? pipeline.injectors().find(flow.target()) : nullptr;
    return injector != nullptr ? injector->name() : std::string();
  };
  const auto credential = credential_of(then);
  if (!credential.empty() && credential != credential_of(now)) return false;
  const bool substitutes = flow.notes && !flow.notes->substituted.empty();
  return !substitutes || now.placeholders().concern(flow.host);
}

}  // namespace flow
