// SPDX-License-Identifier: Apache-2.0
#include "secrets/env_file.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"

namespace secrets {
namespace {

using base::Secret;

constexpr std::size_t largest_env_file = 1U << 20U;
constexpr std::string_view blanks = " \t";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_variable_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '_' || c == '.' || c == '-';
}

/// What a backslash and this character mean between double quotes; 0: the two stand for themselves.
char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '"':
    case '\\':
    case '$':
      return c;
    default:
      return 0;
  }
}

Secret unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());  // no reallocation leaves a copy behind
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escaped = text[at] == '\\' && at + 1 < text.size() && unescaped(text[at + 1]) != 0;
    out += escaped ? unescaped(text[++at]) : text[at];
  }
  Secret value(out);
  base::wipe(out.data(), out.size());
  return value;
}

class Parser {
public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  }

  std::vector<EnvVariable> run() {
    while (!text_.empty()) {
      read_assignment();
      take(std::min(text_.size(), line_end() + 1));
    }
    return std::move(variables_);
  }

private:
  void read_assignment() {
    const int line = line_;
    skip_blanks();
    skip_export();
    const auto name = take_while(is_variable_character);
    skip_blanks();
    if (name.empty() || base::is_digit(name.front()) || !text_.starts_with('=')) return;
    take(1);
    skip_blanks();
    variables_.push_back({.name = std::string(name), .value = read_value(), .line = line});
  }

  void skip_export() {
    constexpr std::string_view word = "export";
    if (!text_.starts_with(word) || text_.size() == word.size() ||
        !blanks.contains(text_[word.size()]))
      return;
    take(word.size());
    skip_blanks();
  }

  Secret read_value() {
    const char quote = text_.empty() ? '\0' : text_.front();
    if (quote == '"' || quote == '\'' || quote == '`') {
      if (const auto close = closing(quote)) {
        const auto inside = take(*close + 1).substr(1, *close - 1);
        return quote == '"' ? unescape(inside) : Secret(inside);
      }
    }
    return read_unquoted();
  }

  /// Where the quote that the text begins with is closed, if nothing but a comment follows there.
  std::optional<std::size_t> closing(char quote) const {
    for (std::size_t at = 1; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        return ends_at(at + 1) ? std::optional(at) : std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool ends_at(std::size_t at) const {
    const auto next = text_.find_first_not_of(" \t\r", at);
    return next == std::string_view::npos || text_[next] == '\n' || text_[next] == '#';
  }

  Secret read_unquoted() {
    const auto line = take(line_end());
    std::size_t end = 0;  // a "#" is a comment at the beginning, and behind a blank
    while (end < line.size() && !(line[end] == '#' && (end == 0 || blanks.contains(line[end - 1]))))
      ++end;
    return Secret(base::trim(line.substr(0, end)));
  }

  std::size_t line_end() const { return std::min(text_.find('\n'), text_.size()); }

  void skip_blanks() {
    take_while([](char c) { return blanks.contains(c); });
  }

  template <class Wanted>
  std::string_view take_while(Wanted wanted) {
    return take(static_cast<std::size_t>(std::ranges::find_if_not(text_, wanted) - text_.begin()));
  }

  std::string_view take(std::size_t size) {
    const auto taken = text_.substr(0, size);
    line_ += static_cast<int>(std::ranges::count(taken, '\n'));
    text_.remove_prefix(size);
    return taken;
  }

  std::string_view text_;  // what is left
  int line_ = 1;
  std::vector<EnvVariable> variables_;
};

/// Of a file that is not there: none.
base::Result<std::vector<EnvVariable>> read_env_file(const std::filesystem::path& file) {
  auto text = base::read_file(file, largest_env_file);
  if (!text && text.error().kind == base::ErrorKind::not_found) return {};
  if (!text) return std::unexpected(std::move(text).error());
  auto variables = parse_env_file(*text);
  base::wipe(text->data(), text->size());
  return variables;
}

}  // namespace

std::vector<EnvVariable> parse_env_file(std::string_view text) { return Parser(text).run(); }

base::Result<std::vector<Secret>> find_in_env_files(
    std::span<const std::filesystem::path> files, std::string_view key) {
  constexpr std::size_t most_values = 256;
  std::vector<Secret> found;
  for (const auto& file : files) {
    for (auto& variable : TRY(read_env_file(file))) {
      const auto is_same = [&](const Secret& value) {
        return value.equals(variable.value.reveal());
      };
      if (variable.name != key || std::ranges::any_of(found, is_same)) continue;
      if (found.size() == most_values)
        return base::fail(
            base::ErrorKind::invalid,
            "the .env files have more than " + std::to_string(most_values) + " values for " +
                std::string(key),
            "look who wrote them");
      found.push_back(std::move(variable.value));
    }
  }
  return found;
}

}  // namespace secrets
