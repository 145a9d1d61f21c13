// SPDX-License-Identifier: Apache-2.0
#include "secrets/percent.h"

#include <algorithm>

#include "base/secret.h"
#include "base/text.h"

namespace secrets {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_unreserved(char c) {
  return base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~").contains(c);
}

}  // namespace

std::string percent_encode(std::string_view text, std::string_view kept) {
  std::string out;
  out.reserve(text.size() * 3);
  for (const char c : text) {
    if (is_unreserved(c) || kept.contains(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', hex_digits[byte >> 4U], hex_digits[byte & 15U]});
  }
  return out;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool escape = text[at] == '%' && at + 2 < text.size() &&
                        base::hex_value(text[at + 1]) >= 0 && base::hex_value(text[at + 2]) >= 0;
    if (!escape) {
      out += text[at];
      continue;
    }
    out += static_cast<char>(base::hex_value(text[at + 1]) * 16 + base::hex_value(text[at + 2]));
    at += 2;
  }
  return out;
}

std::string percent_decode_form(std::string_view text) {
  std::string blanks(text);
  std::ranges::replace(blanks, '+', ' ');
  auto out = percent_decode(blanks);
  base::wipe(blanks.data(), blanks.size());
  return out;
}

}  // namespace secrets
