// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: directories that go away.

#include <unistd.h>

#include <filesystem>

#include "base/encoding.h"

namespace secrets::test {

class Directory {
public:
  Directory()
      : path_(
            std::filesystem::temp_directory_path() /
            ("secrets-" + base::to_hex(base::random_bytes(8)))) {
    std::filesystem::create_directory(path_);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

}  // namespace secrets::test
