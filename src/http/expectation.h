// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a request expects before it sends its body (RFC 9110, 10.1.1).

#include "http/fields.h"
#include "http/malformed.h"

namespace http {

/// There is one expectation, 100-continue. Of any other (417) two servers would disagree on whether
/// the body is awaited; in HTTP/2 as in HTTP/1.1, since a server of that may be who gets it.
Checked<> check_expectation(const Fields& fields);

}  // namespace http
