// SPDX-License-Identifier: Apache-2.0
#include "tokens/ring_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "base/file.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::Result;
using std::filesystem::path;

constexpr std::size_t largest_file = 16UL << 20U;

/// False when there is no file.
Result<bool> check_file(const path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) {
    if (errno == ENOENT) return false;
    return base::fail_errno("look at", file.native());
  }
  if (found.st_uid != ::geteuid()) {
    return base::fail(
        ErrorKind::denied, file.native() + " belongs to another user", "move it away");
  }
  if ((found.st_mode & 077U) != 0) {
    return base::fail(
        ErrorKind::denied, file.native() + " can be read by others", "chmod 600 " + file.native());
  }
  return true;
}

/// Held while the ring is read, changed and replaced, so that two changes at once are both kept.
Result<base::Fd> lock(const path& file) {
  TRY_VOID(base::make_directories(file.parent_path(), 0700));
  const auto name = file.native() + ".lock";
  base::Fd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return base::fail_errno("open", name);
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return base::fail_errno("lock", name);
  }
  return fd;
}

}  // namespace

Result<KeyRing> RingFile::load() const {
  if (!TRY(check_file(file_))) return KeyRing();
  std::string text = TRY(base::read_file(file_, largest_file));
  auto ring = KeyRing::parse(text);
  base::wipe(text.data(), text.size());
  if (ring) return ring;
  return base::fail(
      ErrorKind::invalid,
      "the ring of token keys " + file_.native() + " cannot be used: " + ring.error().message,
      "move it away; then no token that was minted so far is accepted any more");
}

Result<> RingFile::update(const std::function<Result<>(KeyRing& ring)>& change) const {
  const auto held = TRY(lock(file_));
  KeyRing ring = TRY(load());
  TRY_VOID(change(ring));
  return base::write_file(file_, ring.to_text().reveal(), 0600);
}

}  // namespace tokens
