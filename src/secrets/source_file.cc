// SPDX-License-Identifier: Apache-2.0
#include "secrets/source_file.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>

#include "base/fd.h"

namespace secrets {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::fail;

constexpr int most_links = 40;  // as the kernel's own limit

bool is_shared(const fs::path& place, std::span<const fs::path> shared) {
  return std::ranges::any_of(shared, [&](const fs::path& directory) {
    const auto relative = place.lexically_relative(directory);
    return !relative.empty() && *relative.begin() != "..";
  });
}

/// The way to the file without a link, each of which was made by the host.
base::Result<fs::path> way_to(const fs::path& file, std::span<const fs::path> shared) {
  std::deque<fs::path> ahead(file.begin(), file.end());
  fs::path place = "/";
  for (int links = 0; !ahead.empty();) {
    const auto step = std::move(ahead.front());
    ahead.pop_front();
    if (step.empty() || step == "." || step == "/") continue;
    if (step == "..") {
      place = place.parent_path();
      continue;
    }
    const auto next = place / step;
    std::error_code missing;
    if (!fs::is_symlink(fs::symlink_status(next, missing))) {
      place = next;
      continue;
    }
    if (is_shared(place, shared))
      return fail(
          ErrorKind::invalid,
          next.native() + " is a link, and lies where the program in the sandbox can write",
          "keep the file outside of the project");
    const auto target = fs::read_symlink(next, missing);
    if (missing || ++links > most_links)
      return fail(ErrorKind::invalid, next.native() + " is a link that leads nowhere");
    if (target.is_absolute()) place = "/";
    ahead.insert(ahead.begin(), target.begin(), target.end());
  }
  return place;
}

/// The program may put a link there in this very moment: the kernel looks once more.
base::Fd open_without_links(const fs::path& file) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  how.resolve = RESOLVE_NO_SYMLINKS;
  return base::Fd(
      static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, file.c_str(), &how, sizeof how)));
}

}  // namespace

base::Result<std::string> read_source_file(
    const fs::path& file, std::span<const fs::path> shared, std::size_t limit) {
  const auto way = TRY(way_to(file, shared));
  const auto opened = open_without_links(way);
  if (!opened) return base::fail_errno("read", file.native());
  struct stat found{};
  if (::fstat(opened.get(), &found) != 0) return base::fail_errno("read", file.native());
  if (!S_ISREG(found.st_mode))
    return fail(ErrorKind::invalid, file.native() + " is no regular file");
  std::string out(limit + 1, '\0');
  std::size_t used = 0;
  while (used < out.size()) {
    const ssize_t size = ::read(opened.get(), out.data() + used, out.size() - used);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return base::fail_errno("read", file.native());
    if (size == 0) break;
    used += static_cast<std::size_t>(size);
  }
  if (used > limit)
    return fail(
        ErrorKind::invalid, file.native() + " is larger than " + std::to_string(limit) + " bytes");
  out.resize(used);
  return out;
}

}  // namespace secrets
