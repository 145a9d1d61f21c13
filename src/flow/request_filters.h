// SPDX-License-Identifier: Apache-2.0
#pragma once
// What looks into the body of a request, and changes it.

#include "flow/body_filter.h"
#include "flow/flow.h"
#include "flow/pipeline.h"
#include "http/framing.h"

namespace flow {

/// How a request's body is to be sent.
struct BodyPlan {
  BodyFilters filters{};
  /// It is to be held until it is whole: only then its new length is known, or all of it can be
  /// judged.
  bool hold = false;
  /// When nothing in it was changed, a body that is held goes on with the bytes that came: a
  /// signature may cover them. Not where secrets are looked for: the bytes could hide some.
  bool keeps_original = false;
  /// What goes on is in no content coding any more: where the value of a secret may stand in it,
  /// whoever sends it back without saying so must not send what nobody can search.
  bool loses_codings = false;
};

/// Of a request that every stage has passed. `longest_held` bytes are held at most.
BodyPlan plan_body(
    const Pipeline& pipeline, const Flow& flow, http::Framing framing, std::size_t longest_held);

/// Whether anything looks into the messages of a WebSocket.
bool looks_into_messages(const Pipeline& pipeline);
/// The filters of one of them.
BodyFilters message_filters(const Pipeline& pipeline, const Flow& flow, std::size_t longest_held);

}  // namespace flow
