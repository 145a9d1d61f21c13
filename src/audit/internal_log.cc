// SPDX-License-Identifier: Apache-2.0
#include "audit/internal_log.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/clock.h"
#include "base/text.h"

namespace audit {
namespace {

std::string line_of(Level level, std::string_view component, std::string_view text) {
  return fmt::format(
      "{} [{}] {} {}\n", base::to_rfc3339(base::now()), base::escape_for_terminal(component),
      name_of(level), base::escape_for_terminal(text));
}

}  // namespace

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "DEBUG";
    case Level::info:
      return "INFO";
    case Level::warning:
      return "WARNING";
    case Level::error:
      return "ERROR";
  }
  return "ERROR";
}

Level least_level_from_environment() {
  const char* debug = std::getenv("LAZARET_DEBUG");
  const std::string_view value(debug == nullptr ? "" : debug);
  return value.empty() || value == "0" ? Level::info : Level::debug;
}

base::Result<std::unique_ptr<FileLog>> FileLog::open(
    const std::filesystem::path& directory, Level least, Rotation rotation) {
  auto file = RotatingFile::open(directory, internal_series, rotation);
  if (!file) return std::unexpected(std::move(file).error().while_doing("open the internal log"));
  return std::unique_ptr<FileLog>(new FileLog(*std::move(file), least));
}

FileLog::FileLog(RotatingFile file, Level least) : Log(least), file_(std::move(file)) {}

void FileLog::put(Level level, std::string_view component, std::string_view text) {
  std::string lines = line_of(level, component, text);
  const std::lock_guard lock(mutex_);
  if (lost_ > 0) {
    lines = line_of(Level::error, "log", fmt::format("lines lost: {}", lost_)) + lines;
  }
  if (file_.write(lines))
    lost_ = 0;
  else
    ++lost_;
}

}  // namespace audit
