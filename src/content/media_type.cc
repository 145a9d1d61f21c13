// SPDX-License-Identifier: Apache-2.0
#include "content/media_type.h"

#include <algorithm>

#include "base/text.h"

namespace content {
namespace {

/// Takes from `rest` what stands before the next semicolon outside of quotes, and the semicolon.
std::string_view take_piece(std::string_view& rest) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (is_quoted || rest[end] != ';'); ++end) {
    if (rest[end] == '"') is_quoted = !is_quoted;
    if (is_quoted && rest[end] == '\\') ++end;
  }
  end = std::min(end, rest.size());
  const auto piece = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return piece;
}

std::string unquoted(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  std::string out;
  for (std::size_t at = 1; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    out += text[at];
  }
  return out;
}

}  // namespace

std::string leading_word(std::string_view value) {
  return base::lower(base::trim(value.substr(0, value.find(';'))));
}

std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  std::optional<std::string> found;
  take_piece(value);
  while (!value.empty()) {
    const auto piece = take_piece(value);
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos) continue;
    if (!base::iequals(base::trim(piece.substr(0, equals)), name)) continue;
    if (found) return std::nullopt;
    found = unquoted(base::trim(piece.substr(equals + 1)));
  }
  return found;
}

}  // namespace content
