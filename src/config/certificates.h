// SPDX-License-Identifier: Apache-2.0
#pragma once
// The files of certificates that the configuration names. Whoever reads it to send nothing needs
// none of them, so this is a question of its own.

#include <filesystem>

#include "config/problem.h"
#include "config/value.h"

namespace config {

/// Appends each of `upstream.ca_files` that cannot be read or holds no certificate. `effective`
/// passed the schema's check.
void check_certificates(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

}  // namespace config
