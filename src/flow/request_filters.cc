// SPDX-License-Identifier: Apache-2.0
#include "flow/request_filters.h"

#include "content/codings.h"
#include "content/format.h"
#include "flow/coding_filters.h"
#include "flow/redaction.h"
#include "flow/request_view.h"
#include "flow/substitution.h"
#include "flow/token_mask.h"
#include "flow/upload_count.h"

namespace flow {
namespace {

using Length = Substituter::Length;

std::string_view value_of(const Flow& flow, std::string_view name) {
  return flow.request.fields.find(name).value_or("");
}

void add_tokens(BodyFilters& filters, const Pipeline& pipeline, const Flow& flow) {
  if (!pipeline.tokens()) return;
  filters.before_log.push_back(std::make_unique<TokenMask>());
  if (flow.permit && flow.permit->allowance.bytes_up)
    filters.before_log.push_back(std::make_unique<UploadCount>(pipeline.tokens(), *flow.permit));
}

void add_redaction(
    BodyFilters& filters,
    const Pipeline& pipeline,
    const Flow& flow,
    const content::Format& format,
    RedactionPlan plan) {
  if (!pipeline.scanner()) return;
  filters.before_log.push_back(make_redaction(
      pipeline.scanner(), plan, format, value_of(flow, "grpc-encoding"), flow.notes));
}

/// Whether the value of a secret may come to stand in it.
bool add_substitution(
    BodyFilters& filters,
    const Pipeline& pipeline,
    const Flow& flow,
    const content::Format& format,
    Length length,
    std::string_view place) {
  const auto placeholders = pipeline.placeholders();
  if (placeholders.empty()) return false;
  const PlaceholderFates fates(placeholders, flow.target(), secrets::Part::body);
  filters.after_log.push_back(make_substitution(
      Substituter(placeholders, fates, length, flow.notes, place), format,
      value_of(flow, "grpc-encoding")));
  return fates.replaces_any();
}

void decode_first(
    BodyFilters& filters, const content::Codings& codings, DecodeFilter::Original original) {
  Deny wrong{.status = 400, .stage = "parse", .reason = "the body cannot be decoded: "};
  filters.before_log.insert(
      filters.before_log.begin(),
      std::make_unique<DecodeFilter>(codings, original, std::move(wrong)));
}

void encode_again(
    BodyFilters& filters,
    const Pipeline& pipeline,
    const Flow& flow,
    const content::Codings& codings) {
  filters.after_log.push_back(std::make_unique<EncodeFilter>(codings));
  if (pipeline.scanner())
    filters.after_log.push_back(make_redaction_of_encoded(pipeline.scanner(), flow.notes));
}

/// Whether the request's credential signs its body too.
bool is_signed_with_body(const Pipeline& pipeline, const Flow& flow, http::Framing framing) {
  const auto* injector = pipeline.injectors().find(flow.target());
  return flow.takes_credentials && injector != nullptr &&
         injector->needs_body(ViewOf(flow.request, flow.target(), framing).view());
}

}  // namespace

BodyPlan plan_body(
    const Pipeline& pipeline, const Flow& flow, http::Framing framing, std::size_t longest_held) {
  using Kind = http::Framing::Kind;
  BodyPlan plan;
  const bool has_length = framing.kind == Kind::length;
  if (framing.kind == Kind::none || (has_length && framing.bytes == 0)) return plan;
  const bool fits = has_length && framing.bytes <= longest_held;
  const bool is_free = fits || !has_length;
  const auto codings = content::codings_of(flow.request.fields.tokens("content-encoding"));
  const auto format = content::format_of(value_of(flow, "content-type"));
  const bool is_encoded =
      (codings && !codings->empty()) || format.syntax == content::Syntax::grpc_web_text;
  // What has to keep its length cannot be written anew.
  const bool readable = codings && (!is_encoded || is_free);
  if (readable) {
    const auto length = is_free ? Length::free : Length::fixed;
    add_redaction(
        plan.filters, pipeline, flow, format, {.longest = longest_held, .is_fixed = !is_free});
    const bool may_hold_secret =
        add_substitution(plan.filters, pipeline, flow, format, length, "body");
    plan.hold = fits && !plan.filters.empty();
    add_tokens(plan.filters, pipeline, flow);
    plan.keeps_original = is_encoded && !plan.filters.empty() && !pipeline.scanner();
    if (!codings->empty() && !plan.filters.empty()) {
      using Original = DecodeFilter::Original;
      decode_first(
          plan.filters, *codings, plan.keeps_original ? Original::kept : Original::dropped);
      plan.loses_codings = may_hold_secret;
      if (!may_hold_secret) encode_again(plan.filters, pipeline, flow, *codings);
      plan.hold = fits;  // its length changes
    }
  } else if (pipeline.scanner()) {
    plan.filters.before_log.push_back(refuse_unread(
        codings ? "the body is compressed or in base64, and longer than "
                  "proxy.redaction.max_scan_bytes"
                : "the body cannot be looked into: " + codings.error().message));
  } else {
    // A placeholder goes on as it is, and is worth nothing outside.
    add_tokens(plan.filters, pipeline, flow);
  }
  if (fits && is_signed_with_body(pipeline, flow, framing)) plan.hold = true;
  return plan;
}

bool looks_into_messages(const Pipeline& pipeline) {
  return !pipeline.placeholders().empty() || pipeline.logins() || pipeline.tokens() ||
         pipeline.scanner();
}

BodyFilters message_filters(const Pipeline& pipeline, const Flow& flow, std::size_t longest_held) {
  BodyFilters filters;
  add_redaction(filters, pipeline, flow, {}, {.longest = longest_held, .place = "ws"});
  add_tokens(filters, pipeline, flow);
  add_substitution(filters, pipeline, flow, {}, Length::free, "ws");
  return filters;
}

}  // namespace flow
