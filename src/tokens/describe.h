// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a token permits, in words. Text of the token is escaped, so it can go to a terminal, and can
// not pass for words of ours: a person decides by them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tokens/caveat.h"
#include "tokens/token.h"

namespace tokens {

/// "only the methods GET, HEAD"
std::string describe(const Caveat& caveat);
/// A line for each caveat below a headline; a token without caveats permits everything. What is
/// longer than a line goes on in others, further to the right.
std::string describe(const Token& token);
/// Those lines of one text, each with its end.
std::string wrap(std::string_view line);

/// A text of others, in quotes: runs of blanks are one, and only the beginning of a long one is
/// there, followed by "…".
std::string quote(std::string_view text);
/// The same without quotes where it is short and has only the characters of usual hosts, methods,
/// paths and names.
std::string name_text(std::string_view name);
/// "a, b", each as name_text(); `none` when there is nothing.
std::string list_text(std::span<const std::string> texts, std::string_view none);
/// "port 80, 443" or "no port"
std::string port_list_text(std::span<const std::uint16_t> ports);
/// Why a window is none: "it would begin … and have ended …".
std::string objection_to(const Validity& window);
/// RFC 3339 in UTC, whole seconds; what no calendar here holds stays a number.
std::string time_text(std::int64_t unix_seconds);

}  // namespace tokens
