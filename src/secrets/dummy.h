// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands inside the sandbox where a program insists on having a credential. It is worth
// nothing: where it arrives, the credential takes its place as if nothing had been there.

#include <string_view>

namespace secrets {

inline constexpr std::string_view default_dummy = "proxy-managed";

/// Whether a field's value is the dummy: bare, behind a scheme ("Bearer proxy-managed"), or as user
/// or password of `Basic` (RFC 7617).
bool carries_dummy(std::string_view field_value, std::string_view dummy);

}  // namespace secrets
