// SPDX-License-Identifier: Apache-2.0
#pragma once
// The request as it goes to the upstream, with its credential. Nothing but the wire reads it: a
// `Sealed` has no accessor of the credential and no formatter, and nothing that logs takes one.

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "flow/cleared.h"
#include "http/framing.h"

namespace flow {

/// Proof that the gateway reached the very host that was judged: made by whoever dialled and
/// verified it.
struct Reached {
  std::string_view host;
  std::uint16_t port = 0;
  bool verified_tls = false;  // the certificate was checked for `host`
};

class Sealed {
public:
  /// Adds the one credential that belongs to this host and settles the head: hop-by-hop fields
  /// gone, the canonical target, the body's framing declared anew. Errors: invalid (a part that
  /// cannot be written). The pipeline outlives what it sealed.
  static base::Result<Sealed> seal(
      Cleared&& cleared, const Reached& upstream, const Pipeline& pipeline);

  /// Appends the head's bytes in HTTP/1.1. For the wire only: wipe them when they have gone.
  void append_head(std::string& out) const;
  /// The same for a proxy, which is told the whole URL (RFC 9112, 3.2.2).
  void append_head_for_proxy(std::string& out) const;
  /// The head's fields in HTTP/2, the credential last. For the wire only: wipe it.
  http::Fields h2_fields() const;
  /// The name, in lower case, of the field that holds the credential; empty without one.
  std::string credential_field() const;
  /// How the body goes out.
  http::Framing framing() const { return framing_; }
  /// The injector that added a credential, or null.
  const secrets::Injector* injected() const { return injected_; }
  /// Whether the host knows a credential of ours, from this request or another one: its answers are
  /// searched for it.
  bool is_guarded() const { return guarded_; }
  /// What was judged, without the credential.
  const Flow& flow() const { return flow_; }

private:
  Sealed() = default;
  void append(std::string& out, const http::Request& head) const;

  http::Request head_;                        // without the credential
  const base::Secret* credential_ = nullptr;  // in the pipeline's injector
  const secrets::Injector* injected_ = nullptr;
  http::Framing framing_;
  bool takes_trailers_ = false;
  bool guarded_ = false;
  Flow flow_;
};

}  // namespace flow
