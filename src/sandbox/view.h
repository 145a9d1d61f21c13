// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a sandboxed program sees of the file system: a list of mounts, parents before children, one
// a destination. Pure: nothing here touches a disk.

#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

enum class MountKind { read_only, read_write, tmpfs, data, symlink, proc, read_only_proc, dev };

struct Mount {
  MountKind kind = MountKind::read_only;
  std::string destination;
  std::string
      source{};       // the host's path of a bind, the target of a symlink, the text of a data file
  int mode = 0755;    // permissions of a tmpfs or a data file
  std::string why{};  // what it is there for, as a person reads it
  bool operator==(const Mount&) const = default;
};

/// True when the mount shows a path of the host.
bool is_bind(const Mount& mount);
/// True when `path` is `parent` or lies below it. Both absolute and normal.
bool is_within(std::string_view path, std::string_view parent);
/// `path` below `from` as it is called below `to`: rebase("/a/x", "/a", "/b") is "/b/x".
std::string rebase(std::string_view path, std::string_view from, std::string_view to);

class View {
public:
  /// A mount on a destination that has one already replaces it.
  void add(Mount mount);
  /// Makes the host's `path` invisible wherever a bind shows it: a directory becomes an empty one,
  /// a file an empty file. A path that no bind shows needs nothing.
  void hide(std::string_view path, bool is_directory, const std::string& why);
  /// The places inside where the host's `path` is seen.
  std::vector<std::string> places_of(std::string_view path) const;
  /// All mounts in the order they are made: a parent is never mounted over its child.
  const std::vector<Mount>& mounts() const { return mounts_; }

private:
  /// The last mount that covers the destination: what a program opening it meets.
  const Mount* top_of(std::string_view destination) const;
  std::vector<Mount> mounts_;
};

}  // namespace sandbox
