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
    std::error_code unreadable;
    if (entry->is_symlink(unreadable)) continue;  // known from reading the directory, like the rest
    auto name = entry->path().filename().string();
    if (is_env_file(name) && entry->is_regular_file(unreadable))
      found.push_back(entry->path().string());
    if (depth < deepest && entry->is_directory(unreadable) && !is_skipped(name))
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
