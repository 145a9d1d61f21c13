// SPDX-License-Identifier: Apache-2.0
#pragma once
// [proxy.redaction]: what must not leave.

#include <filesystem>

#include "config/config.h"

namespace config {

/// Patterns are compiled and names are looked up here, so that mistakes have their place in a file;
/// sources are read when the scanner is made (redact/scanner.h).
Redaction redaction_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

}  // namespace config
