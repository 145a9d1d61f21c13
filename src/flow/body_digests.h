// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a head says about the bytes of its body so that whoever reads them can check them:
// Content-MD5, Digest (RFC 3230), Content-Digest and Repr-Digest (RFC 9530), and what object stores
// have instead. Of a body that was changed on the way it would be wrong.

#include <string>
#include <string_view>
#include <vector>

#include "http/fields.h"

namespace flow {

/// All of them go.
void remove_digests(http::Fields& fields);

/// The fields, in lower case, by which a reader could notice that the body was changed: the
/// digests, unless they were mended, and signatures that cover it, AWS's unless it was made anew.
struct Repaired {
  bool digests = false;
  bool aws_signature = false;
};
std::vector<std::string> stale_fields(const http::Fields& fields, Repaired repaired);

/// Those by MD5, SHA-256 and SHA-512 are made anew of the body as it is sent, the others go.
void mend_digests(http::Fields& fields, std::string_view body);

}  // namespace flow
