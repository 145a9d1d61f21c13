// SPDX-License-Identifier: Apache-2.0
#include "sandbox/mount_points.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

namespace sandbox {
namespace {

base::Result<> refuse(const std::string& directory, std::string_view rest) {
  return base::fail(
      base::ErrorKind::denied,
      "cannot mount on " + base::escape_for_terminal(rest) +
          " in the sandbox's home: a link or something else is in the way",
      "look at it and remove it: " +
          base::escape_for_terminal(directory + "/" + std::string(rest)));
}

enum class Last { directory, file };

// Goes down one name at a time and never through a link.
base::Result<> make_below(const std::string& directory, std::string_view rest, Last last) {
  base::Fd here(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!here) return base::fail_errno("open", directory);
  auto names = base::split(rest, '/');
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name(names[i]);
    bool is_file = i + 1 == names.size() && last == Last::file;
    if (is_file) {
      base::Fd made(
          openat(here.get(), name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
      struct stat status{};
      bool is_there = fstatat(here.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
      return is_there && S_ISREG(status.st_mode) ? base::Result<>() : refuse(directory, rest);
    }
    (void)mkdirat(here.get(), name.c_str(), 0755);
    here =
        base::Fd(openat(here.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!here) return refuse(directory, rest);
  }
  return {};
}

bool is_file_on_host(const Mount& mount) {
  struct stat status{};
  if (mount.kind == MountKind::data) return true;
  return is_bind(mount) && stat(mount.source.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

// The mount that the destination lies in: the last one before it that covers it.
const Mount* parent_of(const Plan& plan, const Mount& mount) {
  const Mount* parent = nullptr;
  for (const auto& other : plan.mounts) {
    if (&other == &mount) break;
    if (is_within(mount.destination, other.destination)) parent = &other;
  }
  return parent;
}

}  // namespace

base::Result<> make_mount_points(const Plan& plan) {
  for (const auto& mount : plan.mounts) {
    const auto* parent = parent_of(plan, mount);
    if (parent == nullptr || parent->kind != MountKind::read_write ||
        parent->destination == plan.directory)
      continue;
    auto rest = std::string_view(mount.destination).substr(parent->destination.size() + 1);
    TRY_VOID(
        make_below(parent->source, rest, is_file_on_host(mount) ? Last::file : Last::directory));
  }
  return {};
}

}  // namespace sandbox
