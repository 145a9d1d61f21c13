// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which header fields a credential may be written to.

#include <string>
#include <string_view>

#include "base/result.h"

namespace secrets {

/// The usual spelling ("authorization" → "Authorization"). `invalid` for what is no field name, and
/// for the fields that say where a message goes or where it ends.
base::Result<std::string> canonical_header(std::string_view name);

}  // namespace secrets
