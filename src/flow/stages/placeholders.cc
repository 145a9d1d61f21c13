// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/placeholders.h"

#include "flow/basic_login.h"
#include "flow/placeholder_fates.h"

namespace flow {
namespace {

using secrets::Part;

std::optional<Deny> judge_field(
    const http::Field& field, const PlaceholderFates& fates, std::vector<std::string>& names) {
  std::vector<std::string> not_replaced;
  if (auto refusal = fates.judge(field.name, not_replaced)) return refusal;
  if (auto refusal = fates.judge(field.value, names)) return refusal;
  const auto login = read_basic_login(field);
  return login ? fates.judge(*login, names) : std::nullopt;
}

std::optional<Deny> judge_head(
    const Flow& flow, const secrets::Placeholders& placeholders, std::vector<std::string>& names) {
  const auto target = flow.target();
  if (auto refusal = PlaceholderFates(placeholders, target, Part::path).judge(flow.path, names))
    return refusal;
  if (flow.query) {
    const PlaceholderFates fates(placeholders, target, Part::query);
    if (auto refusal = fates.judge(*flow.query, names)) return refusal;
  }
  const PlaceholderFates fates(placeholders, target, Part::header);
  for (const auto& field : flow.request.fields)
    if (auto refusal = judge_field(field, fates, names)) return refusal;
  return std::nullopt;
}

}  // namespace

Verdict JudgePlaceholders::on_request(Flow& flow) const {
  std::vector<std::string> names;
  auto refusal = judge_head(flow, placeholders_(), names);
  if (refusal) return *std::move(refusal);
  for (const auto& name : names)
    Notes::add(flow.notes->substituted, name);
  return Pass{};
}

}  // namespace flow
