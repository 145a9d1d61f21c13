// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes bytes inside a protobuf message without knowing its schema (protobuf.dev, "Encoding"):
// the lengths of all fields around them are mended.
//
// The wire does not tell a string from a nested message. A field whose bytes are to change is taken
// for a message when its bytes are whole fields from the first to the last and every change lies
// inside one that has a length; else for a string. A string that reads as a message by accident
// would have to name its own length in the right place.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace content::protobuf {

/// As deep as messages and groups may be nested; more is refused.
inline constexpr std::size_t max_depth = 64;

/// Bytes of a message, and what shall stand there instead.
struct Edit {
  std::size_t at = 0;
  std::size_t size = 0;
  std::string_view with;
};

/// Appends the message with the edits made, which come in order and do not overlap, to `out`, which
/// grows once, so that no copy of what is written stays behind. `invalid`, with `out` unchanged,
/// when the bytes are not a message, are nested too deep, or an edit is not inside the bytes of one
/// field that has a length. Takes time in proportion to the size of the message.
base::Result<> rewrite(std::string_view message, std::span<const Edit> edits, std::string& out);

}  // namespace content::protobuf
