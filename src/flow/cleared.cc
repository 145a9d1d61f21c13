// SPDX-License-Identifier: Apache-2.0
#include "flow/cleared.h"

#include "flow/body_digests.h"
#include "http/framing.h"

namespace flow {

Verdict NobodyToAsk::answer(const Flow&, const Ask& question) {
  return Deny{
      .status = 403,
      .stage = "ask",
      .reason = "this needs a person's consent and none is attached (" + question.reason + ")",
      .rule = question.rule};
}

void Cleared::body_is_whole(std::uint64_t bytes) {
  const bool has_length = http::request_framing(flow_.request).kind == http::Framing::Kind::length;
  if (has_length) http::declare_framing(flow_.request.fields, http::Framing::length(bytes));
  flow_.request.fields.erase("expect");  // there is nothing left to wait for
}

void Cleared::body_has_changed(std::string_view body) { mend_digests(flow_.request.fields, body); }

void Cleared::is_for_websocket(http::websocket::Opening opening) {
  flow_.websocket = std::move(opening);
}

void Cleared::body_is_decoded() { flow_.request.fields.erase("content-encoding"); }

std::expected<Cleared, Deny> settle(const Pipeline& pipeline, Flow& flow, Approver& approver) {
  Verdict verdict = pipeline.judge(flow);
  if (const auto* question = std::get_if<Ask>(&verdict)) verdict = approver.answer(flow, *question);
  if (std::holds_alternative<Pass>(verdict)) return Cleared(std::move(flow));
  if (auto* refusal = std::get_if<Deny>(&verdict)) return std::unexpected(std::move(*refusal));
  return std::unexpected(
      Deny{.status = 403, .stage = "ask", .reason = "the question was not answered"});
}

}  // namespace flow
