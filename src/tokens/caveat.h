// SPDX-License-Identifier: Apache-2.0
#pragma once
// One restriction of a token: a number that says its kind and a body in canonical MessagePack.
// Several of a kind intersect. What has no kind that is known here denies everything.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tokens {

/// Unix seconds, both inclusive at the exact second.
struct Validity {
  std::int64_t not_before = 0;
  std::int64_t not_after = 0;
  bool operator==(const Validity&) const = default;
};
/// Exact host names. An empty list, here and below, permits nothing.
struct Hosts {
  std::vector<std::string> names;
  bool operator==(const Hosts&) const = default;
};
struct Methods {
  std::vector<std::string> names;  // compared without regard to case
  bool operator==(const Methods&) const = default;
};
/// Globs on the normalised path without query (path_glob.h).
struct Paths {
  std::vector<std::string> patterns;
  bool operator==(const Paths&) const = default;
};
/// Holds when somebody else says so: see discharge.h.
struct ThirdParty {
  std::string location;
  std::string verifier_key;
  std::string ticket;
  bool operator==(const ThirdParty&) const = default;
};
/// In a discharge: it serves only a token one of whose tails has a SHA-256 that begins so.
struct BoundToParent {
  std::string digest_prefix;
  bool operator==(const BoundToParent&) const = default;
};
struct Ports {
  std::vector<std::uint16_t> numbers;
  bool operator==(const Ports&) const = default;
};
/// Requests with the token and with all others of the same minting that limit their requests,
/// together: one count a minting.
struct RequestLimit {
  std::uint64_t most = 0;
  bool operator==(const RequestLimit&) const = default;
};
/// Bytes of request bodies, counted likewise.
struct UploadLimit {
  std::uint64_t most = 0;
  bool operator==(const UploadLimit&) const = default;
};
struct Sandboxes {
  std::vector<std::string> names;
  bool operator==(const Sandboxes&) const = default;
};
struct Clients {
  std::vector<std::string> labels;
  bool operator==(const Clients&) const = default;
};
/// What the token is for, as a person wrote it. It restricts nothing.
struct Purpose {
  std::string text;
  bool operator==(const Purpose&) const = default;
};
/// The same as a RequestLimit of one.
struct SingleUse {
  bool operator==(const SingleUse&) const = default;
};
/// A person on the verifier's host agrees to this token, or to a narrower one made from it after
/// this caveat was added (approvals.h).
struct AskPerson {
  bool operator==(const AskPerson&) const = default;
};
struct UnknownKind {
  bool operator==(const UnknownKind&) const = default;
};

using Restriction = std::variant<
    Validity,
    Hosts,
    Methods,
    Paths,
    ThirdParty,
    BoundToParent,
    Ports,
    RequestLimit,
    UploadLimit,
    Sandboxes,
    Clients,
    Purpose,
    SingleUse,
    AskPerson,
    UnknownKind>;

class Caveat {
public:
  /// Not for an UnknownKind. A list of over `most_entries` is a bug of the caller's.
  explicit Caveat(Restriction restriction);
  /// `invalid` when a known kind has another body than its own, to the byte.
  static base::Result<Caveat> decode(std::uint64_t kind, std::string_view body);

  std::uint64_t kind() const { return kind_; }
  /// Canonical MessagePack: what is signed.
  const std::string& body() const { return body_; }
  const Restriction& restriction() const { return restriction_; }
  template <class Kind>
  const Kind* as() const {
    return std::get_if<Kind>(&restriction_);
  }
  bool operator==(const Caveat&) const = default;

private:
  Caveat(std::uint64_t kind, std::string body, Restriction restriction)
      : kind_(kind), body_(std::move(body)), restriction_(std::move(restriction)) {}

  std::uint64_t kind_;
  std::string body_;
  Restriction restriction_;
};

/// The name of a kind in JSON and in messages: "hosts"; "unknown" for another.
std::string_view name_of(const Restriction& restriction);

}  // namespace tokens
