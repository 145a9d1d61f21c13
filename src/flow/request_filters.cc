// SPDX-License-Identifier: Apache-2.0
#include "flow/request_filters.h"

#include "flow/substitution.h"
#include "flow/token_mask.h"
#include "flow/upload_count.h"

namespace flow {
namespace {

using Length = SubstitutionFilter::Length;

std::vector<base::Secret> values_of(const secrets::Placeholders& placeholders) {
  std::vector<base::Secret> values;
  for (const auto& placeholder : placeholders.all())
    values.push_back(placeholder.value().clone());
  return values;
}

void add_substitution(
    BodyFilters& filters, const Pipeline& pipeline, const Flow& flow, Length length) {
  const auto& placeholders = pipeline.placeholders();
  if (placeholders.empty()) return;
  filters.after_log.push_back(std::make_unique<SubstitutionFilter>(
      placeholders, PlaceholderFates(placeholders, flow.target(), secrets::Part::body),
      values_of(placeholders), length, flow.notes));
}

void add_tokens(BodyFilters& filters, const Pipeline& pipeline, const Flow& flow) {
  if (!pipeline.tokens()) return;
  filters.before_log.push_back(std::make_unique<TokenMask>());
  if (flow.permit && flow.permit->allowance.bytes_up)
    filters.before_log.push_back(std::make_unique<UploadCount>(pipeline.tokens(), *flow.permit));
}

}  // namespace

BodyPlan plan_body(
    const Pipeline& pipeline, const Flow& flow, http::Framing framing, std::size_t longest_held) {
  using Kind = http::Framing::Kind;
  BodyPlan plan;
  const bool has_length = framing.kind == Kind::length;
  if (framing.kind == Kind::none || (has_length && framing.bytes == 0)) return plan;
  const bool fits = has_length && framing.bytes <= longest_held;
  const bool free = fits || !has_length;
  add_substitution(plan.filters, pipeline, flow, free ? Length::free : Length::fixed);
  plan.hold = fits && !plan.filters.empty();
  add_tokens(plan.filters, pipeline, flow);
  return plan;
}

bool looks_into_messages(const Pipeline& pipeline) {
  return !pipeline.placeholders().empty() || pipeline.tokens();
}

BodyFilters message_filters(const Pipeline& pipeline, const Flow& flow) {
  BodyFilters filters;
  add_tokens(filters, pipeline, flow);
  add_substitution(filters, pipeline, flow, Length::free);
  return filters;
}

}  // namespace flow
