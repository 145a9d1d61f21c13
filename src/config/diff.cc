// SPDX-License-Identifier: Apache-2.0
#include "config/diff.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace config {
namespace {

using Lines = std::vector<std::string_view>;

/// Texts with more line pairs than this are shown whole, old then new: the table below would not
/// fit.
constexpr std::size_t most_pairs = 4'000'000;

Lines lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text.empty() ? Lines{} : base::split(text, '\n');
}

void add_line(std::string& out, std::string_view mark, std::string_view line) {
  out += mark;
  out += base::escape_for_terminal(line);
  out += '\n';
}

/// common[i][j]: the length of the longest common subsequence of before[i..] and after[j..].
std::vector<std::vector<std::size_t>> common_lengths(const Lines& before, const Lines& after) {
  std::vector common(before.size() + 1, std::vector<std::size_t>(after.size() + 1));
  for (std::size_t i = before.size(); i-- > 0;) {
    for (std::size_t j = after.size(); j-- > 0;) {
      common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1
                                           : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  return common;
}

std::string whole(const Lines& before, const Lines& after) {
  std::string out;
  for (const auto line : before)
    add_line(out, "- ", line);
  for (const auto line : after)
    add_line(out, "+ ", line);
  return out;
}

}  // namespace

std::string diff_lines(std::string_view before_text, std::string_view after_text) {
  const auto before = lines_of(before_text);
  const auto after = lines_of(after_text);
  if (before.size() * after.size() > most_pairs) return whole(before, after);
  const auto common = common_lengths(before, after);
  std::string out;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      add_line(out, "  ", before[i++]);
      ++j;
    } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
      add_line(out, "- ", before[i++]);
    } else {
      add_line(out, "+ ", after[j++]);
    }
  }
  return out;
}

}  // namespace config
