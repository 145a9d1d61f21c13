// SPDX-License-Identifier: Apache-2.0
#include "sandbox/bubblewrap.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"

namespace sandbox {
namespace {

constexpr std::string_view init_path = "/run/lazaret/init";

// Bubblewrap's arguments and the contents of the descriptors they name.
class Arguments {
public:
  void add(std::initializer_list<std::string_view> words) {
    for (auto word : words) {
      text_ += word;
      text_ += '\0';
    }
  }

  /// The number of a new descriptor that holds `content`. The first one is kept for the arguments
  /// themselves.
  std::string descriptor(std::string_view content) {
    contents_.emplace_back(content);
    return std::to_string(first_descriptor + static_cast<int>(contents_.size()));
  }

  std::vector<std::string> take() && {
    contents_.insert(contents_.begin(), std::move(text_));
    return std::move(contents_);
  }

private:
  std::string text_;
  std::vector<std::string> contents_;
};

void add_namespaces(Arguments& arguments, const Plan& plan) {
  arguments.add(
      {"--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
       "--unshare-cgroup-try"});
  arguments.add({"--uid", std::to_string(plan.user.uid), "--gid", std::to_string(plan.user.gid)});
  arguments.add({"--hostname", plan.name, "--die-with-parent", "--as-pid-1", "--cap-drop", "ALL"});
  if (!plan.user_namespaces) arguments.add({"--disable-userns"});
}

void add_mount(Arguments& arguments, const Mount& mount) {
  auto mode = fmt::format("{:04o}", mount.mode);
  switch (mount.kind) {
    case MountKind::read_only:
      return arguments.add({"--ro-bind", mount.source, mount.destination});
    case MountKind::read_write:
      return arguments.add({"--bind", mount.source, mount.destination});
    case MountKind::tmpfs:
      return arguments.add({"--perms", mode, "--tmpfs", mount.destination});
    case MountKind::symlink:
      return arguments.add({"--symlink", mount.source, mount.destination});
    case MountKind::read_only_proc:
    case MountKind::proc:
      return arguments.add({"--proc", mount.destination});
    case MountKind::dev:
      return arguments.add({"--dev", mount.destination});
    case MountKind::data: {
      auto descriptor = arguments.descriptor(mount.source);
      return arguments.add({"--perms", mode, "--ro-bind-data", descriptor, mount.destination});
    }
  }
}

void add_init(Arguments& arguments, std::string_view image) {
  auto descriptor = arguments.descriptor(image);
  arguments.add({"--perms", "0555", "--ro-bind-data", descriptor, init_path});
}

}  // namespace

BubblewrapCommand to_bubblewrap(
    const Plan& plan,
    const std::string& bubblewrap,
    std::string_view seccomp_filter,
    std::string_view init_image,
    ControllingTerminal terminal) {
  Arguments arguments;
  add_namespaces(arguments, plan);
  for (const auto& mount : plan.mounts)
    add_mount(arguments, mount);
  add_init(arguments, init_image);
  for (const auto& mount : plan.mounts)
    if (mount.kind == MountKind::read_only_proc) arguments.add({"--remount-ro", mount.destination});
  arguments.add({"--remount-ro", "/", "--chdir", plan.directory});
  for (const auto& variable : plan.environment)
    arguments.add({"--setenv", variable.name, variable.value});
  arguments.add({"--seccomp", arguments.descriptor(seccomp_filter)});

  BubblewrapCommand command{.contents = std::move(arguments).take()};
  command.control = first_descriptor + static_cast<int>(command.contents.size());
  command.argv = {
      bubblewrap,
      "--args",
      std::to_string(first_descriptor),
      "--",
      std::string(init_path),
      std::to_string(command.control),
      std::to_string(terminal.descriptor),
      terminal.is_foreground ? "foreground" : "background"};
  command.argv.insert(command.argv.end(), plan.command.begin(), plan.command.end());
  return command;
}

base::Result<std::string> find_bubblewrap(std::string_view search_path) {
  std::vector<std::string> places = {"/usr/bin", "/usr/local/bin"};
  for (auto directory : base::split(search_path, ':'))
    if (directory.starts_with('/')) places.emplace_back(directory);
  for (const auto& place : places)
    if (auto path = place + "/bwrap"; access(path.c_str(), X_OK) == 0) return path;
  return base::fail(
      base::ErrorKind::not_found, "bubblewrap is not installed",
      "install it: apt-get install bubblewrap");
}

}  // namespace sandbox
