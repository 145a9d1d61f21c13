// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>

#include <boost/json/src.hpp>  // compiles Boost.JSON, once, for whoever reads JSON
#include <cstdint>

#include "base/rune.h"
#include "base/text.h"

namespace base {
namespace {

bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c == '"' || c == '\\' || c == 0x7F)
      return false;  // also non-ASCII: char is signed
  }
  return true;
}

/// Whether a code point that is_escaped() may begin with this byte: few texts have many such.
bool may_begin_escaped(unsigned char lead) {
  return lead == 0xC2 || lead == 0xD8 || lead == 0xE2 || lead == 0xEF || lead == 0xF3;
}

bool is_escaped(std::string_view rune) { return escape_for_terminal(rune) != rune; }

void append_escaped(std::string& out, std::uint32_t rune) {
  if (rune < 0x10000) {
    out += fmt::format("\\u{:04x}", rune);
    return;
  }
  rune -= 0x10000;
  out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (rune >> 10U), 0xDC00 + (rune & 0x3FFU));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_plain(text)) {
    out += text;
    out += '"';
    return;
  }
  const std::string clean = to_utf8(text);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const auto c = static_cast<unsigned char>(clean[i]);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (c < 0x20 || c == 0x7F) {
          append_escaped(out, c);
        } else if (may_begin_escaped(c)) {
          const Rune rune = first_rune(std::string_view(clean).substr(i));
          const std::string_view bytes(clean.data() + i, rune.size);
          if (is_escaped(bytes))
            append_escaped(out, rune.value);
          else
            out += bytes;
          i += rune.size - 1;
        } else {
          out += static_cast<char>(c);
        }
    }
  }
  out += '"';
}

std::string to_json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace base
