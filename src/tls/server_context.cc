// SPDX-License-Identifier: Apache-2.0
#include "tls/server_context.h"

#include <memory>
#include <string>

#include "base/encoding.h"
#include "tls/alpn.h"
#include "tls/attached.h"
#include "tls/context.h"

namespace tls {
namespace {

struct Protocols {
  std::string encoded;
};

int choose_protocol(
    SSL* ssl,
    const unsigned char** chosen,
    unsigned char* size,
    const unsigned char* offered,
    unsigned offered_size,
    void*) {
  const auto& ours = Attached<Protocols>::to(SSL_get_SSL_CTX(ssl))->encoded;
  unsigned char* found = nullptr;
  const int outcome = SSL_select_next_proto(
      &found, size, reinterpret_cast<const unsigned char*>(ours.data()),
      static_cast<unsigned>(ours.size()), offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

base::Result<ServerContext> ServerContext::create(std::span<const std::string_view> protocols) {
  auto ours = std::make_unique<Protocols>(TRY(encode_alpn(protocols)));
  const bool speaks_any = !ours->encoded.empty();
  Context context = TRY(make_context(TLS_server_method()));
  SSL_CTX* const c = context.get();
  if (!Attached<Protocols>::attach(c, std::move(ours))) return fail_openssl("set up TLS");
  if (speaks_any) SSL_CTX_set_alpn_select_cb(c, choose_protocol, nullptr);
  // The client runs on this machine: when it puts ChaCha20 first, there is no AES hardware.
  SSL_CTX_set_options(c, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Tickets hold the session: nothing to store here. One is enough, a second would only cost time.
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c, 1);
  SSL_CTX_set_max_early_data(c, 0);
  return ServerContext(std::move(context));
}

base::Result<Ssl> ServerContext::new_session(const Leaf& leaf) const {
  Ssl ssl(SSL_new(context_.get()));
  // A ticket counts only in the context it was given in: that of this host.
  const std::string scope = base::sha256(leaf.host);
  const bool done = ssl && SSL_use_certificate(ssl.get(), leaf.certificate.get()) == 1 &&
                    SSL_use_PrivateKey(ssl.get(), leaf.key.get()) == 1 &&
                    SSL_set_session_id_context(
                        ssl.get(), reinterpret_cast<const unsigned char*>(scope.data()),
                        static_cast<unsigned>(scope.size())) == 1;
  if (!done) return fail_openssl("start TLS towards the program");
  SSL_set_accept_state(ssl.get());
  return ssl;
}

}  // namespace tls
