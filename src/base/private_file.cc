// SPDX-License-Identifier: Apache-2.0
#include "base/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace base {
namespace {

using std::filesystem::path;

Result<> check_private(const struct stat& found, const path& file) {
  if (found.st_uid != ::geteuid())
    return fail(ErrorKind::denied, file.native() + " belongs to another user", "move it away");
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return fail(
      ErrorKind::denied, file.native() + " can be read by others", "chmod 600 " + file.native());
}

}  // namespace

Result<std::optional<Secret>> read_private_file(const path& path, std::size_t limit) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) return fail_errno("read", path.native());
  struct stat found{};
  if (::fstat(fd.get(), &found) != 0) return fail_errno("look at", path.native());
  TRY_VOID(check_private(found, path));
  SecretBuilder text;
  for (;;) {
    const auto room = text.room(4096);
    const ssize_t size = ::read(fd.get(), room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return fail_errno("read", path.native());
    if (size == 0) break;
    text.grew(static_cast<std::size_t>(size));
    if (text.size() > limit)
      return fail(
          ErrorKind::invalid,
          path.native() + " is larger than " + std::to_string(limit) + " bytes");
  }
  return std::move(text).take();
}

Result<Fd> lock_beside(const path& path) {
  const auto name = path.native() + ".lock";
  Fd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("open", name);
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return fail_errno("lock", name);
  }
  return fd;
}

}  // namespace base
