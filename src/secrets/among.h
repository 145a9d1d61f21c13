// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a list has something.

#include <algorithm>

namespace secrets {

bool among(const auto& list, const auto& wanted) {
  return std::ranges::find(list, wanted) != list.end();
}

}  // namespace secrets
