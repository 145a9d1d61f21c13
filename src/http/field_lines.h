// SPDX-License-Identifier: Apache-2.0
#pragma once
// Field lines as they stand in a head and in a trailer section.

#include <string_view>

#include "http/fields.h"
#include "http/malformed.h"

namespace http {

/// Takes the line before the first CR LF out of `lines`; the rest when there is none.
std::string_view take_line(std::string_view& lines);

/// `lines` is any number of "name: value" CR LF, without the empty line that ends them. Refused
/// with 400: a folded line, a blank before the colon, a name that is no token, a control byte in a
/// value; with 431: too many fields.
Checked<Fields> parse_field_lines(std::string_view lines, const Limits& limits);

}  // namespace http
