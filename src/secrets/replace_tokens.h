// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a token endpoint answers (RFC 6749, 5.1), with something else in the place of its tokens.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace secrets {

/// What is to stand instead of the value of this member; nullopt: the value stays.
using StandIn =
    std::function<std::optional<std::string>(std::string_view member, std::string_view value)>;

/// The answer with that in their places, and else as it was written. It is JSON, where members
/// count at any depth when their value is a string, or a form, as some servers prefer it. Errors
/// (invalid), which hold nothing of it: it is neither.
base::Result<std::string> replace_tokens(std::string_view answer, const StandIn& stand_in);

}  // namespace secrets
