// SPDX-License-Identifier: Apache-2.0
#include "tokens/key_ring.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/text.h"

namespace tokens {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using base::WallTime;

constexpr std::string_view first_line = "lazaret token keys 1";
constexpr std::string_view generated = "generated";
constexpr std::string_view imported = "imported";
constexpr std::string_view never = "never";
constexpr std::size_t fresh_size = 8;  // of the random bytes; the others vouch

bool is_id_character(char c) {
  return base::is_alpha(c) || base::is_digit(c) || c == '.' || c == '_' || c == '-';
}

bool is_key_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::ranges::all_of(id, is_id_character);
}

/// "key ID CREATED ORIGIN BASE64"
std::optional<Key> parse_key(const std::vector<std::string_view>& words) {
  if (words.size() != 5 || words[0] != "key") return std::nullopt;
  const auto created = base::parse_time(words[2]);
  const bool is_imported = words[3] == imported;
  if (!created || (!is_imported && words[3] != generated)) return std::nullopt;
  auto secret = base::from_base64(words[4]);
  if (!secret) return std::nullopt;
  Key key{
      .id = std::string(words[1]),
      .secret = base::Secret(*secret),
      .created = *created,
      .origin = is_imported ? Key::Origin::imported : Key::Origin::generated};
  base::wipe(secret->data(), secret->size());
  return key;
}

/// "revoked ID SINCE UNTIL"
std::optional<Revocation> parse_revocation(const std::vector<std::string_view>& words) {
  if (words.size() != 4 || words[0] != "revoked" || !is_token_id(words[1])) return std::nullopt;
  const auto since = base::parse_time(words[2]);
  const auto until = base::parse_time(words[3]);
  if (!since || (!until && words[3] != never)) return std::nullopt;
  return Revocation{*since, until};
}

/// Only who has the key can say which caveat came first. No nonce begins with such a text, so this
/// is never the first link of a chain (chain.h).
std::string voucher_of(const Key& key, std::string_view fresh, const Caveat& first) {
  std::string text = "first caveat ";
  text.append(fresh).append(std::to_string(first.kind())).append(" ").append(first.body());
  return base::hmac_sha256(key.secret.reveal(), text);
}

bool vouches_for(const Key& key, const std::array<char, 16>& random, const Caveat& first) {
  const std::string_view bytes(random.data(), random.size());
  const auto fresh = bytes.substr(0, fresh_size);
  return voucher_of(key, fresh, first).starts_with(bytes.substr(fresh_size));
}

}  // namespace

Key Key::generate(std::string_view secret, WallTime now) {
  // A name that a digest of the key gives is nobody else's.
  return {
      .id = "k-" + base::to_hex(base::sha256(secret)).substr(0, 8),
      .secret = base::Secret(secret),
      .created = now};
}

const Key* KeyRing::find(std::string_view id) const {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() ? nullptr : &*found;
}

Result<> KeyRing::add(Key key) {
  if (!is_key_id(key.id)) {
    return fail(
        ErrorKind::invalid,
        "the name of a key is 1 to 64 letters, digits, dots, underscores and hyphens");
  }
  if (find(key.id) != nullptr) {
    return fail(
        ErrorKind::invalid, "there is a key " + key.id + " already",
        "choose another name, or remove that key first");
  }
  if (key.secret.size() < shortest_key) {
    return fail(
        ErrorKind::invalid,
        "a key that signs tokens has at least " + std::to_string(shortest_key) + " bytes");
  }
  keys_.push_back(std::move(key));
  return {};
}

bool KeyRing::remove(std::string_view id) {
  return std::erase_if(keys_, [&](const Key& key) { return key.id == id; }) != 0;
}

void KeyRing::revoke(std::string_view token_id, Revocation revocation) {
  const auto [entry, is_new] = revocations_.try_emplace(std::string(token_id), revocation);
  if (is_new) return;
  auto& until = entry->second.until;
  until =
      until && revocation.until ? std::optional(std::max(*until, *revocation.until)) : std::nullopt;
}

void KeyRing::prune(WallTime now) {
  std::erase_if(revocations_, [&](const auto& entry) {
    return entry.second.until && *entry.second.until < now;
  });
}

base::Secret KeyRing::to_text() const {
  std::string text(first_line);
  text += '\n';
  // Nothing of a key may stay behind in memory that grew out of a smaller one.
  std::size_t size = text.size();
  for (const Key& key : keys_)
    size += key.id.size() + key.secret.size() * 2 + 64;
  text.reserve(size + revocations_.size() * 128);
  for (const Key& key : keys_) {
    std::string digits = base::to_base64(key.secret.reveal());
    text += "key " + key.id + " " + base::to_rfc3339(key.created) + " ";
    text += key.origin == Key::Origin::imported ? imported : generated;
    text.append(" ").append(digits).append("\n");
    base::wipe(digits.data(), digits.size());
  }
  for (const auto& [id, revocation] : revocations_) {
    text += "revoked " + id + " " + base::to_rfc3339(revocation.since) + " ";
    text += revocation.until ? base::to_rfc3339(*revocation.until) : std::string(never);
    text += '\n';
  }
  base::Secret secret(text);
  base::wipe(text.data(), text.size());
  return secret;
}

Result<KeyRing> KeyRing::parse(std::string_view text) {
  KeyRing ring;
  const auto lines = base::split(text, '\n');
  if (lines.front() != first_line || !lines.back().empty())
    return fail(ErrorKind::invalid, "it is not a ring of token keys, or was cut short");
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const auto words = base::split(lines[i], ' ');
    if (auto key = parse_key(words)) {
      TRY_VOID(ring.add(*std::move(key)));
    } else if (const auto revocation = parse_revocation(words)) {
      ring.revoke(words[1], *revocation);
    } else {
      return fail(ErrorKind::invalid, "line " + std::to_string(i + 1) + " cannot be understood");
    }
  }
  return ring;
}

std::array<char, 16> random_for(
    const Key& key, const std::array<char, fresh_size>& fresh, const std::vector<Caveat>& caveats) {
  std::array<char, 16> random{};
  const auto rest = std::ranges::copy(fresh, random.begin()).out;
  if (caveats.empty()) {
    std::ranges::copy(base::random_bytes(random.size() - fresh_size), rest);
  } else {
    const auto voucher = voucher_of(key, {fresh.data(), fresh.size()}, caveats.front());
    std::ranges::copy(std::string_view(voucher).substr(0, random.size() - fresh_size), rest);
  }
  return random;
}

std::optional<WallTime> end_of_minting(const Token& token, const Key& key) {
  if (key.origin != Key::Origin::generated || token.caveats.empty()) return std::nullopt;
  // Every relative of the token has the caveat that it was minted with, and may have it alone. That
  // of whoever narrowed a token without an end says nothing about the wider one.
  const Caveat& first = token.caveats.front();
  if (!vouches_for(key, token.nonce.random, first)) return std::nullopt;
  const auto* window = first.as<Validity>();
  constexpr auto last =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::nanoseconds::max()).count();
  if (window == nullptr || window->not_after >= last) return std::nullopt;
  return WallTime(std::chrono::seconds(std::max<std::int64_t>(window->not_after + 1, 0)));
}

}  // namespace tokens
