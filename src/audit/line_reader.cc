// SPDX-License-Identifier: Apache-2.0
#include "audit/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "audit/log_files.h"
#include "base/fd.h"

namespace audit {

/// zlib reads plain files as they are.
struct LineReader::Stream {
  explicit Stream(gzFile opened) : file(opened) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { ::gzclose(file); }
  gzFile file;
};

LineReader::LineReader(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

base::Result<LineReader> LineReader::open(const std::filesystem::path& path) {
  base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return base::fail_errno("open", path.native());
  auto stream = std::make_unique<Stream>(::gzdopen(file.get(), "rb"));
  if (stream->file == nullptr) return base::fail(base::ErrorKind::internal, "no memory for gzip");
  file.release();  // the stream closes it
  ::gzbuffer(stream->file, read_size);
  const bool is_plain = ::gzdirect(stream->file) == 1;
  if (is_plain && path.extension() == ".gz") {
    return base::fail(
        base::ErrorKind::invalid, fmt::format("{} is not a gzip file", path.native()));
  }
  return LineReader(std::move(stream));
}

std::optional<std::string_view> LineReader::next() {
  torn_ = false;
  for (;;) {
    if (const auto line = take_line()) return line;
    if (buffer_.size() - start_ > line_limit) {
      if (!skipping_) ++left_out_;
      skipping_ = true;
      buffer_.clear();
      start_ = scanned_ = 0;
    }
    if (fill()) continue;
    if (skipping_ || start_ == buffer_.size()) return std::nullopt;
    torn_ = true;
    return std::string_view(buffer_).substr(std::exchange(start_, buffer_.size()));
  }
}

/// The next whole line that is in the buffer; passes over those that are too long.
std::optional<std::string_view> LineReader::take_line() {
  for (;;) {
    const auto end = buffer_.find('\n', scanned_);
    if (end == std::string::npos) {
      scanned_ = buffer_.size();
      return std::nullopt;
    }
    const auto line = std::string_view(buffer_).substr(start_, end - start_);
    start_ = scanned_ = end + 1;
    if (std::exchange(skipping_, false)) continue;
    if (line.size() <= line_limit) return line;
    ++left_out_;
  }
}

/// Reads on; what was returned goes. False at the end, or where the file is damaged.
bool LineReader::fill() {
  buffer_.erase(0, start_);
  scanned_ -= start_;
  start_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + read_size);
  const int got = ::gzread(stream_->file, buffer_.data() + before, read_size);
  buffer_.resize(before + static_cast<std::size_t>(std::max(got, 0)));
  return got > 0;
}

}  // namespace audit
