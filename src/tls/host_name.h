// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which names may stand in an SNI or in a certificate.

#include <string_view>

namespace tls {

/// A DNS name in ASCII: labels of letters, digits, '-' and '_', 1 to 63 bytes each, at most 253
/// bytes together, no trailing dot, and not a spelling of an IPv4 address (a last label that is a
/// number).
bool is_host_name(std::string_view text);

}  // namespace tls
