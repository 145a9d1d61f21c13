// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace http {

/// Whether the first bytes of a connection may be the start of an HTTP/1 request.
enum class Likeness { yes, no, perhaps };

/// Whether a server would read them as one: a method and a blank, behind the empty line that a
/// server does well to ignore (RFC 9112, 2.2).
Likeness request_likeness(std::string_view bytes);

/// Whether any server could, for a connection on which something else is expected: other protocols
/// begin with a word and a blank as well (redis: "SET key value"), so it takes the whole first
/// line, with a version, a path or a URL in it; servers are known to forgive blanks and empty lines
/// before it, and other blanks than one space within (RFC 9112, 3). `perhaps` until that line is
/// complete, `yes` when it never is.
Likeness request_line_likeness(std::string_view bytes);

}  // namespace http
