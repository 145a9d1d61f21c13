// SPDX-License-Identifier: Apache-2.0
#include "tls/host_name.h"

#include <algorithm>

#include "base/text.h"

namespace tls {
namespace {

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '-' || c == '_';
  });
}

/// What a resolver may read as a part of an IPv4 address: decimal, octal or hexadecimal.
bool is_number(std::string_view label) {
  if (std::ranges::all_of(label, base::is_digit)) return true;
  const bool hexadecimal = label.starts_with("0x") || label.starts_with("0X");
  return hexadecimal &&
         std::ranges::all_of(label.substr(2), [](char c) { return base::hex_value(c) >= 0; });
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.size() > 253) return false;
  const auto labels = base::split(text, '.');
  return std::ranges::all_of(labels, is_label) && !is_number(labels.back());
}

}  // namespace tls
