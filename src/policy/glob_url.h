// SPDX-License-Identifier: Apache-2.0
#pragma once
// URL patterns: taken apart at "://" and the first '/' after it, so that each part is normalised
// and matched as what it is. A pattern that does not spell out "://" ("*/v1/traces") is matched
// against the URL as one text.

#include <optional>

#include "policy/glob_pieces.h"

namespace policy {

base::Result<Glob> parse_url_glob(std::span<const GlobPiece> pieces);

/// The host pattern that every match of a URL pattern also matches; none when that cannot be told.
base::Result<std::optional<Glob>> host_of_url_glob(std::span<const GlobPiece> pieces);

}  // namespace policy
