// SPDX-License-Identifier: Apache-2.0
#include "sandbox/covers.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/fd.h"
#include "base/text.h"

namespace sandbox {
namespace {

constexpr int open_to_look = 0444;
constexpr int open_to_list = 0555;

bool is_empty_directory(const Mount& mount) {
  return mount.kind == MountKind::tmpfs && mount.mode == open_to_list;
}

bool is_file(const Mount& mount) {
  return mount.kind == MountKind::data && mount.mode == open_to_look;
}

/// The last mount before `mounts[index]` that its destination lies in.
const Mount* parent_of(const std::vector<Mount>& mounts, std::size_t index) {
  for (auto at = index; at-- > 0;)
    if (is_within(mounts[index].destination, mounts[at].destination)) return &mounts[at];
  return nullptr;
}

/// A cover is seen wherever its path is bound, and hides what is bound from below it.
bool matters_elsewhere(
    const std::vector<Mount>& mounts,
    const Mount& covered,
    const Mount& parent,
    std::string_view path) {
  return std::ranges::any_of(mounts, [&](const Mount& other) {
    if (&other == &covered || &other == &parent) return false;
    if (is_within(other.destination, covered.destination)) return true;
    return is_bind(other) && (is_within(path, other.source) || is_within(other.source, path));
  });
}

std::optional<Cover> cover_for(const std::vector<Mount>& mounts, std::size_t index) {
  const auto& mount = mounts[index];
  if (!is_file(mount) && !is_empty_directory(mount)) return std::nullopt;
  const auto* parent = parent_of(mounts, index);
  if (parent == nullptr || !is_bind(*parent)) return std::nullopt;
  auto path = rebase(mount.destination, parent->destination, parent->source);
  if (matters_elsewhere(mounts, mount, *parent, path)) return std::nullopt;
  return Cover{
      .path = std::move(path), .is_directory = is_empty_directory(mount), .text = mount.source};
}

constexpr const char* shelf_place = "/proc";  // no cover's path is there

/// A small file system that holds what is laid over something. It has to be mounted somewhere while
/// it is copied from; destroying it takes it away again, and the copies stay.
class Shelf {
public:
  static base::Result<Shelf> put_up() {
    Shelf shelf;
    if (mount("lazaret", shelf_place, "tmpfs", flags, "mode=0755,size=4m") != 0)
      return base::fail_errno("mount a file system for what hides files");
    shelf.is_up_ = true;
    shelf.root_.reset(open(shelf_place, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!shelf.root_) return base::fail_errno("open", shelf_place);
    return shelf;
  }
  Shelf(Shelf&& other) noexcept
      : is_up_(std::exchange(other.is_up_, false)), root_(std::move(other.root_)) {}
  Shelf& operator=(Shelf&&) = delete;
  ~Shelf() {
    root_.reset();
    if (is_up_) umount2(shelf_place, MNT_DETACH);
  }

  /// A mount of it that is nowhere yet.
  base::Result<base::Fd> copy_for(const Cover& cover) {
    const auto name = TRY(cover.is_directory ? directory() : file(cover.text));
    base::Fd copy(open_tree(root_.get(), name.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
    if (!copy) return base::fail_errno("copy a mount");
    mount_attr read_only{};
    read_only.attr_set = MOUNT_ATTR_RDONLY;
    if (mount_setattr(copy.get(), "", AT_EMPTY_PATH, &read_only, sizeof read_only) != 0)
      return base::fail_errno("make a mount read-only");
    return copy;
  }

private:
  static constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;

  Shelf() = default;

  base::Result<std::string> directory() {
    if (directory_.empty()) {
      directory_ = "directory";
      if (mkdirat(root_.get(), directory_.c_str(), 0700) != 0)
        return base::fail_errno("make an empty directory");
      TRY_VOID(set_mode(directory_, open_to_list));
    }
    return directory_;
  }

  /// One for each text; the empty one is wanted many times.
  base::Result<std::string> file(const std::string& text) {
    if (const auto known = files_.find(text); known != files_.end()) return known->second;
    auto name = std::to_string(files_.size());
    const base::Fd file(
        openat(root_.get(), name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
    const auto size = static_cast<ssize_t>(text.size());
    if (!file || write(file.get(), text.data(), text.size()) != size)
      return base::fail_errno("write a file to lay over another");
    TRY_VOID(set_mode(name, open_to_look));
    files_.emplace(text, name);
    return name;
  }

  /// Whatever the umask is.
  base::Result<> set_mode(const std::string& name, mode_t mode) {
    if (fchmodat(root_.get(), name.c_str(), mode, 0) != 0) return base::fail_errno("set a mode");
    return {};
  }

  bool is_up_ = false;
  base::Fd root_;
  std::string directory_;
  std::map<std::string, std::string> files_;  // names by text
};

base::Result<base::Fd> open_without_links(const Cover& cover) {
  const open_how how{
      .flags = O_PATH | O_CLOEXEC | (cover.is_directory ? unsigned{O_DIRECTORY} : 0U),
      .mode = 0,
      .resolve = RESOLVE_NO_SYMLINKS};
  base::Fd file(
      static_cast<int>(syscall(SYS_openat2, AT_FDCWD, cover.path.c_str(), &how, sizeof how)));
  if (!file) return base::fail_errno("hide", base::escape_for_terminal(cover.path));
  return file;
}

base::Result<> lay(const Cover& cover, Shelf& shelf) {
  const auto target = TRY(open_without_links(cover));
  const auto copy = TRY(shelf.copy_for(cover));
  constexpr unsigned both_are_descriptors = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  if (move_mount(copy.get(), "", target.get(), "", both_are_descriptors) != 0)
    return base::fail_errno("hide", base::escape_for_terminal(cover.path));
  return {};
}

}  // namespace

std::vector<Cover> take_covers(std::vector<Mount>& mounts) {
  std::vector<Cover> covers;
  std::vector<Mount> rest;
  for (std::size_t index = 0; index < mounts.size(); ++index) {
    if (auto cover = cover_for(mounts, index))
      covers.push_back(*std::move(cover));
    else
      rest.push_back(mounts[index]);
  }
  mounts = std::move(rest);
  return covers;
}

base::Result<> lay(std::span<const Cover> covers) {
  if (covers.empty()) return {};
  auto shelf = TRY(Shelf::put_up());
  for (const auto& cover : covers)
    TRY_VOID(lay(cover, shelf));
  return {};
}

}  // namespace sandbox
