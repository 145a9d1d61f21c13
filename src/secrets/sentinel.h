// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a program gets in place of a token that a server gave to it.

#include <string>
#include <string_view>

namespace secrets {

/// As long as the token (and never shorter than 32 characters), random, of letters, digits and
/// `-._~` alone; but it begins as the token does where that names its kind (`sk-ant-oat01-`,
/// `gho_`), for programs that look at it. Of a JSON Web Token (RFC 7519) header and claims stay,
/// because programs read there for whom and until when it is: without its signature it opens
/// nothing. So what a claim says, the program knows.
std::string make_sentinel(std::string_view token);

}  // namespace secrets
