// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: keys, made once, and the other side of a signature.

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/secret.h"
#include "base/text.h"

namespace secrets::test {

enum class Pem { pkcs8, pkcs1, encrypted };

using Key = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;

/// The one key of this size.
inline EVP_PKEY* rsa_key(unsigned bits = 2048) {
  static std::map<unsigned, Key> keys;
  auto found = keys.find(bits);
  if (found == keys.end())
    found = keys.emplace(bits, Key(::EVP_RSA_gen(bits), ::EVP_PKEY_free)).first;
  return found->second.get();
}

inline base::Secret pem_of(EVP_PKEY* key, Pem form) {
  const std::unique_ptr<BIO, decltype(&::BIO_free_all)> out(
      ::BIO_new(::BIO_s_mem()), ::BIO_free_all);
  if (form == Pem::pkcs1)
    ::PEM_write_bio_PrivateKey_traditional(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  else if (form == Pem::encrypted)
    ::PEM_write_bio_PKCS8PrivateKey(
        out.get(), key, ::EVP_aes_128_cbc(), "pass", 4, nullptr, nullptr);
  else
    ::PEM_write_bio_PKCS8PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const auto size = ::BIO_get_mem_data(out.get(), &text);
  return base::Secret({text, static_cast<std::size_t>(size)});
}

inline base::Secret rsa_pem(Pem form = Pem::pkcs8, unsigned bits = 2048) {
  return pem_of(rsa_key(bits), form);
}

inline base::Secret ec_pem() {
  const Key key(::EVP_EC_gen("P-256"), ::EVP_PKEY_free);
  return pem_of(key.get(), Pem::pkcs8);
}

inline std::string from_base64url(std::string_view text) {
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  standard.append((4 - standard.size() % 4) % 4, '=');
  return base::from_base64(standard).value_or("not base64url");
}

struct VerifiedJwt {
  std::string header;
  std::string claims;
  bool is_valid = false;  // by rsa_key()
};

inline VerifiedJwt verify_jwt(std::string_view token) {
  const auto parts = base::split(token, '.');
  if (parts.size() != 3) return {};
  const auto is_signed = token.substr(0, parts[0].size() + 1 + parts[1].size());
  const auto signature = from_base64url(parts[2]);
  const std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context(
      ::EVP_MD_CTX_new(), ::EVP_MD_CTX_free);
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  ::EVP_DigestVerifyInit(context.get(), nullptr, ::EVP_sha256(), nullptr, rsa_key());
  const int valid = ::EVP_DigestVerify(
      context.get(), bytes(signature), signature.size(), bytes(is_signed), is_signed.size());
  return {
      .header = from_base64url(parts[0]),
      .claims = from_base64url(parts[1]),
      .is_valid = valid == 1};
}

}  // namespace secrets::test
