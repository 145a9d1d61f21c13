// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/placeholders.h"

#include "base/text.h"
#include "flow/basic_login.h"
#include "flow/placeholder_fates.h"

namespace flow {
namespace {

using secrets::Part;

struct FoundPlaceholder {
  std::string name;
  std::string place;
};
using Finds = std::vector<FoundPlaceholder>;

std::optional<Deny> judge_text(
    std::string_view text, const PlaceholderFates& fates, std::string_view place, Finds& finds) {
  std::vector<std::string> names;
  auto refusal = fates.judge(text, names);
  for (auto& name : names)
    finds.push_back({std::move(name), std::string(place)});
  return refusal;
}

std::optional<Deny> judge_field(
    const http::Field& field, const PlaceholderFates& fates, Finds& finds) {
  std::vector<std::string> not_replaced;
  if (auto refusal = fates.judge(field.name, not_replaced)) return refusal;
  const std::string place = "header:" + base::lower(field.name);
  if (auto refusal = judge_text(field.value, fates, place, finds)) return refusal;
  const auto login = read_basic_login(field);
  return login ? judge_text(*login, fates, place, finds) : std::nullopt;
}

std::optional<Deny> judge_head(
    const Flow& flow, const secrets::Placeholders& placeholders, Finds& finds) {
  const auto target = flow.target();
  const PlaceholderFates in_path(placeholders, target, Part::path);
  if (auto refusal = judge_text(flow.path, in_path, "path", finds)) return refusal;
  if (flow.query) {
    const PlaceholderFates in_query(placeholders, target, Part::query);
    if (auto refusal = judge_text(*flow.query, in_query, "query", finds)) return refusal;
  }
  const PlaceholderFates fates(placeholders, target, Part::header);
  for (const auto& field : flow.request.fields)
    if (auto refusal = judge_field(field, fates, finds)) return refusal;
  return std::nullopt;
}

}  // namespace

Verdict JudgePlaceholders::on_request(Flow& flow) const {
  Finds finds;
  auto refusal = judge_head(flow, placeholders_(), finds);
  if (refusal) return *std::move(refusal);
  for (const auto& [name, place] : finds) {
    Notes::add(flow.notes->substituted, name);
    flow.notes->note_place(name, place);
  }
  return Pass{};
}

}  // namespace flow
