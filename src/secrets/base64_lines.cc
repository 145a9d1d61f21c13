// SPDX-License-Identifier: Apache-2.0
#include "secrets/base64_lines.h"

#include <algorithm>
#include <array>
#include <string>

#include "secrets/base64_line.h"

namespace secrets {
namespace {

constexpr auto base64_digits = [] {
  std::array<bool, 256> out{};
  for (int c = 0; c < 256; ++c)
    out[static_cast<std::size_t>(c)] = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                                       (c >= '0' && c <= '9') || c == '+' || c == '/' || c == '-' ||
                                       c == '_' || c == '=';
  return out;
}();

bool is_digit(char c) { return base64_digits[static_cast<unsigned char>(c)]; }

/// How much of what stands before `at` ends a line, or begins to.
std::size_t line_end_before(std::string_view text, std::size_t at) {
  for (const std::string_view end : {"\\r\\n", "\\r\\", "\r\n", "\\n", "\\r", "\n", "\r", "\\"})
    if (text.substr(0, at).ends_with(end)) return end.size();
  return 0;
}

/// How many digits stand before `at`, counted up to `most`; `before` of them stood before the text.
std::size_t digits_before(
    std::string_view text, std::size_t at, std::size_t before, std::size_t most) {
  std::size_t count = 0;
  while (count < at && count < most && is_digit(text[at - count - 1]))
    ++count;
  return count == at ? std::min(count + before, most) : count;
}

/// The places, one after the other, where a line ends that is long enough and goes on in the next.
class Cuts {
public:
  /// The text stands behind `before` digits.
  Cuts(std::string_view text, std::size_t before)
      : text_(text), before_(before), feed_(text.find('\n')), escape_(text.find('\\')) {}

  /// The first at `from` or behind; each call goes on from the one before.
  std::size_t next(std::size_t from) {
    for (;;) {
      if (feed_ < from) feed_ = text_.find('\n', from);
      if (escape_ < from) escape_ = text_.find('\\', from);
      const auto at = std::min(feed_, escape_);
      if (at == text_.npos) return at;
      const auto begin = at == feed_ && at > 0 && text_[at - 1] == '\r' ? at - 1 : at;
      if (is_cut(begin)) return begin;
      from = at + 1;
    }
  }

private:
  bool is_cut(std::size_t at) const {
    const auto next = at + line_end(text_.substr(at));
    return next > at && next < text_.size() && is_digit(text_[next]) &&
           digits_before(text_, at, before_, shortest_base64_line) == shortest_base64_line;
  }

  std::string_view text_;
  std::size_t before_;
  std::size_t feed_;
  std::size_t escape_;
};

/// Digits of one or several lines, and where in the text they stand.
class Block {
public:
  /// Those around the end of a line at `cut`: up to `most` of the line before it, and all lines
  /// behind.
  static Block around(std::string_view text, std::size_t cut, std::size_t most) {
    Block block;
    auto begin = cut;
    while (begin > 0 && cut - begin < most && is_digit(text[begin - 1]))
      --begin;
    for (auto end = cut;;) {
      block.add(text, begin, end);
      const auto between = line_end(text.substr(end));
      if (block.lines_.size() > 1 && end - begin < shortest_base64_line) return block;
      begin = end + between;
      for (end = begin; end < text.size() && is_digit(text[end]);)
        ++end;
      if (between == 0 || end == begin) return block;
    }
  }

  std::string_view digits() const { return digits_; }
  std::size_t end() const { return lines_.back().end; }
  /// Where in the text the digit stands.
  std::size_t place_of(std::size_t digit) const {
    const auto& line = *std::prev(std::ranges::upper_bound(lines_, digit, {}, &Line::at));
    return line.from + digit - line.at;
  }

private:
  struct Line {
    std::size_t at = 0;    // among the digits
    std::size_t from = 0;  // in the text
    std::size_t end = 0;
  };
  void add(std::string_view text, std::size_t from, std::size_t end) {
    lines_.push_back({.at = digits_.size(), .from = from, .end = end});
    digits_ += text.substr(from, end - from);
  }

  std::string digits_;
  std::vector<Line> lines_;
};

}  // namespace

std::vector<Needles::Match> find_over_lines(
    const Needles& needles, std::string_view text, std::size_t before) {
  if (before + text.size() <= shortest_base64_line) return {};
  std::vector<Needles::Match> found;
  std::vector<Needles::Match> in_block;
  Cuts cuts(text, before);
  for (auto cut = cuts.next(0); cut != text.npos;) {
    const auto block = Block::around(text, cut, needles.longest());
    in_block.clear();
    needles.find_all(block.digits(), in_block);
    for (const auto& [digit, needle, size] : in_block) {
      const auto at = block.place_of(digit);
      const auto end = block.place_of(digit + size - 1) + 1;
      if (end - at > size) found.push_back({.at = at, .needle = needle, .size = end - at});
    }
    cut = cuts.next(block.end());
  }
  return found;
}

/// Holds the digits at the end of the text, and of the lines before that go on in them, up to as
/// many as a secret has.
std::size_t settled_over_lines(const Needles& needles, std::string_view text, std::size_t before) {
  const auto most = needles.reach();
  auto settled = text.size();
  for (std::size_t count = 0; count < most;) {
    const auto between = line_end_before(text, settled);
    const auto end = settled - between;
    if (between > 0 &&
        digits_before(text, end, before, shortest_base64_line) < shortest_base64_line)
      break;
    auto begin = end - digits_before(text, end, 0, most - count);
    const bool is_escaped = begin > 0 && begin < end && text[begin - 1] == '\\';
    if (is_escaped) ++begin;  // the letter says how the line before ended
    if (begin == end) break;
    count += end - begin;
    settled = begin;
  }
  return settled;
}

/// Of the lines it goes over all but the first and the last have their full length.
std::size_t reach_over_lines(const Needles& needles) {
  constexpr std::size_t longest_end = 4;  // as JSON writes it
  return needles.longest() + (needles.longest() / shortest_base64_line + 2) * longest_end;
}

std::size_t digits_at_end(std::string_view text, std::size_t before) {
  return digits_before(text, text.size(), before, shortest_base64_line);
}

}  // namespace secrets
