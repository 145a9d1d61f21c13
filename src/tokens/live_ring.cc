// SPDX-License-Identifier: Apache-2.0
#include "tokens/live_ring.h"

#include <sys/stat.h>

namespace tokens {

bool LiveRing::Stamp::operator==(const Stamp& other) const {
  return inode == other.inode && size == other.size && changed.tv_sec == other.changed.tv_sec &&
         changed.tv_nsec == other.changed.tv_nsec;
}

LiveRing::Stamp LiveRing::stamp_of(const std::filesystem::path& file) {
  struct stat found{};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {.inode = found.st_ino, .size = found.st_size, .changed = found.st_mtim};
}

base::Result<std::shared_ptr<const KeyRing>> LiveRing::now() {
  const std::lock_guard lock(mutex_);
  const Stamp stamp = stamp_of(path_);  // before reading: a change in between is seen next time
  if (ring_ && stamp == stamp_) return ring_;
  ring_ = nullptr;
  ring_ = std::make_shared<const KeyRing>(TRY(file_.load()));
  stamp_ = stamp;
  return ring_;
}

}  // namespace tokens
