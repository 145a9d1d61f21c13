// SPDX-License-Identifier: Apache-2.0
#pragma once
// The key ring as it stands on disk now: a token that was revoked a moment ago is not taken any
// more.

#include <sys/types.h>

#include <memory>
#include <mutex>

#include "base/result.h"
#include "tokens/key_ring.h"
#include "tokens/ring_file.h"

namespace tokens {

/// Any thread.
class LiveRing {
public:
  explicit LiveRing(std::filesystem::path file) : path_(file), file_(std::move(file)) {}

  /// Looks whether the file has changed, and reads it only then. Errors as RingFile::load.
  base::Result<std::shared_ptr<const KeyRing>> now();

private:
  /// Tells one state of the file from another: it is replaced, never written in place.
  struct Stamp {
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};
    bool operator==(const Stamp& other) const;
  };
  static Stamp stamp_of(const std::filesystem::path& file);

  std::filesystem::path path_;
  RingFile file_;
  std::mutex mutex_;
  Stamp stamp_;
  std::shared_ptr<const KeyRing> ring_;
};

}  // namespace tokens
