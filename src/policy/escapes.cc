// SPDX-License-Identifier: Apache-2.0
#include "policy/escapes.h"

#include <fmt/format.h>

#include "base/text.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::string_view reserved = ":/?[]@!$&'()*+,;=";

bool is_unreserved(unsigned char byte) {
  const char c = static_cast<char>(byte);
  return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_allowed_raw(unsigned char byte, UrlPart part) {
  if (byte <= 0x20 || byte >= 0x7F || byte == '#') return false;
  return part == UrlPart::query || (byte != '\\' && byte != '?');
}

void append_escape(std::string& out, unsigned char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  out += '%';
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

}  // namespace

bool stays_raw(unsigned char byte) {
  return is_unreserved(byte) || (byte != 0 && reserved.contains(static_cast<char>(byte)));
}

base::Result<std::string> normalise_escapes(std::string_view text, UrlPart part) {
  const std::string_view name = part == UrlPart::path ? "path" : "query";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    const bool escaped = byte == '%';
    if (escaped) {
      const int high = i + 1 < text.size() ? base::hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? base::hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(ErrorKind::invalid, fmt::format("bad percent-escape in the {}", name));
      byte = static_cast<unsigned char>(high * 16 + low);
      if (byte == 0 && part == UrlPart::path)
        return fail(ErrorKind::invalid, "escaped NUL in the path");
      i += 2;
    } else if (!is_allowed_raw(byte, part)) {
      return fail(
          ErrorKind::invalid, fmt::format("byte 0x{:02x} in the {} must be escaped", byte, name));
    }
    if (escaped ? is_unreserved(byte) : stays_raw(byte)) {
      out += static_cast<char>(byte);
    } else {
      append_escape(out, byte);
    }
  }
  return out;
}

}  // namespace policy
