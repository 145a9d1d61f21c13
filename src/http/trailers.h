// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which fields may come after a body.

#include "http/fields.h"

namespace http {

/// Removes what frames, routes, authenticates, conditions or describes a message: as a trailer it
/// would arrive after every decision that depends on it (RFC 9110, 6.5.1).
void remove_forbidden_trailers(Fields& trailers);

}  // namespace http
