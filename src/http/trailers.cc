// SPDX-License-Identifier: Apache-2.0
#include "http/trailers.h"

#include <algorithm>
#include <array>

#include "http/grammar.h"

namespace http {
namespace {

bool is_forbidden_trailer(const Field& field) {
  static constexpr std::array<std::string_view, 45> names{
      "accept-encoding",
      "age",
      "allow",
      "alt-svc",
      "authentication-info",
      "authorization",
      "cache-control",
      "connection",
      "content-disposition",
      "content-encoding",
      "content-language",
      "content-length",
      "content-location",
      "content-range",
      "content-type",
      "cookie",
      "date",
      "expect",
      "expires",
      "forwarded",
      "host",
      "http2-settings",
      "if-match",
      "if-modified-since",
      "if-none-match",
      "if-range",
      "if-unmodified-since",
      "keep-alive",
      "location",
      "max-forwards",
      "origin",
      "pragma",
      "range",
      "referer",
      "retry-after",
      "set-cookie",
      "strict-transport-security",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade",
      "user-agent",
      "vary",
      "via",
      "www-authenticate"};
  const auto name = base::lower(field.name);
  return name.starts_with("proxy-") || std::ranges::binary_search(names, name);
}

}  // namespace

void remove_forbidden_trailers(Fields& trailers) { trailers.erase_if(is_forbidden_trailer); }

}  // namespace http
