// SPDX-License-Identifier: Apache-2.0
#include "tokens/discharge.h"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

#include "tokens/bytes.h"
#include "tokens/chain.h"
#include "tokens/limits.h"
#include "tokens/msgpack.h"

namespace tokens {
namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t key_size = 32;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

void require(bool holds) {
  if (!holds) throw std::runtime_error("ChaCha20-Poly1305 is not available in this OpenSSL");
}

/// nonce, ciphertext, tag
std::string hide(std::string_view plain, std::string_view key, std::string_view nonce) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string hidden(plain.size(), '\0');
  std::string tag(tag_size, '\0');
  int size = 0;
  require(
      context != nullptr && key.size() == key_size &&
      EVP_EncryptInit_ex(
          context.get(), EVP_chacha20_poly1305(), nullptr, bytes_of(key), bytes_of(nonce)) == 1 &&
      EVP_EncryptUpdate(
          context.get(), bytes_of(hidden), &size, bytes_of(plain),
          static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), bytes_of(tag), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag.data()) == 1);
  return std::string(nonce) + hidden + tag;
}

std::optional<base::Secret> reveal(std::string_view hidden, std::string_view key) {
  if (hidden.size() < nonce_size + tag_size || key.size() != key_size) return std::nullopt;
  const auto nonce = hidden.substr(0, nonce_size);
  std::string tag(hidden.substr(hidden.size() - tag_size));
  const auto body = hidden.substr(nonce_size, hidden.size() - nonce_size - tag_size);
  const CipherContext context(EVP_CIPHER_CTX_new());
  std::string plain(body.size() + 1, '\0');
  int size = 0;
  int rest = 0;
  require(
      context != nullptr &&
      EVP_DecryptInit_ex(
          context.get(), EVP_chacha20_poly1305(), nullptr, bytes_of(key), bytes_of(nonce)) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1);
  const bool is_ours = EVP_DecryptUpdate(
                           context.get(), bytes_of(plain), &size, bytes_of(body),
                           static_cast<int>(body.size())) == 1 &&
                       EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + size, &rest) == 1;
  std::optional<base::Secret> secret;
  if (is_ours) secret.emplace(std::string_view(plain).substr(0, body.size()));
  base::wipe(plain.data(), plain.size());
  return secret;
}

/// The secret in a ticket's plain text: [secret : bin, caveats].
std::optional<base::Secret> secret_of_ticket(std::string_view plain) {
  msgpack::Reader in(plain);
  if (in.take_array() != 2) return std::nullopt;
  const auto secret = in.take_binary();
  if (!secret || !in.take_any(deepest_nesting) || !in.at_end()) return std::nullopt;
  return base::Secret(*secret);
}

}  // namespace

Caveat third_party(
    const Token& token,
    std::string_view location,
    const base::Secret& shared_key,
    const ThirdPartyEntropy& entropy,
    const std::vector<Caveat>& conditions) {
  std::string plain;
  msgpack::append_array(plain, 2);
  msgpack::append_binary(plain, view(entropy.secret));
  msgpack::append_array(plain, conditions.size() * 2);
  for (const Caveat& condition : conditions) {
    msgpack::append_unsigned(plain, condition.kind());
    plain += condition.body();
  }
  Caveat caveat(ThirdParty{
      .location = std::string(location),
      .verifier_key = hide(view(entropy.secret), view(token.tail), view(entropy.verifier_nonce)),
      .ticket = hide(plain, shared_key.reveal(), view(entropy.ticket_nonce))});
  base::wipe(plain.data(), plain.size());
  return caveat;
}

base::Result<Token> discharge(
    const ThirdParty& party,
    const base::Secret& shared_key,
    const std::array<char, 16>& random,
    const std::vector<Caveat>& caveats) {
  const auto plain = reveal(party.ticket, shared_key.reveal());
  const auto secret = plain ? secret_of_ticket(plain->reveal()) : std::nullopt;
  if (!secret) {
    return base::fail(
        base::ErrorKind::denied, "the ticket was not made with this key",
        "the token asks somebody else");
  }
  Token token{
      .nonce = {.key_id = party.ticket, .random = random, .is_discharge = true},
      .location = party.location,
      .caveats = caveats};
  Chain chain(secret->reveal(), token.nonce);
  for (const Caveat& caveat : caveats)
    chain.add(caveat);
  token.tail = chain.sealed();
  return token;
}

std::optional<base::Secret> key_of_discharge(const ThirdParty& party, const Tail& tail_before) {
  return reveal(party.verifier_key, view(tail_before));
}

}  // namespace tokens
