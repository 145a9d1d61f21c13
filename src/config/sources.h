// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything that says where a secret comes from: credentials, and the program's variables.

#include <filesystem>
#include <vector>

#include "config/config.h"

namespace config {

std::vector<secrets::InjectorSpec> credentials_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

/// Also refuses a name that is in env_passthrough too.
std::vector<Variable> environment_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

}  // namespace config
