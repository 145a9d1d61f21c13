// SPDX-License-Identifier: Apache-2.0
#pragma once
// Filters that replace placeholders in a body, one for each way in which bodies are built.

#include <memory>
#include <string_view>

#include "flow/body_filter.h"
#include "flow/substituter.h"

namespace flow {

/// The one for a body of this format; `message_coding` is what grpc-encoding says. A value is
/// written as the format writes it, part by part in a multipart body; in a protobuf message, also
/// in those of gRPC, the lengths around it are mended.
std::unique_ptr<BodyFilter> make_substitution(
    Substituter substituter, const content::Format& format, std::string_view message_coding);

}  // namespace flow
