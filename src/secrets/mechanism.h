// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a credential gets into a request: it looks at the head that is about to be sent and says what
// has to be changed there. It changes nothing itself.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "secrets/request_view.h"
#include "secrets/sigv4_chunks.h"
#include "tls/client_identity.h"

namespace secrets {

class InjectorRule;

/// What to change, in this order.
struct Edits {
  struct Field {
    std::string name;
    base::Secret value;
  };
  std::vector<std::string> erased{};            // names of fields, in any case
  std::vector<Field> fields{};                  // each instead of all that have its name
  std::optional<base::Secret> query{};          // instead of the request's own; without '?'
  std::optional<sigv4::ChunkSigning> chunks{};  // the body's signatures are to be made anew too
};

/// The request has a value of its own there, which stays.
struct Kept {
  bool operator==(const Kept&) const = default;
};

/// The request cannot be sent with this credential, and without it must not be.
struct Unfit {
  std::string reason;  // a sentence for a person; no secret in it
};

using Injection = std::variant<Edits, Kept, Unfit>;

/// Immutable; safe from any thread.
class Mechanism {
public:
  Mechanism() = default;
  Mechanism(const Mechanism&) = delete;
  Mechanism& operator=(const Mechanism&) = delete;
  virtual ~Mechanism() = default;

  virtual Injection inject(const RequestView& request, const Circumstances& now) const = 0;

  /// What the connection has to show, or null: then any will do.
  virtual std::shared_ptr<const tls::ClientIdentity> identity() const { return nullptr; }

  /// Whether `inject` needs to know the body.
  virtual bool needs_body(const RequestView&) const { return false; }

  /// What must never come back, the most secret first. Lives as long as the mechanism.
  virtual std::vector<std::string_view> hidden() const = 0;
};

/// The secrets of one credential; which of them there are is a matter of its type.
struct Material {
  base::Secret token{};     // the token, the password, the secret access key
  base::Secret username{};  // of `basic`; empty: the rule's
  bool username_is_secret = false;
  base::Secret access_key_id{};
  base::Secret session_token{};
  base::Secret certificate{};  // of `mtls`, whose token is the private key
  base::Secret passphrase{};
};

/// The error names the credential and never holds a secret: a value is shorter than
/// `shortest_secret`, or has a character that its slot cannot carry.
base::Result<std::unique_ptr<const Mechanism>> make_mechanism(
    const InjectorRule& rule, Material material);

}  // namespace secrets
