// SPDX-License-Identifier: Apache-2.0
#pragma once
// `[[include]]`: whether a condition holds for a project.

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace config {

/// `dir:<glob>` against the real path of the project: `*` is one level, `**` any number and none,
/// `~` the home directory. `invalid` when the condition is not of this form.
base::Result<bool> include_holds(
    std::string_view condition,
    const std::filesystem::path& project,
    const std::filesystem::path& home);

}  // namespace config
