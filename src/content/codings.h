// SPDX-License-Identifier: Apache-2.0
#pragma once
// The codings that a body can be in (RFC 9110, 8.4.1; RFC 7932; RFC 8878), and the field that says
// which.

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace content {

enum class Coding { gzip, deflate, br, zstd };

/// As Content-Encoding and grpc-encoding write it.
std::string_view name_of(Coding coding);

/// In the order in which they were applied, as Content-Encoding lists them: the last one is read
/// first. Empty: the body is what it says.
using Codings = std::vector<Coding>;

/// More on top of each other serve nobody but who hides something.
inline constexpr std::size_t max_codings = 3;

/// What the elements of all Content-Encoding fields say, in any case, `x-gzip` too; `identity` and
/// empty elements say nothing. `invalid` for a coding that is not known, and for more than
/// `max_codings`.
base::Result<Codings> codings_of(std::span<const std::string_view> names);

}  // namespace content
