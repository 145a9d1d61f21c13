// SPDX-License-Identifier: Apache-2.0
#pragma once
// "What would a query for this name get?", in the words of the DNS judge.

#include <string_view>

#include "base/result.h"
#include "config/config.h"
#include "policy/decide.h"
#include "session/explain.h"

namespace session {

inline constexpr std::string_view dns_scheme = "dns://";

/// `url` is dns://NAME or dns://NAME?type=TYPE (default A). Errors: invalid.
base::Result<Explanation> explain_dns(
    const policy::Policy& policy, const config::Config& config, std::string_view url);

}  // namespace session
