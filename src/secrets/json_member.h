// SPDX-License-Identifier: Apache-2.0
#pragma once
// One member of a JSON text: credential files hold several things.

#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace secrets {

/// The member at "tokens.0.access": names and, in arrays, indexes, with dots between. A string's
/// text; a number, true or false as JSON writes it. nullopt when there is none, or null. Errors:
/// invalid, when `text` is not JSON, or the member is an object or array. They hold nothing of
/// the text, and what was read leaves no copy behind.
base::Result<std::optional<base::Secret>> json_member(std::string_view text, std::string_view path);

}  // namespace secrets
