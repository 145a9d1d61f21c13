// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a field like Content-Type or Content-Disposition (RFC 9110, 8.3.1; RFC 2183).

#include <optional>
#include <string>
#include <string_view>

namespace content {

/// What stands before the first semicolon, in lower case and without blanks: "text/html".
std::string leading_word(std::string_view value);

/// The value of a parameter, without the quotes that may be around it; the name in lower case.
/// Nothing when it is not there, or there more than once: programs differ in which one they take.
std::optional<std::string> parameter(std::string_view value, std::string_view name);

}  // namespace content
