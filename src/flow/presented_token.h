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

/// A token that was the access key of an AWS signature (Signature Version 4), and the signature's
/// text with another key in its place: it goes on to say for which region and service it is.
struct TakenSigner {
  std::string token;  // with its discharges, if it has some
  std::string text;
};

/// From this field, if it is such an Authorization. `key_id` has no slash.
std::optional<TakenSigner> take_signer(const http::Field& field, std::string_view key_id);
/// The same from a parameter of a presigned URL, `X-Amz-Credential=…`, escaped or not.
std::optional<TakenSigner> take_signer(std::string_view parameter, std::string_view key_id);

}  // namespace flow
