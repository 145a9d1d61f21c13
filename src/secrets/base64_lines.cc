// SPDX-License-Identifier: Apache-2.0
#include "secrets/base64_lines.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <tuple>

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
  /// The last ones of a text that stands behind `before` digits, up to `most`, and perhaps the end
  /// of a line behind them.
  static Block at_end(std::string_view text, std::size_t before, std::size_t most) {
    std::vector<Line> lines;
    std::size_t count = 0;
    for (auto end = text.size(); count < most;) {
      const auto between = line_end_before(text, end);
      end -= between;
      if (between > 0 &&
          digits_before(text, end, before, shortest_base64_line) < shortest_base64_line)
        break;
      auto begin = end - digits_before(text, end, 0, most - count);
      const bool is_escaped = begin > 0 && begin < end && text[begin - 1] == '\\';
      if (is_escaped) ++begin;  // the letter says how the line before ended
      if (begin == end) break;
      count += end - begin;
      lines.push_back({.from = begin, .end = end});
      end = begin;
    }
    Block block;
    for (const auto& line : lines | std::views::reverse)
      block.add(text, line.from, line.end);
    return block;
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

/// Where at the end of the text a secret may begin that goes on behind it; its end when nowhere.
std::size_t settled_in(const Needles& needles, std::string_view text, std::size_t before) {
  const auto block = Block::at_end(text, before, needles.longest());
  const auto begin = needles.find_beginning(block.digits(), 0, block.digits().size());
  return begin ? block.place_of(*begin) : text.size();
}

/// More than a secret takes that goes over the ends of lines: of those all but the first and the
/// last have their full length.
std::size_t longest_over_lines(const Needles& needles) {
  constexpr std::size_t longest_end = 4;  // as JSON writes it
  return needles.longest() + (needles.longest() / shortest_base64_line + 2) * longest_end;
}

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
  std::ranges::sort(found, [](const auto& one, const auto& other) {
    return std::tuple(one.at, other.size, one.needle) <
           std::tuple(other.at, one.size, other.needle);
  });
  std::size_t behind = 0;
  std::erase_if(found, [&](const auto& match) {
    if (match.at < behind) return true;
    behind = match.at + match.size;
    return false;
  });
  return found;
}

std::optional<std::size_t> Base64Lines::innocent_size(
    const Needles& needles, std::string_view in, bool last) const {
  if (!held_.empty() || Cuts(in, line_).next(0) != in.npos) return std::nullopt;
  return last ? in.size() : settled_in(needles, in, line_);
}

void Base64Lines::pass(std::string_view in, std::size_t size, bool last) {
  passed(in.substr(0, size), last);
  held_ = in.substr(size);
}

bool Base64Lines::release(const Needles& needles, std::string_view in, std::string& out) {
  const auto far = longest_over_lines(needles);
  if (held_.empty() || in.size() < far) return false;
  const auto size = held_.size();
  held_ += in.substr(0, far);
  const auto found = find_over_lines(needles, held_, line_);
  const bool goes_on = !found.empty() && found.front().at < size;
  base::wipe(held_.data() + size, held_.size() - size);
  held_.resize(size);
  if (goes_on) return false;
  out += held_;
  passed(held_, false);
  base::wipe(held_.data(), held_.size());
  held_.clear();
  return true;
}

void Base64Lines::passed(std::string_view text, bool last) {
  line_ = last ? 0 : digits_before(text, text.size(), line_, shortest_base64_line);
}

std::size_t Base64Lines::feed(
    const Needles& needles,
    const std::vector<std::string>& marks,
    std::string_view in,
    bool last,
    std::string& out) {
  held_ += in;
  const std::string_view text = held_;
  const auto settled = last ? text.size() : settled_in(needles, text, line_);
  std::size_t replaced = 0;
  std::size_t written = 0;
  for (const auto& [at, needle, size] : find_over_lines(needles, text, line_)) {
    if (at >= settled) break;  // it may become a longer one
    out.append(text.substr(written, at - written)) += marks[needle];
    written = at + size;
    ++replaced;
  }
  if (written < settled) {
    out += text.substr(written, settled - written);
    written = settled;
  }
  passed(text.substr(0, written), last);
  held_.erase(0, written);
  return replaced;
}

}  // namespace secrets
