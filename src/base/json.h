// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON text is written in one pass, without a document in between; Boost.JSON reads it (in .cc
// files only).

#include <string>
#include <string_view>

namespace base {

/// Appends `text` as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD. What must not reach a
/// terminal (escape_for_terminal) is escaped, line ends of any kind too: always one line, which is
/// shown as it is.
void append_json_string(std::string& out, std::string_view text);
std::string to_json_string(std::string_view text);

}  // namespace base
