// SPDX-License-Identifier: Apache-2.0
#pragma once
// A refusal as the program reads it: a JSON object, or a sentence and the object when it prefers
// text; for a gRPC client the status of its call.

#include <string>
#include <string_view>

#include "flow/flow.h"
#include "flow/verdict.h"
#include "http/message.h"

namespace gateway {

struct RefusalText {
  http::Response head;
  std::string body;
};

/// `id` is the record's; `project` is the directory whose files may be named in full. No other path
/// of the host is told.
RefusalText explain_refusal(
    const flow::Deny& refusal,
    const flow::Flow& flow,
    const policy::Policy& policy,
    std::string_view id,
    std::string_view project);

}  // namespace gateway
