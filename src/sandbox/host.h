// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the plan has to know about this machine, as data: which system directories there are, where
// links lead, and which files of /etc are not meant for everybody.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

enum class FileKind { absent, file, directory };

/// A path that was looked at: what it is, and its name with every link followed (also when it leads
/// nowhere).
struct Seen {
  FileKind kind = FileKind::absent;
  std::string real{};
};

/// An entry of a directory; `target` is set when it is a link.
struct Entry {
  std::string name;
  bool is_directory = false;
  std::string target{};
};

struct HostFacts {
  std::vector<Entry> roots{};       // of /usr /bin /sbin /lib… /opt /nix: those that exist
  std::vector<Entry> etc{};         // the entries of /etc
  std::vector<Entry> not_public{};  // full paths in /etc that not everybody on the machine may read
  std::map<std::string, Seen, std::less<>> seen{};  // what `looked_at()` names
  std::string resolv_conf{};                        // the text of the host's own

  FileKind kind_of(std::string_view path) const;
  /// Where a mount on `path` has to go: a link's end, or the path itself.
  std::string real(std::string_view path) const;
};

/// The single files and directories outside the project that the plan asks about.
const std::vector<std::string>& looked_at();

/// Looks at this machine; `root` is "/" except in tests.
HostFacts survey_host(const std::filesystem::path& root = "/");

}  // namespace sandbox
