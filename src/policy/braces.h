// SPDX-License-Identifier: Apache-2.0
#pragma once
// "{a,b}.x.com" written out: a pattern with braces is a short list of patterns without.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace policy {

/// Every alternative, in order; nested braces too. Braces in a class or after a backslash are
/// literal. Refuses unbalanced braces and more than 64 alternatives (`{a,b}{a,b}…` grows without
/// bound).
base::Result<std::vector<std::string>> expand_braces(std::string_view pattern);

}  // namespace policy
