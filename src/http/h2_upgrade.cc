// SPDX-License-Identifier: Apache-2.0
#include "http/h2_upgrade.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace http {
namespace {

constexpr std::size_t bytes_of_a_setting = 6;

bool has_body(const Fields& fields) {
  return fields.contains("transfer-encoding") || fields.contains("content-length") ||
         fields.contains("expect");
}

/// base64url without padding (RFC 7540, 3.2.1).
std::optional<std::string> from_token68(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return base::from_base64(text);
}

}  // namespace

std::optional<std::string> h2_settings_of(const Request& request) {
  const auto& fields = request.fields;
  const auto protocol = fields.find("upgrade");
  const bool asks = request.version == Version::http_1_1 && protocol &&
                    base::iequals(*protocol, "h2c") && fields.has_token("connection", "upgrade") &&
                    fields.has_token("connection", "http2-settings") &&
                    fields.count("upgrade") == 1 && fields.count("http2-settings") == 1;
  if (!asks || has_body(fields)) return std::nullopt;
  auto settings = from_token68(std::string(*fields.find("http2-settings")));
  if (!settings || settings->size() % bytes_of_a_setting != 0) return std::nullopt;
  return settings;
}

}  // namespace http
