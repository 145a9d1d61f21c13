// SPDX-License-Identifier: Apache-2.0
#pragma once
// Secrets in base64 that is cut into lines, as MIME, PEM and several APIs write it: a line may end
// in the middle of one. Lines end as they stand, or as JSON writes it.

#include <cstddef>
#include <string_view>
#include <vector>

#include "secrets/needles.h"

namespace secrets {

/// The secrets that go over the end of a line, in no order, also those that overlap. `needles` are
/// secrets in base64; the size of a match counts the ends of lines in it.
/// `before` digits stood before the text: they count for the length of its first line.
std::vector<Needles::Match> find_over_lines(
    const Needles& needles, std::string_view text, std::size_t before = 0);

/// How much of a text that goes on is settled: no such secret begins in it and ends behind it.
/// Says nothing of the secrets (Needles::settled_size).
std::size_t settled_over_lines(const Needles& needles, std::string_view text, std::size_t before);

/// No such secret takes more of a text.
std::size_t reach_over_lines(const Needles& needles);

/// How many digits of a line that goes on stand at the end of a text, `before` of them before it;
/// as far as it counts.
std::size_t digits_at_end(std::string_view text, std::size_t before);

}  // namespace secrets
