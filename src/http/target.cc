// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <algorithm>

#include "base/text.h"
#include "http/grammar.h"

namespace http {
namespace {

using base::hex_value;
using base::is_alpha;
using base::is_digit;

bool is_name_byte(char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; }

bool is_ipv6_byte(char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; }

bool is_scheme(std::string_view text) {
  const auto fits = [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  return !text.empty() && is_alpha(text.front()) && std::ranges::all_of(text, fits);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = text.size() <= 5 ? base::parse_number(text) : std::nullopt;
  if (!number || *number == 0 || *number > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

void split_path(std::string_view text, TargetParts& parts) {
  const auto mark = text.find('?');
  parts.path = text.substr(0, mark);
  if (mark != text.npos) parts.query = text.substr(mark + 1);
}

std::optional<TargetParts> split_absolute(std::string_view target) {
  const auto colon = target.find("://");
  if (colon == target.npos || !is_scheme(target.substr(0, colon))) return std::nullopt;
  TargetParts parts{.form = TargetForm::absolute, .scheme = target.substr(0, colon)};
  const auto rest = target.substr(colon + 3);
  const auto end = std::min(rest.find_first_of("/?"), rest.size());
  parts.authority = rest.substr(0, end);
  if (!split_authority(parts.authority)) return std::nullopt;
  split_path(rest.substr(end), parts);
  return parts;
}

std::optional<TargetParts> split_connect(std::string_view target) {
  const auto authority = split_authority(target);
  if (!authority || !authority->port) return std::nullopt;
  return TargetParts{.form = TargetForm::authority, .authority = target};
}

}  // namespace

std::optional<TargetParts> split_target(std::string_view method, std::string_view target) {
  if (!is_visible_ascii(target) || target.contains('#')) return std::nullopt;
  if (method == "CONNECT") return split_connect(target);
  if (target.front() == '/') {
    TargetParts parts;
    split_path(target, parts);
    return parts;
  }
  if (target != "*") return split_absolute(target);
  if (method != "OPTIONS") return std::nullopt;
  return TargetParts{.form = TargetForm::asterisk};
}

std::optional<Authority> split_authority(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == text.npos) return std::nullopt;

  Authority authority{.host = bracketed ? text.substr(1, end - 1) : text.substr(0, end)};
  const auto fits = bracketed ? is_ipv6_byte : is_name_byte;
  if (authority.host.empty() || !std::ranges::all_of(authority.host, fits)) return std::nullopt;

  const auto rest = text.substr(bracketed ? end + 1 : end);
  if (rest.empty()) return authority;
  if (rest.front() != ':') return std::nullopt;
  authority.port = parse_port(rest.substr(1));
  if (!authority.port) return std::nullopt;
  return authority;
}

}  // namespace http
