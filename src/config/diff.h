// SPDX-License-Identifier: Apache-2.0
#pragma once
// What changed between two texts, line by line.

#include <string>
#include <string_view>

namespace config {

/// Every line with "  ", "- " or "+ " before it; lines are escaped for a terminal.
std::string diff_lines(std::string_view before, std::string_view after);

}  // namespace config
