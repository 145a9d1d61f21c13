// SPDX-License-Identifier: Apache-2.0
#pragma once
// Percent-escapes in URLs (RFC 3986, 2.1).

#include <string>
#include <string_view>

namespace secrets {

/// Every byte that is not unreserved (RFC 3986, 2.3) nor one of `kept` becomes %XX with upper-case
/// digits.
std::string percent_encode(std::string_view text, std::string_view kept = {});

/// Escapes become bytes; what is no escape stays as it is.
std::string percent_decode(std::string_view text);

/// The same inside a query, where `+` may stand for a blank.
std::string percent_decode_form(std::string_view text);

}  // namespace secrets
