// SPDX-License-Identifier: Apache-2.0
#pragma once
// From pieces to tokens: what a wildcard may match where it stands.

#include <vector>

#include "policy/escapes.h"
#include "policy/glob.h"
#include "policy/glob_pieces.h"

namespace policy {

enum class Region {
  host,       // wildcards match anything, dots too
  path,       // `*` and `?` stay in a segment, `**` does not
  authority,  // scheme and host of a URL: wildcards stay in it
  url,        // `*` matches anything
};

void append_tokens(
    std::vector<GlobToken>& tokens, std::span<const GlobPiece> pieces, Region region);

/// Literal runs with their percent-escapes in the one spelling. Refuses what no path or URL has:
/// dot segments, and classes with characters that are always escaped.
base::Result<GlobPieces> normalise_runs(std::span<const GlobPiece> pieces, UrlPart part);

}  // namespace policy
