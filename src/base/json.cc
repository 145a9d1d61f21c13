// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>

#include <boost/json/src.hpp>  // compiles Boost.JSON, once, for whoever reads JSON

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
          out += fmt::format("\\u{:04x}", c);
        } else if (c == 0xE2 && clean.compare(i, 3, "\xE2\x80\xA8") == 0) {
          out += "\\u2028";
          i += 2;
        } else if (c == 0xE2 && clean.compare(i, 3, "\xE2\x80\xA9") == 0) {
          out += "\\u2029";
          i += 2;
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
