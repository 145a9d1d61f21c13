// SPDX-License-Identifier: Apache-2.0
#include "sandbox/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sandbox/environment.h"
#include "sandbox/project.h"
#include "sandbox/system_view.h"

namespace sandbox {
namespace {

void add_project(View& view, const PlanInput& input) {
  view.add(
      {.kind = MountKind::read_write,
       .destination = input.project,
       .source = input.project,
       .why = "the project"});
}

void add_home(View& view, const PlanInput& input, const std::string& home) {
  view.add(
      {.kind = MountKind::read_write,
       .destination = home,
       .source = input.sandbox_home,
       .why = "home, kept for this project"});
}

// Where a path of the host belongs inside: the same, but what is in the user's home follows the
// home.
std::string inside(const std::string& path, const PlanInput& input, const std::string& home) {
  return is_within(path, input.home) && input.home != "/" ? rebase(path, input.home, home) : path;
}

base::Result<> add_rules(View& view, const PlanInput& input, const std::string& home) {
  for (const auto& rule : input.mount_rules) {
    if (rule.mode == Visibility::hidden) continue;
    for (const auto& own : input.own_paths)
      if (is_within(rule.path, own))
        return base::fail(
            base::ErrorKind::invalid,
            "a mount rule shows " + base::escape_for_terminal(rule.path) +
                ", which belongs to lazaret itself",
            "remove the rule from [[sandbox.mounts.rules]]");
    bool writable = rule.mode == Visibility::read_write;
    view.add(
        {.kind = writable ? MountKind::read_write : MountKind::read_only,
         .destination = inside(rule.path, input, home),
         .source = rule.path,
         .why = "mount rule"});
  }
  return {};
}

void add_project_config(View& view, const PlanInput& input) {
  if (!input.project_config || input.config_visibility == Visibility::read_write) return;
  if (input.config_visibility == Visibility::hidden) {
    view.hide(*input.project_config, false, "lazaret's configuration");
    return;
  }
  view.add(
      {.kind = MountKind::read_only,
       .destination = *input.project_config,
       .source = *input.project_config,
       .why = "lazaret's configuration"});
}

void hide_private(View& view, const PlanInput& input) {
  for (const auto& rule : input.mount_rules)
    if (rule.mode == Visibility::hidden) view.hide(rule.path, rule.is_directory, "mount rule");
  for (const auto& path : input.env_files)
    view.hide(path, false, "may hold secrets");
  for (const auto& path : input.own_paths)
    view.hide(path, true, "lazaret's own");
}

base::Result<> check_environment(const std::vector<Variable>& environment) {
  for (const auto& variable : environment) {
    bool is_name =
        !variable.name.empty() && variable.name.find_first_of({"=\0", 2}) == std::string::npos;
    if (!is_name || variable.value.find('\0') != std::string::npos)
      return base::fail(
          base::ErrorKind::invalid,
          "the environment variable \"" + base::escape_for_terminal(variable.name) +
              "\" has a name or a value that no environment can hold",
          "a name has no '=', and neither has a NUL byte");
  }
  return {};
}

std::string_view word_of(MountKind kind) {
  switch (kind) {
    case MountKind::read_only:
      return "ro";
    case MountKind::read_write:
      return "rw";
    case MountKind::tmpfs:
      return "tmpfs";
    case MountKind::data:
      return "file";
    case MountKind::symlink:
      return "link";
    case MountKind::proc:
      return "proc";
    case MountKind::read_only_proc:
      return "ro-proc";
    case MountKind::dev:
      return "dev";
  }
  return "";
}

std::string line_of(const Mount& mount) {
  auto line =
      fmt::format("  {:<5} {}", word_of(mount.kind), base::escape_for_terminal(mount.destination));
  bool is_named =
      mount.kind != MountKind::data && !mount.source.empty() && mount.source != mount.destination;
  if (is_named)
    line += (mount.kind == MountKind::symlink ? " -> " : " <- ") +
            base::escape_for_terminal(mount.source);
  if (mount.kind == MountKind::data && mount.source.empty()) line += " (empty)";
  return line + (mount.why.empty() ? "" : "  # " + mount.why) + "\n";
}

std::string line_of(const Variable& variable) {
  auto value =
      variable.is_private ? "[from the configuration]" : base::escape_for_terminal(variable.value);
  return fmt::format("  {}={}\n", base::escape_for_terminal(variable.name), value);
}

}  // namespace

base::Result<Plan> make_plan(const PlanInput& input) {
  TRY_VOID(check_project(input));
  auto home = home_inside(input);
  Plan plan{
      .name = hostname_of(input),
      .user = input.user,
      .directory = input.project,
      .environment = make_environment(input, home),
      .command = input.command,
      .user_namespaces = input.user_namespaces};
  TRY_VOID(check_environment(plan.environment));

  View view;
  add_system(view, input);
  add_etc(view, input, home);
  add_authority(view, input);
  add_home(view, input, home);
  add_project(view, input);
  TRY_VOID(add_rules(view, input, home));
  add_project_config(view, input);
  hide_private(view, input);
  plan.mounts = view.mounts();
  return plan;
}

std::string to_text(const Plan& plan) {
  auto text = fmt::format(
      "sandbox {}\n  user {} ({}:{}), no capabilities, {} user namespaces\n  starts in "
      "{}\n\nfiles\n",
      plan.name, base::escape_for_terminal(plan.user.name), plan.user.uid, plan.user.gid,
      plan.user_namespaces ? "with" : "no", base::escape_for_terminal(plan.directory));
  for (const auto& mount : plan.mounts)
    text += line_of(mount);
  text += "\nenvironment\n";
  for (const auto& variable : plan.environment)
    text += line_of(variable);
  text += "\ncommand\n";
  for (const auto& word : plan.command)
    text += "  " + base::escape_for_terminal(word) + "\n";
  return text;
}

}  // namespace sandbox
