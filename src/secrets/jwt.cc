// SPDX-License-Identifier: Apache-2.0
#include "secrets/jwt.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <stdexcept>

#include "base/encoding.h"
#include "base/json.h"
#include "base/text.h"
#include "secrets/json_member.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;

constexpr int fewest_bits = 2048;  // RFC 7518, 3.3

/// RFC 4648, 5, without padding.
std::string to_base64url(std::string_view bytes) {
  auto text = base::to_base64(bytes);
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return base::from_base64(standard);
}

/// Instead of asking on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

/// Null when there is none.
EVP_PKEY* read_key(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&::BIO_free_all)> memory(
      ::BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), ::BIO_free_all);
  if (!memory) return nullptr;  // of nothing too
  return ::PEM_read_bio_PrivateKey(memory.get(), nullptr, no_passphrase, nullptr);
}

}  // namespace

Result<RsaKey> RsaKey::parse(const base::Secret& pem) {
  const auto text = pem.reveal();
  if (text.contains("ENCRYPTED"))
    return base::fail(
        ErrorKind::invalid, "the private key is encrypted",
        "decrypt it with `openssl pkey`, and keep the result with `lazaret secret set`");
  std::shared_ptr<EVP_PKEY> key(read_key(text), ::EVP_PKEY_free);
  ::ERR_clear_error();
  if (!key)
    return base::fail(
        ErrorKind::invalid, "there is no private key in PEM (\"-----BEGIN … PRIVATE KEY-----\")");
  if (::EVP_PKEY_is_a(key.get(), "RSA") != 1)
    return base::fail(ErrorKind::invalid, "the private key is not of RSA");
  if (::EVP_PKEY_get_bits(key.get()) < fewest_bits)
    return base::fail(ErrorKind::invalid, "the private key has less than 2048 bits");
  return RsaKey(std::move(key));
}

std::string RsaKey::sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context(
      ::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
  std::size_t size = static_cast<std::size_t>(::EVP_PKEY_get_size(key_.get()));
  std::string out(size, '\0');
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (!context ||
      ::EVP_DigestSignInit(context.get(), nullptr, ::EVP_sha256(), nullptr, key_.get()) != 1 ||
      ::EVP_DigestSign(
          context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes, text.size()) !=
          1) {
    ::ERR_clear_error();
    throw std::runtime_error("OpenSSL cannot sign with a key that it has read");
  }
  out.resize(size);
  return out;
}

base::Secret signed_jwt(std::string_view claims, const RsaKey& key, std::string_view key_id) {
  std::string header = R"({"alg":"RS256","typ":"JWT")";
  if (!key_id.empty()) header += R"(,"kid":)" + base::to_json_string(key_id);
  header += "}";
  base::SecretBuilder out;
  out.append(to_base64url(header)).append('.').append(to_base64url(claims));
  const auto signature = to_base64url(key.sign(out.reveal()));
  out.append('.').append(signature);
  return std::move(out).take();
}

std::optional<base::WallTime> expiry_of_jwt(std::string_view token) {
  const auto parts = base::split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  auto claims = from_base64url(parts[1]);
  if (!claims) return std::nullopt;
  const auto expiry = json_member(*claims, "exp");
  base::wipe(claims->data(), claims->size());
  if (!expiry || !*expiry) return std::nullopt;
  constexpr unsigned long long last = 1ULL << 33U;  // in the year 2242: what WallTime can hold
  const auto seconds = base::parse_number((*expiry)->reveal());
  if (!seconds || *seconds > last) return std::nullopt;
  return base::WallTime(std::chrono::seconds(*seconds));
}

long long seconds_of(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace secrets
