// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the warden lays over files and directories of the host, in its own mount namespace, before
// bubblewrap binds what is around them: secrets get something empty, /etc/passwd another text.
// Bubblewrap could do it all, but reads the whole table of mounts anew for each of its mounts; here
// one costs some microseconds, and a project may have many files to hide.

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/view.h"

namespace sandbox {

/// A read-only file that holds `text`, or an empty directory, over what is at `path`.
struct Cover {
  std::string path;  // on the host; no part of it is a symbolic link
  bool is_directory = false;
  std::string text{};
  bool operator==(const Cover&) const = default;
};

/// Takes out of `mounts` what is the same when it is laid over the host's files first: files and
/// empty directories on a path that one bind alone shows, with nothing mounted on or from below
/// them. The rest stays for bubblewrap.
std::vector<Cover> take_covers(std::vector<Mount>& mounts);

/// Lays them, for this mount namespace alone, which must be private. Needs CAP_SYS_ADMIN in the
/// namespace's user namespace. A path that is not there, of the other kind or leads through a link
/// is an error.
base::Result<> lay(std::span<const Cover> covers);

}  // namespace sandbox
