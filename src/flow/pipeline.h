// SPDX-License-Identifier: Apache-2.0
#pragma once
// The stages in their order, with what they decide by: an immutable snapshot. A reload makes a new
// one and swaps it in whole; each exchange keeps the one it began with.

#include <memory>
#include <string_view>
#include <vector>

#include "flow/heritage.h"
#include "flow/stage.h"
#include "flow/token_gate.h"
#include "policy/decide.h"
#include "redact/scanner.h"
#include "secrets/injectors.h"
#include "secrets/logins.h"
#include "secrets/placeholders.h"

namespace flow {

class Pipeline {
public:
  /// In this order: route, token, filter, brokered, redaction, placeholder; secrets come last, when
  /// the server is verified (sealed.h). Without a gate tokens are nothing special, without a
  /// scanner nobody looks for secrets, and without logins answers bring no tokens; what
  /// placeholders the logins were made with are those of the pipeline. With a heritage it hides
  /// what the pipelines before it hid, too.
  Pipeline(
      policy::Policy policy,
      secrets::Injectors injectors,
      secrets::Placeholders placeholders = {},
      std::shared_ptr<TokenGate> tokens = {},
      std::shared_ptr<const redact::Scanner> scanner = {},
      std::shared_ptr<secrets::Logins> logins = {},
      std::shared_ptr<Heritage> heritage = {});

  const policy::Policy& policy() const { return *policy_; }
  const secrets::Injectors& injectors() const { return injectors_; }
  /// Those that there are now: a login adds to them.
  secrets::Placeholders placeholders() const {
    return logins_ ? logins_->placeholders() : placeholders_;
  }
  /// Null when there are none.
  const std::shared_ptr<secrets::Logins>& logins() const { return logins_; }
  const std::shared_ptr<TokenGate>& tokens() const { return tokens_; }
  const std::shared_ptr<const redact::Scanner>& scanner() const { return scanner_; }
  /// The credential that gives the request's connection a client certificate, or null. For one that
  /// was judged.
  const secrets::Injector* certificate_of(const Flow& flow) const;
  /// The login whose tokens the answer may bring, or null. For a request that was judged.
  const secrets::LoginRule* login_of(const Flow& flow) const;
  /// Whether this host may be given a secret, or might have been by an earlier pipeline. For a
  /// request that goes there.
  bool gives_secrets_to(std::string_view host) const;
  /// Whether answers of this host are searched for every secret: it may be given one itself, or
  /// some must not come back from anywhere. A value that a program puts where it likes, in place of
  /// a placeholder, may be fetched from another host than the one that it was sent to. For a
  /// request that goes there.
  bool guards_answers_of(std::string_view host) const;
  /// Hides every secret in what comes back.
  const secrets::Scrubber& scrubber() const { return scrubber_; }
  std::vector<std::string_view> stage_names() const;

  /// Asks each stage in turn until one does not pass.
  Verdict judge(Flow& flow) const;
  /// Asks again about a request that passed, by the rules of this pipeline or of one before it. The
  /// rule of a refusal lives as long as this.
  std::optional<Deny> recheck(const Flow& flow, base::WallTime now) const;

private:
  std::unique_ptr<const policy::Policy> policy_;  // stages and rules point into it
  secrets::Injectors injectors_;
  secrets::Placeholders placeholders_;
  std::shared_ptr<TokenGate> tokens_;
  std::shared_ptr<const redact::Scanner> scanner_;
  std::shared_ptr<secrets::Logins> logins_;
  std::shared_ptr<Heritage> heritage_;
  secrets::Scrubber scrubber_;
  bool hides_everywhere_ = false;  // some secrets are no host's own
  std::vector<std::unique_ptr<const Stage>> stages_;
};

/// Whether a request that `then` let pass would be given its secrets by `now`, too.
bool gives_as_before(const Pipeline& then, const Pipeline& now, const Flow& flow);

}  // namespace flow
