// SPDX-License-Identifier: Apache-2.0
#include "secrets/header_name.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace secrets {
namespace {

using base::ErrorKind;

constexpr std::array<std::string_view, 13> framing = {
    "Connection",     "Content-Encoding",  "Content-Length",   "Expect", "Host",
    "Http2-Settings", "Keep-Alive",        "Proxy-Connection", "Range",  "Te",
    "Trailer",        "Transfer-Encoding", "Upgrade"};

bool is_field_name_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

}  // namespace

base::Result<std::string> canonical_header(std::string_view name) {
  if (name.empty() || !std::ranges::all_of(name, is_field_name_character)) {
    return base::fail(
        ErrorKind::invalid,
        "`" + base::escape_for_terminal(name) + "` is not the name of a header");
  }
  std::string out;
  for (const char c : name) {
    out += out.empty() || out.back() == '-' ? base::to_upper(c) : base::to_lower(c);
  }
  if (std::ranges::find(framing, out) != framing.end()) {
    return base::fail(
        ErrorKind::invalid,
        "a credential cannot be written to the header " + out + ": it steers the connection",
        "use the header the service reads its credential from, such as Authorization");
  }
  return out;
}

}  // namespace secrets
