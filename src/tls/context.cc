// SPDX-License-Identifier: Apache-2.0
#include "tls/context.h"

namespace tls {
namespace {

// AES-128 first: cheapest where there is hardware for it, and as safe as the rest of the handshake.
constexpr const char* tls13_ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* tls12_ciphers = "ECDHE+AESGCM+AES128:ECDHE+CHACHA20:ECDHE+AESGCM:!aNULL";
constexpr const char* groups = "X25519:P-256:P-384";

}  // namespace

base::Result<Context> make_context(const SSL_METHOD* method) {
  Context made(SSL_CTX_new(method));
  SSL_CTX* const context = made.get();
  const bool done = made && SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
                    SSL_CTX_set_max_proto_version(context, 0) == 1 &&
                    SSL_CTX_set_ciphersuites(context, tls13_ciphers) == 1 &&
                    SSL_CTX_set_cipher_list(context, tls12_ciphers) == 1 &&
                    SSL_CTX_set1_groups_list(context, groups) == 1;
  if (!done) return fail_openssl("set up TLS");
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(
      context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  return made;
}

}  // namespace tls
