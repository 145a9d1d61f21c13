// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where the program can write: a file that lies there and is to be a source is read with care
// (secrets/source_file.h).

#include <filesystem>

#include "config/config.h"

namespace config {

/// Tells every source of `config`. `project` is a real path.
void tell_shared_places(
    Config& config, const std::filesystem::path& project, const std::filesystem::path& home);

}  // namespace config
