// SPDX-License-Identifier: Apache-2.0
#include "sandbox/mount_rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <functional>

#include "base/file.h"
#include "base/text.h"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

using Names = std::span<const std::string>;
using Found = std::function<void(const fs::path&)>;

bool has_wildcard(std::string_view name) {
  return name.find_first_of("*?[") != std::string_view::npos;
}

// FNM_PERIOD is not set: a rule that hides `*` hides dot files, too.
bool matches(const std::string& pattern, const fs::path& name) {
  return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

void each_entry(
    const fs::path& directory, const std::function<void(const fs::directory_entry&)>& visit) {
  std::error_code ignored;
  for (fs::directory_iterator entry(directory, ignored), end; !ignored && entry != end;
       entry.increment(ignored))
    visit(*entry);
}

bool is_own_directory(const fs::directory_entry& entry) {
  std::error_code ignored;
  return fs::is_directory(entry.symlink_status(ignored));
}

void search(const fs::path& at, Names names, const Found& found) {
  std::error_code ignored;
  if (names.empty()) {
    if (fs::exists(at, ignored)) found(at);
    return;
  }
  const auto& name = names.front();
  auto rest = names.subspan(1);
  if (name == "**") {
    if (!rest.empty()) search(at, rest, found);
    each_entry(at, [&](const fs::directory_entry& entry) {
      if (rest.empty()) found(entry.path());
      if (is_own_directory(entry)) search(entry.path(), names, found);
    });
  } else if (has_wildcard(name)) {
    each_entry(at, [&](const fs::directory_entry& entry) {
      if (matches(name, entry.path().filename())) search(entry.path(), rest, found);
    });
  } else {
    search(at / name, rest, found);
  }
}

// The names of an absolute pattern, without the ending that only says "and all below".
std::vector<std::string> names_of(const fs::path& pattern) {
  std::vector<std::string> names;
  for (const auto& name : pattern.relative_path())
    if (!name.empty() && name != ".") names.push_back(name.string());
  bool is_plain = !names.empty() && names.back() == "**" &&
                  std::none_of(names.begin(), names.end() - 1, has_wildcard);
  if (is_plain) names.pop_back();
  return names;
}

void add(std::vector<MountRule>& rules, const fs::path& path, Visibility mode) {
  std::error_code ignored;
  auto real = fs::canonical(path, ignored).string();
  if (real.empty() || std::ranges::find(rules, real, &MountRule::path) != rules.end()) return;
  rules.push_back({.path = real, .is_directory = fs::is_directory(real, ignored), .mode = mode});
}

}  // namespace

base::Result<MatchedRules> match_mount_rules(
    std::span<const MountPattern> patterns, const fs::path& home, const fs::path& project) {
  MatchedRules matched;
  for (const auto& rule : patterns) {
    auto names = names_of(project / base::expand_home(rule.pattern, home));
    bool climbs = std::ranges::find(names, "..") != names.end();
    if (rule.pattern.empty() || names.empty() || climbs)
      return base::fail(
          base::ErrorKind::invalid,
          rule.origin.to_string() + ": the mount pattern \"" +
              base::escape_for_terminal(rule.pattern) +
              "\" is empty, means the whole file system or has \"..\" in it",
          "write a path such as ~/.config/tool, /srv/data or **/secrets/**");
    bool is_matched = false;
    search("/", names, [&](const fs::path& path) {
      is_matched = true;
      add(matched.rules, path, rule.mode);
    });
    if (!is_matched)
      matched.unmatched.push_back(
          rule.origin.to_string() + ": the mount pattern \"" +
          base::escape_for_terminal(rule.pattern) + "\" matches nothing");
  }
  return matched;
}

}  // namespace sandbox
