// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a token permits, in words. Text of the token is escaped: it can go to a terminal.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tokens/caveat.h"
#include "tokens/token.h"

namespace tokens {

/// "only the methods GET, HEAD"
std::string describe(const Caveat& caveat);
/// A line for each caveat below a headline; a token without caveats permits everything.
std::string describe(const Token& token);

/// "a, b", escaped; `none` when there is nothing.
std::string list_text(std::span<const std::string> texts, std::string_view none);
/// "port 80, 443" or "no port"
std::string port_list_text(std::span<const std::uint16_t> ports);
/// RFC 3339 in UTC, whole seconds; what no calendar here holds stays a number.
std::string time_text(std::int64_t unix_seconds);

}  // namespace tokens
