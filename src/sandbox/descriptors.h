// SPDX-License-Identifier: Apache-2.0
#pragma once
// Texts as descriptors, to be inherited by a child: nothing of them is ever in a file that somebody
// could open.

#include <span>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace sandbox {

/// A memory file with the text, to be read from its beginning; for an empty one a cheaper source of
/// nothing.
base::Result<base::Fd> to_descriptor(const std::string& text);

base::Result<std::vector<base::Fd>> to_descriptors(std::span<const std::string> texts);

}  // namespace sandbox
