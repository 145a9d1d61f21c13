// SPDX-License-Identifier: Apache-2.0
#pragma once
// Choosing what a process has open.

#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace sandbox {

/// Makes `files` the descriptors 0, 1, 2 … of this process, kept across exec; an empty one becomes
/// /dev/null. Closes every other.
base::Result<> keep_only(std::vector<base::Fd> files);

}  // namespace sandbox
