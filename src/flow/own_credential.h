// SPDX-License-Identifier: Apache-2.0
#pragma once
// Credentials that a program brings along itself.

#include <string>

#include "flow/flow.h"
#include "secrets/injectors.h"
#include "secrets/placeholders.h"

namespace flow {

/// Where the request carries a credential that is not the gateway's ("header:authorization",
/// "query:api_key"); empty when it carries none. A placeholder and the dummy of a credential that
/// the request will get are the gateway's.
std::string own_credential_in(
    const Flow& flow,
    const secrets::Injectors& injectors,
    const secrets::Placeholders& placeholders);

}  // namespace flow
