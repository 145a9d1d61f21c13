// SPDX-License-Identifier: Apache-2.0
#include "http/head_scanner.h"

#include "base/result.h"

namespace http {

Checked<std::optional<HeadScanner::Head>> HeadScanner::scan(std::string_view buffer) {
  for (;;) {
    const auto line = TRY(next_line(buffer));
    if (!line) return std::nullopt;
    if (line->empty()) return Head{.begin = begin_, .end = seen_};
  }
}

/// Steps over a line, and over the empty one before the first.
Checked<std::optional<std::string_view>> HeadScanner::next_line(std::string_view buffer) {
  // Bytes beyond the limit are not looked at, so that the verdict does not depend on how many came
  // at once.
  const auto visible = buffer.substr(0, limit_);
  for (;;) {
    const auto line_feed = visible.find('\n', seen_);
    if (line_feed == visible.npos) break;
    seen_ = line_feed + 1;
    if (line_feed == line_ || visible[line_feed - 1] != '\r')
      return malformed(400, "a line ends in a bare LF");
    const auto line = visible.substr(line_, line_feed - 1 - line_);
    const bool first = line_ == begin_;
    if (first && line.empty() && (line_ > 0 || before_ == Before::nothing))
      return malformed(400, "the first line is empty");
    line_ = seen_;
    if (!first || !line.empty()) return line;
    begin_ = seen_;
  }
  seen_ = visible.size();
  if (buffer.size() >= limit_) return too_large();
  return std::nullopt;
}

std::unexpected<Malformed> HeadScanner::too_large() const {
  if (line_ == begin_) return malformed(414, "the first line is too long");
  return malformed(431, "the head is too large");
}

}  // namespace http
