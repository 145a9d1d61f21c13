// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values under names, in one file that is sealed with a key beside it (docs/formats.md): for
// machines without a desktop keyring.
//
// It keeps a value from whoever sees the file alone: a search through files, a copy to another
// machine, a backup without the key. It does not keep it from a program that runs as this user.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace secrets {

struct KeptSecret {
  std::string name;  // of letters, digits, '-', '_' and '.'
  base::Secret value;
  base::WallTime since{};
};

class SealedFile {
public:
  /// In this directory, which is made (0700) when the first value is kept.
  explicit SealedFile(const std::filesystem::path& directory)
      : file_(directory / "sealed"), key_(directory / "key") {}

  const std::filesystem::path& path() const { return file_; }

  /// By name. A file that is not there is empty. Errors: denied, when others could read or replace
  /// file or key; invalid, when the two do not belong together or the file was changed.
  base::Result<std::vector<KeptSecret>> load() const;

  /// Loads, lets `change` work on it and saves it, under a lock and atomically; nothing is saved
  /// when `change` fails.
  base::Result<> update(
      const std::function<base::Result<>(std::vector<KeptSecret>& kept)>& change) const;

private:
  std::filesystem::path file_;
  std::filesystem::path key_;
};

}  // namespace secrets
