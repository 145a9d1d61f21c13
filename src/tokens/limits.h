// SPDX-License-Identifier: Apache-2.0
#pragma once
// How large anything in a token may be. A token comes from the sandbox, so nothing in it decides
// how much memory is taken: every limit is tested before what it limits is made.

#include <cstddef>

namespace tokens {

inline constexpr std::size_t longest_token = 8192;       // characters of one token, prefix included
inline constexpr std::size_t longest_presented = 16384;  // a token and its discharges
inline constexpr std::size_t most_caveats = 64;
inline constexpr std::size_t most_entries = 256;  // of one list in a caveat
inline constexpr std::size_t most_discharges = 8;
inline constexpr int deepest_nesting = 8;

}  // namespace tokens
