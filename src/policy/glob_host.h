// SPDX-License-Identifier: Apache-2.0
#pragma once
// Host patterns with wildcards, normalised label by label as host names are.

#include "policy/glob_pieces.h"

namespace policy {

/// Lower case, A-labels, no trailing dot; without wildcards whatever normalise_host() makes of it.
/// Refuses ports and characters that no host name has.
base::Result<GlobPieces> normalise_host_pieces(std::span<const GlobPiece> pieces);

/// The index of a ':' that only digits follow, or the size.
std::size_t port_begin(std::span<const GlobPiece> authority);

/// Classes match lower case too: hosts and schemes have no other.
void lower_piece(GlobPiece& piece);

}  // namespace policy
