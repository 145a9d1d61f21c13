// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which lazaret this is.

#include <string_view>

namespace cli {

/// "lazaret 0.1.0".
std::string_view version_text();

}  // namespace cli
