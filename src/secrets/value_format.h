// SPDX-License-Identifier: Apache-2.0
#pragma once
// "Bearer {token}": the text around a secret.

#include <string_view>

#include "base/secret.h"

namespace secrets {

/// The format with the secret wherever it says `{token}`.
base::Secret render(std::string_view format, const base::Secret& token);

/// Without `{token}` the format is the credential itself.
bool takes_token(std::string_view format);

}  // namespace secrets
