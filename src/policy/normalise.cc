// SPDX-License-Identifier: Apache-2.0
#include "policy/normalise.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "policy/escapes.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

bool is_dot_segment(std::string_view segment) { return segment == "." || segment == ".."; }

/// Some servers cut "..;x" at the semicolon or decode "%2F" before they resolve dots, others do
/// not.
bool hides_dot_segment(std::string_view segment) {
  for (std::size_t begin = 0; begin <= segment.size();) {
    const std::size_t end = std::min(
        {segment.find(';', begin), segment.find("%2F", begin), segment.find("%5C", begin),
         segment.size()});
    const std::string_view piece = segment.substr(begin, end - begin);
    if (is_dot_segment(piece) && piece.size() < segment.size()) return true;
    begin = end + (end < segment.size() && segment[end] == '%' ? 3 : 1);
  }
  return false;
}

/// RFC 3986, 5.2.4, for a path that begins with '/'.
std::string without_dot_segments(std::string_view path) {
  const auto segments = base::split(path.substr(1), '/');
  std::vector<std::string_view> kept;
  for (const auto segment : segments) {
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!is_dot_segment(segment)) kept.push_back(segment);
  }
  if (is_dot_segment(segments.back())) kept.emplace_back();
  std::string out;
  for (const auto segment : kept)
    out.append("/").append(segment);
  return out;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  const auto number = text.size() <= 5 ? base::parse_number(text) : std::nullopt;
  if (!number || *number == 0 || *number > 65535 || text.front() == '0') {
    return fail(ErrorKind::invalid, "the port is not a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(*number);
}

bool is_token_character(char c) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return base::is_alpha(c) || base::is_digit(c) || marks.contains(c);
}

}  // namespace

Result<Authority> split_authority(std::string_view text) {
  std::size_t host_size = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return fail(ErrorKind::invalid, "'[' without ']'");
    host_size = bracket + 1;
  }
  const std::string_view host = text.substr(0, host_size);
  const std::string_view rest = text.substr(host.size());
  if (rest.empty()) return Authority{.host = TRY(normalise_host(host)), .port = {}};
  if (rest.front() != ':') return fail(ErrorKind::invalid, "text between ']' and the port");
  if (rest.find(':', 1) != std::string_view::npos) {
    return fail(ErrorKind::invalid, "an IPv6 address before a port needs brackets");
  }
  return Authority{.host = TRY(normalise_host(host)), .port = TRY(parse_port(rest.substr(1)))};
}

Result<std::string> normalise_path(std::string_view text) {
  if (text.empty()) return "/";
  if (text.front() != '/') return fail(ErrorKind::invalid, "the path does not begin with '/'");
  std::string path = TRY(normalise_escapes(text, UrlPart::path));
  if (!path.contains('.')) return path;
  if (std::ranges::any_of(base::split(path, '/'), hides_dot_segment)) {
    return fail(ErrorKind::invalid, "a dot segment hides behind %2F, %5C or ';' in the path");
  }
  return path.contains("/.") ? without_dot_segments(path) : path;
}

Result<std::string> normalise_query(std::string_view text) {
  return normalise_escapes(text, UrlPart::query);
}

Result<std::string> normalise_method(std::string_view text) {
  constexpr std::size_t longest = 32;
  if (text.empty() || text.size() > longest || !std::ranges::all_of(text, is_token_character)) {
    return fail(ErrorKind::invalid, "the method is not a token of at most 32 characters");
  }
  std::string method;
  std::ranges::transform(text, std::back_inserter(method), base::to_upper);
  if (method == "TRACE" || method == "TRACK") {
    return fail(ErrorKind::denied, method + " is never let through: it would echo credentials");
  }
  return method;
}

}  // namespace policy
