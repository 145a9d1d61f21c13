// SPDX-License-Identifier: Apache-2.0
#include "config/project.h"

#include <fmt/format.h>

#include <string_view>

#include "config/check.h"

namespace config {
namespace {

template <class T>
const T* find_as(const Table& table, std::string_view path) {
  const Value* value = find_path(table, path);
  return value == nullptr ? nullptr : value->as<T>();
}

/// One judgement after the other, each on one promise.
class ProjectCheck {
public:
  ProjectCheck(const Table& project, const Table& below, Problems& problems)
      : project_(project), below_(below), problems_(problems) {}

  void run() {
    refuse_includes();
    keep_env_files_hidden();
    keep_redaction();
    refuse_commands();
    keep_answers_searched();
    keep_locked_down();
    only_lower("proxy.max_log_body_bytes", 1);
    only_lower("proxy.redaction.max_scan_bytes", 0);
  }

private:
  void refuse_includes() {
    if (const Value* include = find_path(project_, "include"))
      refuse(*include, "include other files");
  }

  void keep_env_files_hidden() {
    const auto* hide = find_as<bool>(project_, "sandbox.hide_env_files");
    if (hide != nullptr && !*hide) refuse("sandbox.hide_env_files", "make .env files visible");
  }

  void keep_redaction() {
    const auto* enabled = find_as<bool>(project_, "proxy.redaction.enabled");
    const auto* was_enabled = find_as<bool>(below_, "proxy.redaction.enabled");
    if (enabled && !*enabled && was_enabled && *was_enabled) {
      refuse("proxy.redaction.enabled", "switch redaction off");
    }
    constexpr std::string_view action = "proxy.redaction.default_action";
    const auto* mine = find_as<std::string>(project_, action);
    const auto* theirs = find_as<std::string>(below_, action);
    if (mine && theirs && !mine->empty() && severity(*mine) < severity(*theirs)) {
      refuse(action, "make redaction milder");
    }
    keep_detectors();
  }

  void keep_detectors() {
    const Value* detectors = find_path(project_, "proxy.redaction.detectors");
    if (detectors == nullptr) return;
    for (const Value& name : *detectors->as<Array>()) {
      if (name.as<std::string>()->starts_with('-'))
        refuse(name, "take detectors away", "proxy.redaction.detectors");
    }
  }

  void refuse_commands() {
    walk(project_, [&](const std::string& path, const Row& row, const Value& value) {
      if (row.path.ends_with(".command")) refuse(value, "run commands on the host", path);
    });
  }

  void keep_answers_searched() {
    walk(project_, [&](const std::string& path, const Row& row, const Value& value) {
      if (row.path == "proxy.filter.rules[].scrub" && *value.as<std::string>() == "headers")
        refuse(value, "leave answers unsearched", path);
    });
  }

  void keep_locked_down() {
    const auto* theirs = find_as<std::string>(below_, "proxy.filter.profile");
    if (theirs == nullptr || *theirs != "locked-down") return;
    for (const auto key : {"proxy.filter.profile", "proxy.filter.default_action"}) {
      const auto* mine = find_as<std::string>(project_, key);
      const bool same =
          mine == nullptr || mine->empty() || *mine == "locked-down" || *mine == "block";
      if (!same) refuse(key, "leave the profile locked-down");
    }
  }

  void only_lower(std::string_view path, std::int64_t least) {
    const auto* mine = find_as<std::int64_t>(project_, path);
    const auto* theirs = find_as<std::int64_t>(below_, path);
    if (mine && theirs && (*mine < least || *mine > *theirs)) {
      refuse(path, fmt::format("set anything but {} to {}", least, *theirs));
    }
  }

  static int severity(std::string_view action) {
    return action == "block" ? 2 : action == "redact" ? 1 : 0;
  }

  void refuse(std::string_view path, std::string_view what) {
    refuse(*find_path(project_, path), what, path);
  }

  void refuse(const Value& value, std::string_view what, std::string_view path = "include") {
    problems_.push_back(
        {value.origin,
         fmt::format(
             "{}: a project file may not {}; set it in your own configuration", path, what)});
  }

  const Table& project_;
  const Table& below_;
  Problems& problems_;
};

}  // namespace

void check_project(const Table& project, const Table& below, Problems& problems) {
  ProjectCheck(project, below, problems).run();
}

}  // namespace config
