// SPDX-License-Identifier: Apache-2.0
#pragma once
// The credential of AWS: not a value, but a signature over each request (sigv4.h).
//
// The program signs with a dummy, as its tools insist on signing with something. What it signed
// says which service and region it means; the signature itself is thrown away and made anew over
// the head that goes out. Signed are Host, Content-Type, Content-MD5 and every X-Amz-* field.

#include <string>

#include "secrets/mechanism.h"
#include "secrets/sigv4.h"

namespace secrets {

class AwsSignature final : public Mechanism {
public:
  struct Form {
    std::string region;   // empty: as the program or the host says
    std::string service;  // likewise
    std::string dummy;    // the access key id that the program signs with
    bool overwrites = false;
  };

  AwsSignature(
      Form form,
      base::Secret access_key_id,
      base::Secret secret_access_key,
      base::Secret session_token)
      : form_(std::move(form)),
        access_key_id_(std::move(access_key_id)),
        secret_access_key_(std::move(secret_access_key)),
        session_token_(std::move(session_token)) {}

  /// Signs what is not signed or signed with the dummy, in the field Authorization or, for a
  /// presigned URL, in the query. Keeps the signature of another key, unless it overwrites. Unfit:
  /// a URL presigned with another key (it would be another account's request), a signature of
  /// another kind, a body that would have to be signed and is not known, and a service or region
  /// that nothing tells.
  Injection inject(const RequestView& request, const Circumstances& now) const override;
  bool needs_body(const RequestView& request) const override;
  std::vector<std::string_view> hidden() const override;

private:
  Injection sign_in_field(
      const RequestView& request, sigv4::Scope scope, const Circumstances& now) const;
  Injection sign_in_query(
      const RequestView& request, const sigv4::Scope& scope, const Circumstances& now) const;

  Form form_;
  base::Secret access_key_id_;
  base::Secret secret_access_key_;
  base::Secret session_token_;  // empty: a key of its own
};

}  // namespace secrets
