// SPDX-License-Identifier: Apache-2.0
#pragma once
// Basic credentials (RFC 7617): the one place in a head where text is encoded.

#include <optional>
#include <string>
#include <string_view>

#include "http/fields.h"

namespace flow {

/// "user:password" of a field Authorization or Proxy-Authorization that holds such credentials.
std::optional<std::string> read_basic_login(const http::Field& field);
/// The value of such a field.
std::string write_basic_login(std::string_view login);

}  // namespace flow
