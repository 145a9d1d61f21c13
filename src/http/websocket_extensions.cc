// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_extensions.h"

#include <algorithm>
#include <string_view>

#include "http/grammar.h"

namespace http::websocket {
namespace {

/// Takes words off the front of a field value.
class Cursor {
public:
  explicit Cursor(std::string_view text) : rest_(trim_blanks(text)) {}

  bool is_at_end() const { return rest_.empty(); }

  /// Whether `sign` was next, with blanks around it.
  bool take(char sign) {
    if (!rest_.starts_with(sign)) return false;
    rest_.remove_prefix(1);
    rest_ = trim_blanks(rest_);
    return true;
  }

  std::optional<std::string> take_token() {
    const auto end = std::ranges::find_if(rest_, [](char c) { return !is_token({&c, 1}); });
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    if (size == 0) return std::nullopt;
    std::string token(rest_.substr(0, size));
    rest_ = trim_blanks(rest_.substr(size));
    return token;
  }

  /// A token, or a quoted string whose content is one.
  std::optional<std::string> take_value() {
    if (!rest_.starts_with('"')) return take_token();
    std::string value;
    std::size_t at = 1;
    while (at < rest_.size() && rest_[at] != '"') {
      if (rest_[at] == '\\') ++at;
      if (at == rest_.size()) return std::nullopt;
      value += rest_[at];
      ++at;
    }
    if (at == rest_.size() || !is_token(value)) return std::nullopt;
    rest_ = trim_blanks(rest_.substr(at + 1));
    return value;
  }

private:
  std::string_view rest_;
};

std::optional<Extension> take_extension(Cursor& cursor) {
  auto name = cursor.take_token();
  if (!name) return std::nullopt;
  Extension extension{.name = *std::move(name)};
  while (cursor.take(';')) {
    auto parameter = cursor.take_token();
    if (!parameter) return std::nullopt;
    extension.parameters.push_back({.name = *std::move(parameter)});
    if (!cursor.take('=')) continue;
    auto value = cursor.take_value();
    if (!value) return std::nullopt;
    extension.parameters.back().value = std::move(value);
  }
  return extension;
}

/// Whether the whole of one field was understood.
bool parse_field(std::string_view text, std::vector<Extension>& into) {
  Cursor cursor(text);
  do {
    auto extension = take_extension(cursor);
    if (!extension) return false;
    into.push_back(*std::move(extension));
  } while (cursor.take(','));
  return cursor.is_at_end();
}

}  // namespace

Checked<std::vector<Extension>> parse_extensions(const Fields& fields) {
  std::vector<Extension> extensions;
  for (const auto text : fields.all("sec-websocket-extensions"))
    if (!parse_field(text, extensions))
      return malformed(400, "Sec-WebSocket-Extensions is not a list of extensions");
  return extensions;
}

std::string to_string(const Extension& extension) {
  auto text = extension.name;
  for (const auto& [name, value] : extension.parameters) {
    text += "; " + name;
    if (value) text += "=" + *value;
  }
  return text;
}

}  // namespace http::websocket
