// SPDX-License-Identifier: Apache-2.0
#pragma once
// The lines of a log file, plain or gzip (also several members one after the other, also cut
// short).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace audit {

class LineReader {
public:
  static constexpr std::size_t line_limit = std::size_t{8} << 20U;

  /// `not_found` when the file went away; `invalid` when a `.gz` is not gzip.
  static base::Result<LineReader> open(const std::filesystem::path& path);

  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;
  ~LineReader();

  /// The next line without its end, valid until the next call. A last line without an end is one,
  /// too: its writer may be at it, or died there. Lines over the limit are left out.
  std::optional<std::string_view> next();

  /// Was the line from `next` the torn last one?
  bool at_torn_line() const { return torn_; }
  std::uint64_t lines_left_out() const { return left_out_; }

private:
  struct Stream;
  explicit LineReader(std::unique_ptr<Stream> stream);
  std::optional<std::string_view> take_line();
  bool fill();

  std::unique_ptr<Stream> stream_;
  std::string buffer_{};
  std::size_t start_ = 0;    // of what was not returned yet
  std::size_t scanned_ = 0;  // up to here there is no line end
  bool skipping_ = false;    // inside a line over the limit
  bool torn_ = false;
  std::uint64_t left_out_ = 0;
};

}  // namespace audit
