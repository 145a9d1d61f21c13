// SPDX-License-Identifier: Apache-2.0
#pragma once
// One spelling for everything that rules are matched against. A request is normalised once, judged
// in that form, and sent in that form. Each function is idempotent and refuses what it cannot read
// in exactly one way; the text of the input is never in the error.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace policy {

/// A host name or IP literal without port: lower case, IDNA A-labels (UTS 46, non-transitional), no
/// trailing dot. IPv6, with or without brackets, becomes its canonical text without them (a zone is
/// refused); every spelling of an IPv4 address that inet_aton reads becomes a dotted quad. Only
/// letters, digits, '-', '_' and '.' may remain.
base::Result<std::string> normalise_host(std::string_view text);

struct Authority {
  std::string host;  // normalised
  std::optional<std::uint16_t> port;
};

/// "host" or "host:port". IPv6 needs brackets; no user information, no empty port, no port 0.
base::Result<Authority> split_authority(std::string_view text);

/// A path without query. Dot segments (also spelt with %2e) are removed, escapes of unreserved
/// characters decoded, other escapes upper-cased and kept, characters that a URL may not hold
/// escaped; empty becomes "/". Empty segments, a leading "//" too, stay as sent (decide() looks at
/// both readings). Refused: a bad escape, NUL (also %00), backslash, raw controls, spaces and
/// non-ASCII, and dot segments hidden behind %2F, %5C or ';', which servers read differently.
base::Result<std::string> normalise_path(std::string_view text);

/// A query without '?'; escapes as in a path. Raw controls, spaces, '#' and non-ASCII are refused.
base::Result<std::string> normalise_query(std::string_view text);

/// Upper case, so that `get` is not another method than GET. TRACE and TRACK are refused: they
/// would send injected credentials back.
base::Result<std::string> normalise_method(std::string_view text);

}  // namespace policy
