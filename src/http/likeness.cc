// SPDX-License-Identifier: Apache-2.0
#include "http/likeness.h"

#include <algorithm>

#include "base/text.h"
#include "http/grammar.h"

namespace http {
namespace {

constexpr std::string_view blanks = " \t\v\f\r\n";
constexpr std::string_view blanks_in_line = " \t\v\f\r";
constexpr std::size_t longest_line = 16UL << 10U;

bool has_path(std::string_view line) {
  for (auto at = line.find('/'); at != std::string_view::npos; at = line.find('/', at + 1)) {
    if (at > 0 && blanks_in_line.contains(line[at - 1])) return true;
  }
  return false;
}

}  // namespace

Likeness request_likeness(std::string_view bytes) {
  constexpr std::string_view empty_line = "\r\n";
  constexpr std::size_t longest_method = 24;
  if (empty_line.starts_with(bytes)) return Likeness::perhaps;
  if (bytes.starts_with(empty_line)) bytes.remove_prefix(empty_line.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == ' ') return i > 0 ? Likeness::yes : Likeness::no;
    if (!base::is_alpha(bytes[i]) && bytes[i] != '-' && bytes[i] != '_') return Likeness::no;
    if (i >= longest_method) return Likeness::no;
  }
  return Likeness::perhaps;
}

Likeness request_line_likeness(std::string_view bytes) {
  const auto unfinished = bytes.size() > longest_line ? Likeness::yes : Likeness::perhaps;
  bytes.remove_prefix(std::min(bytes.find_first_not_of(blanks), bytes.size()));
  const auto line = bytes.substr(0, bytes.find('\n'));
  const auto method = line.substr(0, line.find_first_of(blanks_in_line));
  if (!method.empty() && !is_token(method)) return Likeness::no;
  const auto words = base::lower(line);
  if (words.contains("http/") || words.contains("://") || has_path(words)) return Likeness::yes;
  return line.size() < bytes.size() ? Likeness::no : unfinished;
}

}  // namespace http
