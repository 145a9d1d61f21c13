// SPDX-License-Identifier: Apache-2.0
#pragma once
// The files of a project that by convention hold its secrets: `.env` and `.env.*`.

#include <filesystem>
#include <string>
#include <vector>

namespace sandbox {

/// Regular files named `.env` or `.env.…`, at most three directories deep, outside node_modules,
/// .git, vendor and .venv; sorted. Links are followed neither to directories nor to files: what
/// they lead to is hidden where it lies.
std::vector<std::string> find_env_files(const std::filesystem::path& project);

}  // namespace sandbox
