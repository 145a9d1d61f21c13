// SPDX-License-Identifier: Apache-2.0
#pragma once
// Percent-escapes in one spelling.

#include <string>
#include <string_view>

#include "base/result.h"

namespace policy {

/// A query may hold '?' and an escaped NUL, a path may not.
enum class UrlPart { path, query };

/// Decodes escapes of unreserved characters, upper-cases the others, and escapes what a URL may not
/// hold raw
/// (`"<>^`{|}`, and '\' in a query). Refuses bad escapes, controls, spaces, '#' and non-ASCII; in a
/// path also '\' and NUL.
base::Result<std::string> normalise_escapes(std::string_view text, UrlPart part);

/// Whether a byte stands for itself in a normalised URL.
bool stays_raw(unsigned char byte);

}  // namespace policy
