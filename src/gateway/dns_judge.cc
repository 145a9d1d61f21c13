// SPDX-License-Identifier: Apache-2.0
#include "gateway/dns_judge.h"

#include "flow/secret_name.h"
#include "gateway/connection_record.h"
#include "gateway/shown.h"

namespace gateway {

dns::NameVerdict PolicyJudge::judge(std::string_view name) const {
  const auto rules = shared_.rules->get();
  const auto& policy = rules->policy();
  if (const auto refusal = flow::refuse_name(rules->pipeline->scanner().get(), name)) {
    record_refusal(name, *refusal);
    return {.reason = refusal->reason};
  }
  dns::NameVerdict verdict{
      .has_addresses = policy::could_allow(policy, name),
      .has_records = policy::has_records(policy, rules->record_rules, name)};
  if (verdict.has_addresses) return verdict;
  const auto decision =
      policy::decide_connection(policy, name, 443, policy::ConnectionKind::tunnel);
  verdict.reason = explain(decision, policy);
  if (decision.rule == nullptr)
    verdict.reason +=
        "; to allow it, outside the sandbox: lazaret policy allow " + std::string(name);
  if (!verdict.has_records)
    record_refusal(name, {.stage = "filter", .reason = decision.reason}, &decision);
  return verdict;
}

void PolicyJudge::record_refusal(
    std::string_view name, const flow::Deny& why, const policy::Decision* decision) const {
  if (!repetitions_.is_new(std::string(name))) return;
  ConnectionRecord record(shared_, "DNS", "dns://" + std::string(name));
  if (decision != nullptr) record.decided(*decision);
  record.refused(why.stage, why.reason);
}

dns::RecordVerdict PolicyJudge::judge_records(std::string_view name, dns::Type type) const {
  const auto rules = shared_.rules->get();
  const auto decision =
      policy::decide_records(rules->policy(), rules->record_rules, name, dns::name_of(type));
  return {
      .allowed = decision.action == policy::Action::allow,
      .reason = explain(decision, rules->policy())};
}

std::string PolicyJudge::explain(
    const policy::Decision& decision, const policy::Policy& policy) const {
  std::string out = shown_reason(decision.reason, policy, shared_.project);
  if (decision.rule == nullptr) return out;
  const auto& origin = decision.rule->spec().origin;
  if (origin.file.empty()) return out;
  return out + " (" + shown_file(origin.file, shared_.project) + ":" + std::to_string(origin.line) +
         ")";
}

}  // namespace gateway
