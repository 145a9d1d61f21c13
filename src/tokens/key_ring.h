// SPDX-License-Identifier: Apache-2.0
#pragma once
// The keys that sign tokens, and the tokens that are no longer accepted. A value; ring_file.h keeps
// it on disk.
//
// The newest key mints; each key verifies what it signed until it is removed.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "tokens/token.h"

namespace tokens {

inline constexpr std::size_t shortest_key = 32;  // bytes

struct Key {
  enum class Origin {
    generated,  // here: every token it signs was minted here
    imported,   // others may sign with it, too
  };

  std::string id;
  base::Secret secret;
  base::WallTime created;
  Origin origin = Origin::generated;

  /// A new key with a name of its own; `secret` is random.
  static Key generate(std::string_view secret, base::WallTime now);
};

struct Revocation {
  base::WallTime since;
  std::optional<base::WallTime> until{};  // when the tokens have ended anyway; none: never
};

class KeyRing {
public:
  using Revocations = std::map<std::string, Revocation, std::less<>>;  // by Token::id()

  /// Oldest first.
  const std::vector<Key>& keys() const { return keys_; }
  const Key* find(std::string_view id) const;
  /// The key that mints; null when there is none.
  const Key* newest() const { return keys_.empty() ? nullptr : &keys_.back(); }
  /// `invalid` for an id that is taken or not 1 to 64 letters, digits, '.', '_' and '-', and for a
  /// secret that is too short.
  base::Result<> add(Key key);
  /// False when there was none.
  bool remove(std::string_view id);

  bool is_revoked(std::string_view token_id) const { return revocations_.contains(token_id); }
  const Revocations& revocations() const { return revocations_; }
  /// An earlier revocation keeps its time; the later end counts.
  void revoke(std::string_view token_id, Revocation revocation);
  /// Forgets revocations of tokens that have ended.
  void prune(base::WallTime now);

  /// Lines of text (docs/formats.md). The text holds the keys.
  base::Secret to_text() const;
  static base::Result<KeyRing> parse(std::string_view text);

private:
  std::vector<Key> keys_;
  Revocations revocations_;
};

/// The random bytes of a token that is minted with these caveats: `fresh`, which is nobody's guess,
/// and what vouches for the first of them. In the token itself nothing tells a caveat of the
/// minting from one that was added later.
std::array<char, 16> random_for(
    const Key& key, const std::array<char, 8>& fresh, const std::vector<Caveat>& caveats);

/// When every token that was minted with this one's random bytes has ended. Its signature is good.
/// None when that cannot be told: a key that others sign with, too, no end in the first place, or
/// random bytes that do not vouch for it (random_for).
std::optional<base::WallTime> end_of_minting(const Token& token, const Key& key);

}  // namespace tokens
