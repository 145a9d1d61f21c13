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
  /// Adds the one credential that belongs to this host and writes the head: hop-by-hop fields gone,
  /// the canonical target, the body's framing declared anew. Errors: invalid (a part that cannot be
  /// written).
  static base::Result<Sealed> seal(
      Cleared&& cleared, const Reached& upstream, const Pipeline& pipeline);

  /// The head's bytes, for the wire only.
  std::string_view head_for_wire() const { return head_.reveal(); }
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
  base::Secret head_;
  http::Framing framing_;
  const secrets::Injector* injected_ = nullptr;
  bool guarded_ = false;
  Flow flow_;
};

}  // namespace flow
