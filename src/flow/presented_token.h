// SPDX-License-Identifier: Apache-2.0
#pragma once
// Capability tokens in a request: where programs put what they take for a key.

#include <optional>
#include <string>
#include <string_view>

#include "http/fields.h"

namespace flow {

/// Whether a text holds what looks like a whole token.
bool holds_token(std::string_view text);

/// The token in this field: as Bearer or without a scheme, as either half of Basic credentials, as
/// the access key of an AWS signature; in any other field when it is the whole value (`x-api-key`).
/// With its discharges, if it has some. None when there is none.
std::optional<std::string> token_in(const http::Field& field);

}  // namespace flow
