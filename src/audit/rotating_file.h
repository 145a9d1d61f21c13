// SPDX-License-Identifier: Apache-2.0
#pragma once
// A log file that starts anew when it is full. One process writes a file, guarded by flock, so
// several can share a directory. Full files are compressed and old ones removed in the background
// (housekeeper.h). One thread at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "audit/log_files.h"
#include "audit/rotation.h"
#include "base/fd.h"
#include "base/result.h"

namespace audit {

class Housekeeper;

class RotatingFile {
public:
  /// Goes on in the newest of today's files that nobody writes and that has room, else begins a new
  /// one. The directory is made (0700) when it is missing; files are 0600.
  static base::Result<RotatingFile> open(
      std::filesystem::path directory, const Series& series, Rotation rotation);

  RotatingFile(RotatingFile&&) noexcept;
  RotatingFile& operator=(RotatingFile&&) noexcept;
  ~RotatingFile();

  /// Appends whole lines, all of them or none: after an error the file ends where it ended before,
  /// and the same lines may be tried again. A file that was removed meanwhile is replaced by a new
  /// one.
  base::Result<> write(std::string_view lines);

  const std::filesystem::path& path() const { return path_; }

private:
  RotatingFile(std::filesystem::path directory, const Series& series, Rotation rotation);
  base::Result<> continue_a_file_of_today();
  base::Result<> continue_file(const std::filesystem::path& path);
  base::Result<> begin_new_file();
  base::Result<> look_at_file();
  void rotate();

  std::filesystem::path directory_;
  Series series_;
  Rotation rotation_;
  std::unique_ptr<Housekeeper> housekeeper_;
  base::Fd file_{};
  std::filesystem::path path_{};
  std::uint64_t size_ = 0;  // of the whole lines in it
};

}  // namespace audit
