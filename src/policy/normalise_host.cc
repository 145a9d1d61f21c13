// SPDX-License-Identifier: Apache-2.0
#include <idn2.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"
#include "policy/address.h"
#include "policy/normalise.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t longest_input = 1024;
constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

std::unexpected<base::Error> refuse(std::string message) {
  return fail(ErrorKind::invalid, std::move(message));
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_host_character(char c) {
  return (base::is_alpha(c) && base::to_lower(c) == c) || base::is_digit(c) || c == '-' ||
         c == '_' || c == '.';
}

/// Maps full-width forms, dots too, and international labels. A-labels are checked as well: one
/// that does not decode to what it encodes is a second spelling.
Result<std::string> to_ascii(std::string_view text) {
  std::string name = base::lower(text);
  if (is_ascii(name) && !name.contains("xn--")) return name;
  if (name.contains('\0')) return refuse("NUL in the host name");
  char* mapped = nullptr;
  const int outcome =
      idn2_to_ascii_8z(name.c_str(), &mapped, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(mapped, idn2_free);
  if (outcome != IDN2_OK) return refuse("the host name is not a valid international name");
  return std::string(mapped);
}

Result<> check_name(std::string_view name) {
  if (name.size() > longest_name) return refuse("the host name is longer than 253 bytes");
  if (!std::ranges::all_of(name, is_host_character)) {
    return refuse("the host name contains a character that no host name has");
  }
  for (std::size_t begin = 0; begin <= name.size();) {
    const auto label = name.substr(begin, name.find('.', begin) - begin);
    begin += label.size() + 1;
    if (label.empty()) return refuse("the host name has an empty label");
    if (label.size() > longest_label) return refuse("a label of the host name is over 63 bytes");
  }
  return {};
}

bool looks_like_number(std::string_view label) {
  if (label.starts_with("0x")) {
    return std::ranges::all_of(label.substr(2), [](char c) { return base::hex_value(c) >= 0; });
  }
  return std::ranges::all_of(label, base::is_digit);
}

/// Decimal, octal with a leading 0, hexadecimal with a leading 0x; at most 32 bits.
std::optional<std::uint64_t> parse_loose_number(std::string_view text) {
  std::uint64_t radix = 10;
  if (text.starts_with("0x")) {
    radix = 16;
    text.remove_prefix(2);
  } else if (text.starts_with('0') && text.size() > 1) {
    radix = 8;
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = base::hex_value(c);
    if (digit < 0 || static_cast<std::uint64_t>(digit) >= radix) return std::nullopt;
    value = value * radix + static_cast<std::uint64_t>(digit);
    if (value > 0xFFFFFFFF) return std::nullopt;
  }
  return value;
}

/// "a.b.c.d" with the last part filling what parts are missing, as inet_aton reads it.
Result<std::string> to_dotted_quad(std::string_view name) {
  const auto parts = base::split(name, '.');
  const auto refused = [] { return refuse("the host ends in a number but is no IPv4 address"); };
  if (parts.size() > 4) return refused();
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool is_last = i + 1 == parts.size();
    const std::size_t bits = is_last ? 8 * (5 - parts.size()) : 8;
    const auto value = parse_loose_number(parts[i]);
    if (!value || *value >= std::uint64_t{1} << bits) return refused();
    address = address << bits | *value;
  }
  const std::array bytes{
      static_cast<std::uint8_t>(address >> 24U), static_cast<std::uint8_t>(address >> 16U),
      static_cast<std::uint8_t>(address >> 8U), static_cast<std::uint8_t>(address)};
  return to_string(Address(bytes));
}

Result<std::string> to_canonical_ipv6(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.contains('%')) return refuse("an IPv6 address with a zone cannot be reached");
  const auto address = parse_address(text);
  if (!address || !address->is_ipv6()) return refuse("not an IPv6 address, nor a host name");
  return to_string(*address);
}

}  // namespace

Result<std::string> normalise_host(std::string_view text) {
  if (text.empty()) return refuse("the host name is empty");
  if (text.size() > longest_input) return refuse("the host name is longer than 253 bytes");
  if (text.front() == '[' || text.contains(':')) return to_canonical_ipv6(text);

  std::string name = TRY(to_ascii(text));
  if (name.ends_with('.')) name.pop_back();
  TRY_VOID(check_name(name));
  const std::string_view last_label = std::string_view(name).substr(name.rfind('.') + 1);
  return looks_like_number(last_label) ? to_dotted_quad(name)
                                       : Result<std::string>(std::move(name));
}

}  // namespace policy
