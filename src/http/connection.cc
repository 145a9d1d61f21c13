// SPDX-License-Identifier: Apache-2.0
#include "http/connection.h"

#include <algorithm>
#include <array>
#include <span>

#include "http/grammar.h"

namespace http {
namespace {

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(names, [&](auto one) { return same_name(one, name); });
}

bool is_hop_by_hop(std::string_view name) {
  static constexpr std::array<std::string_view, 6> names{
      "connection", "http2-settings", "keep-alive", "te", "trailer", "upgrade"};
  return same_name(name.substr(0, 6), "proxy-") || is_one_of(names, name);
}

/// What the far end relies on: without it a request would be another one, or go on without its
/// credentials.
bool is_essential(std::string_view name) {
  static constexpr std::array<std::string_view, 22> names{
      "accept",
      "accept-encoding",
      "authorization",
      "cache-control",
      "content-encoding",
      "content-length",
      "content-range",
      "content-type",
      "cookie",
      "date",
      "expect",
      "host",
      "if-match",
      "if-none-match",
      "location",
      "origin",
      "range",
      "set-cookie",
      "transfer-encoding",
      "user-agent",
      "vary",
      "www-authenticate"};
  return is_one_of(names, name);
}

}  // namespace

bool is_keep_alive(Version version, const Fields& fields) {
  if (version == Version::http_2) return true;
  if (fields.has_token("connection", "close")) return false;
  return version == Version::http_1_1 || fields.has_token("connection", "keep-alive");
}

bool expects_continue(const Request& request) {
  return request.version == Version::http_1_1 && request.fields.has_token("expect", "100-continue");
}

void remove_hop_by_hop(Fields& fields) {
  std::vector<std::string> nominated;
  for (auto name : fields.tokens("connection"))
    if (!is_essential(name)) nominated.emplace_back(name);
  fields.erase_if([&](const Field& field) {
    return is_hop_by_hop(field.name) ||
           std::ranges::any_of(nominated, [&](auto& one) { return same_name(one, field.name); });
  });
}

}  // namespace http
