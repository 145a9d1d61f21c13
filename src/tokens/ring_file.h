// SPDX-License-Identifier: Apache-2.0
#pragma once
// The key ring on disk: a private file (0600), replaced atomically, changed under a lock.

#include <filesystem>
#include <functional>

#include "base/result.h"
#include "tokens/key_ring.h"

namespace tokens {

class RingFile {
public:
  explicit RingFile(std::filesystem::path file) : file_(std::move(file)) {}

  /// A ring that is not there is empty. `denied` when others could read or replace the keys;
  /// `invalid` when the file cannot be understood.
  base::Result<KeyRing> load() const;
  /// Loads the ring, lets `change` work on it and saves it; nothing is saved when `change` fails.
  base::Result<> update(const std::function<base::Result<>(KeyRing& ring)>& change) const;

private:
  std::filesystem::path file_;
};

}  // namespace tokens
