// SPDX-License-Identifier: Apache-2.0
#pragma once
// What [upstream] says: the way from the gateway to servers.

#include <filesystem>

#include "config/config.h"
#include "config/value.h"

namespace config {

/// What is wrong is appended to `problems`.
Upstream upstream_of(const Table& effective, const std::filesystem::path& home, Problems& problems);

}  // namespace config
