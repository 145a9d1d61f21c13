// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads answers of servers that give out tokens. They are JSON (RFC 8259) of at most
// `longest_token_answer` bytes; nothing of them is in an error but the codes of RFC 6749, 5.2.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "secrets/token_request.h"

namespace secrets {

/// An error unless the status is one of success.
base::Result<> check_success(const TokenAnswer& answer);

/// The member of this name; an error when there is none or it is empty.
base::Result<base::Secret> required_member(const TokenAnswer& answer, std::string_view name);
/// nullopt when it is not there.
base::Result<std::optional<base::Secret>> optional_member(
    const TokenAnswer& answer, std::string_view name);

/// A token fit for a field of HTTP: visible ASCII (RFC 6749, A.12) of a sensible length.
base::Result<base::Secret> token_member(const TokenAnswer& answer, std::string_view name);

/// An answer of RFC 6749, 5.1: `access_token`, `token_type` (Bearer), `expires_in` (without: an
/// hour), `refresh_token`.
base::Result<FetchedToken> read_oauth2_answer(const TokenAnswer& answer, base::WallTime now);

/// How long a token is taken to live when nobody says so.
inline constexpr std::chrono::hours assumed_lifetime{1};

}  // namespace secrets
