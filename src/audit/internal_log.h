// SPDX-License-Identifier: Apache-2.0
#pragma once
// The program's own diagnostics, apart from the request log:
// `logs/internal/proxy_YYYYMMDD_NNNN.log`, one line each:
//   2026-01-31T10:30:05.123456789Z [gateway] WARNING upstream closed the connection

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "audit/rotating_file.h"
#include "base/result.h"

namespace audit {

enum class Level { debug, info, warning, error };

std::string_view name_of(Level level);

/// `debug` when LAZARET_DEBUG is set to anything but "" and "0", else `info`.
Level least_level_from_environment();

/// Where any room tells what happens in it. Any thread; no secret in `text`.
class Log {
public:
  explicit Log(Level least) : least_(least) {}
  virtual ~Log() = default;

  /// For text that costs something to make.
  bool takes(Level level) const { return level >= least_; }
  void write(Level level, std::string_view component, std::string_view text) {
    if (takes(level)) put(level, component, text);
  }
  void debug(std::string_view component, std::string_view text) {
    write(Level::debug, component, text);
  }
  void info(std::string_view component, std::string_view text) {
    write(Level::info, component, text);
  }
  void warning(std::string_view component, std::string_view text) {
    write(Level::warning, component, text);
  }
  void error(std::string_view component, std::string_view text) {
    write(Level::error, component, text);
  }

private:
  virtual void put(Level level, std::string_view component, std::string_view text) = 0;

  const Level least_;
};

/// Into rotating files. Lines that cannot be written are counted, and the count is written once
/// that works again: what goes on in the sandbox does not depend on this log.
class FileLog final : public Log {
public:
  static base::Result<std::unique_ptr<FileLog>> open(
      const std::filesystem::path& directory, Level least, Rotation rotation = {});

private:
  FileLog(RotatingFile file, Level least);
  void put(Level level, std::string_view component, std::string_view text) override;

  std::mutex mutex_{};
  RotatingFile file_;
  std::uint64_t lost_ = 0;
};

}  // namespace audit
