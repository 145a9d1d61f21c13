// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a request says about its own AWS signature: with which key it was made, and for what.

#include <string>

#include "secrets/request_view.h"

namespace secrets {

struct AwsClaim {
  enum class Kind {
    none,       // it is not signed
    field,      // Signature Version 4 in the field Authorization
    query,      // the same in the query: a presigned URL
    other,      // another kind of signature in the field Authorization
    other_url,  // another kind of presigned URL
  };
  Kind kind = Kind::none;
  std::string access_key_id{};
  std::string region{};   // empty when the signature does not say
  std::string service{};  // likewise
  std::string name{};     // of another kind, for a person
};

AwsClaim aws_claim_of(const RequestView& request);

}  // namespace secrets
