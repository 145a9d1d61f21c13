// SPDX-License-Identifier: Apache-2.0
#pragma once
// The URL of a server that gives out tokens, as a configuration or a key names it.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace secrets {

struct TokenUrl {
  std::string host{};  // normalised
  std::uint16_t port = 443;
  std::string target = "/";  // path and query, as sent

  /// "https://host[:port]", without what may be confidential in the rest.
  std::string origin() const;

  bool operator==(const TokenUrl&) const = default;
};

/// Nothing but https, without user information and fragment: what is asked there is worth a
/// credential. The error calls it by `key`, and does not hold the text.
base::Result<TokenUrl> parse_token_url(std::string_view text, std::string_view key);

/// The same server, with `path` ("/x") behind the path of `base`.
TokenUrl below(const TokenUrl& base, std::string_view path);

}  // namespace secrets
