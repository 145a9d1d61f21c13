// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files that say or hold what the program may not know, but lie in its project: a linked
// configuration, a token's file.

#include <filesystem>
#include <vector>

#include "config/load.h"
#include "session/project.h"

namespace session {

/// Whether `path` lies in `directory` or is it; both are real paths.
bool is_inside(const std::filesystem::path& path, const std::filesystem::path& directory);

/// Real paths, sorted, each once. The project's own configuration is not among them: its visibility
/// is configured. A file that is not there yet is not either.
std::vector<std::filesystem::path> own_files(
    const Project& project,
    const std::vector<std::filesystem::path>& used,
    const config::Config& config);

/// The same of those that say what must not leave: the program may know it, and may not change it.
std::vector<std::filesystem::path> files_of_redaction(
    const Project& project, const config::Config& config);

}  // namespace session
