// SPDX-License-Identifier: Apache-2.0
#include "sandbox/env_files.h"

#include <algorithm>
#include <array>

namespace sandbox {
namespace {

namespace fs = std::filesystem;

constexpr int deepest = 3;

bool is_env_file(std::string_view name) { return name == ".env" || name.starts_with(".env."); }

bool is_skipped(std::string_view name) {
  static constexpr std::array skipped = {"node_modules", ".git", "vendor", ".venv"};
  return std::ranges::find(skipped, name) != skipped.end();
}

void search(const fs::path& directory, int depth, std::vector<std::string>& found) {
  std::error_code ignored;
  for (fs::directory_iterator entry(directory, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    auto name = entry->path().filename().string();
    std::error_code unreadable;
    auto status = entry->symlink_status(unreadable);
    if (fs::is_regular_file(status) && is_env_file(name)) found.push_back(entry->path().string());
    if (fs::is_directory(status) && depth < deepest && !is_skipped(name))
      search(entry->path(), depth + 1, found);
  }
}

}  // namespace

std::vector<std::string> find_env_files(const fs::path& project) {
  std::vector<std::string> found;
  search(project, 0, found);
  std::ranges::sort(found);
  return found;
}

}  // namespace sandbox
