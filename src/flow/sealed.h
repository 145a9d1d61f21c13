// SPDX-License-Identifier: Apache-2.0
#pragma once
// The request as it goes to the upstream, with its secrets. Nothing but the wire reads it: a
// `Sealed` has no accessor of a secret and no formatter, and nothing that logs takes one.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flow/body_filter.h"
#include "flow/cleared.h"
#include "flow/wire_head.h"
#include "http/framing.h"

namespace flow {

/// Proof that the gateway reached the very host that was judged: made by whoever dialled and
/// verified it.
struct Reached {
  std::string_view host;
  std::uint16_t port = 0;
  bool verified_tls = false;  // the certificate was checked for `host`
  bool told_login = false;    // by way of a proxy that is told a password, and might pass it on
};

class Sealed {
public:
  /// Settles the head: hop-by-hop fields gone, the canonical target, the body's framing declared
  /// anew; then adds the one credential that belongs to this host. Errors: invalid (a part that
  /// cannot be written), denied (the credential does not fit the request, which must not go
  /// without it). The pipeline outlives what it sealed. `cleared` stays whole on errors.
  static base::Result<Sealed> seal(
      Cleared&& cleared,
      const Reached& upstream,
      const Pipeline& pipeline,
      const secrets::Circumstances& now);

  /// Appends the head's bytes in HTTP/1.1. For the wire only: wipe them when they have gone.
  void append_head(std::string& out) const;
  /// The same for a proxy, which is told the whole URL (RFC 9112, 3.2.2).
  void append_head_for_proxy(std::string& out) const;
  /// The head's fields in HTTP/2. For the wire only: wipe those that are sensitive.
  http::Fields h2_fields() const;
  /// The names of the fields of HTTP/2 that hold something secret.
  const std::vector<std::string>& sensitive() const { return head_.sensitive(); }
  bool holds_secrets() const { return head_.holds_secrets(); }
  /// What the body has to go through on its way, or null: its signatures are made anew, its length
  /// stays. A new one for each sending of the whole body.
  std::unique_ptr<BodyFilter> body_filter() const;
  /// How the body goes out.
  http::Framing framing() const { return framing_; }
  /// The injector that added a credential, or null.
  const secrets::Injector* injected() const { return injected_; }
  /// Whether the body of the answer is searched for secrets.
  bool is_guarded() const { return guarded_; }
  /// Whether the server may know a secret itself, or whoever answers in its place.
  bool may_know_secrets() const { return may_know_; }
  /// The fields of the head that would tell of a body that was changed.
  enum class Digests { left, mended };
  std::vector<std::string> stale_fields(Digests digests) const;
  /// What was judged, without secrets.
  const Flow& flow() const { return flow_; }

private:
  Sealed() = default;
  base::Result<> inject(
      const policy::Target& target, const Pipeline& pipeline, const secrets::Circumstances& now);

  WireHead head_;
  const secrets::Injector* injected_ = nullptr;
  std::optional<secrets::sigv4::ChunkSigning> chunks_;
  http::Framing framing_;
  bool takes_trailers_ = false;
  bool guarded_ = false;
  bool may_know_ = false;
  Flow flow_;
};

}  // namespace flow
