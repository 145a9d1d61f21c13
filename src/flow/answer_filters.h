// SPDX-License-Identifier: Apache-2.0
#pragma once
// What looks into the body of an answer, and changes it.

#include "content/codings.h"
#include "flow/body_filter.h"
#include "flow/pipeline.h"
#include "flow/sealed.h"
#include "http/message.h"

namespace flow {

/// How an answer's body goes on.
struct AnswerPlan {
  BodyFilters filters{};
  /// It comes out of its codings, and with another length.
  bool is_recoded = true;  // it goes on without the codings that it came in
  bool rewrites = false;
  /// Its head waits until the body is whole: only then all of it is judged.
  bool hold = false;
};

/// Of an answer with a body to a request that was sent. It comes out of its codings where anything
/// looks into it. Errors: it has to be looked into, and one of its codings is unknown.
base::Result<AnswerPlan> plan_answer(
    const Pipeline& pipeline, const Sealed& sealed, const http::Response& response);

}  // namespace flow
