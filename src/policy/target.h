// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a request is aimed at: the facts a rule can look at, each in its one normalised spelling.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace policy {

/// Views of normalised text (normalise.h); what they point to must outlive the target.
struct Target {
  std::string_view method;
  std::string_view scheme;  // "http" or "https"
  std::string_view host;
  std::uint16_t port = 0;
  std::string_view path;
  std::string_view query{};  // without '?'; empty when there is none
};

/// "scheme://host[:port if not the scheme's]/path[?query]", an IPv6 host in brackets.
std::string url_of(const Target& target);

/// 80 for "http", 443 for "https", else 0.
std::uint16_t default_port(std::string_view scheme);

/// An absolute URL taken apart and normalised.
struct Url {
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;
  std::string path;
  std::string query;

  /// Views this URL.
  Target target(std::string_view method) const;
};

/// An http or https URL. User information and fragments are refused: neither is ever sent.
base::Result<Url> parse_url(std::string_view text);

}  // namespace policy
