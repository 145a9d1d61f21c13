// SPDX-License-Identifier: Apache-2.0
#include "tokens/chain.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <new>
#include <stdexcept>

#include "base/text.h"
#include "tokens/bytes.h"
#include "tokens/msgpack.h"

namespace tokens {
namespace {

[[noreturn]] void throw_unavailable() {
  throw std::runtime_error("HMAC-SHA256 is not available in this OpenSSL");
}

/// A context for HMAC-SHA256 without key. Looking the algorithms up takes longer than using them,
/// so it is done once and copied.
EVP_MAC_CTX* make_prototype() {
  EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (mac == nullptr) throw_unavailable();
  EVP_MAC_CTX* const context = EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);
  char digest[] = "SHA256";
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  if (context == nullptr || EVP_MAC_CTX_set_params(context, parameters.data()) != 1)
    throw_unavailable();
  return context;
}

EVP_MAC_CTX* copy_of_prototype() {
  static const EVP_MAC_CTX* const prototype = make_prototype();
  EVP_MAC_CTX* const context = EVP_MAC_CTX_dup(prototype);
  if (context == nullptr) throw std::bad_alloc();
  return context;
}

}  // namespace

void Chain::FreeContext::operator()(evp_mac_ctx_st* context) const noexcept {
  EVP_MAC_CTX_free(context);
}

Chain::Chain(std::string_view root_key, const Nonce& nonce) : context_(copy_of_prototype()) {
  begin(root_key);
  feed(encode(nonce));
  tail_ = end();
}

Chain::Chain(const Tail& tail) : context_(copy_of_prototype()), tail_(tail) {}

void Chain::add(const Caveat& caveat) {
  std::string head;
  msgpack::append_array(head, 2);
  msgpack::append_unsigned(head, caveat.kind());
  begin(view(tail_));
  feed(head);
  feed(caveat.body());
  tail_ = end();
}

Tail Chain::sealed() {
  begin("proof-signature-finalization");
  feed(view(tail_));
  return end();
}

void Chain::begin(std::string_view key) {
  if (EVP_MAC_init(context_.get(), bytes_of(key), key.size(), nullptr) != 1) throw_unavailable();
}

void Chain::feed(std::string_view bytes) {
  if (EVP_MAC_update(context_.get(), bytes_of(bytes), bytes.size()) != 1) throw_unavailable();
}

Tail Chain::end() {
  Tail tail;
  std::size_t size = 0;
  auto* const out = reinterpret_cast<unsigned char*>(tail.data());
  if (EVP_MAC_final(context_.get(), out, &size, tail.size()) != 1 || size != tail.size())
    throw_unavailable();
  return tail;
}

bool equal(const Tail& a, const Tail& b) { return base::equal_in_constant_time(view(a), view(b)); }

}  // namespace tokens
