// SPDX-License-Identifier: Apache-2.0
#include "tls/upstream_context.h"

#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "tls/alpn.h"
#include "tls/attached.h"
#include "tls/context.h"
#include "tls/host_name.h"
#include "tls/roots.h"
#include "tls/session_cache.h"

namespace tls {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t most_servers = 1024;

/// Under which name the sessions of this connection are kept, and what its server wanted.
struct Server {
  std::string name;
  bool asked_in_vain = false;
};

/// OpenSSL calls this when a certificate is asked for and none was given to the session.
int show_none(SSL* ssl, X509**, EVP_PKEY**) {
  if (auto* server = Attached<Server>::to(ssl)) server->asked_in_vain = true;
  return 0;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  const auto* server = Attached<Server>::to(ssl);
  auto* cache = Attached<SessionCache>::to(SSL_get_SSL_CTX(ssl));
  if (server == nullptr || cache == nullptr) return 0;
  cache->put(server->name, Session(session));
  return 1;  // the reference is ours now
}

/// The name that the certificate must have: nothing else about the server is believed.
bool expect_host(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(ssl);
  // As browsers do: only subject alternative names count, and `*` stands for a whole label.
  X509_VERIFY_PARAM_set_hostflags(
      expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  if (!is_host_name(host)) return X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1;
  return SSL_set_tlsext_host_name(ssl, host.c_str()) == 1 &&
         X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1;
}

bool offer(SSL* ssl, const std::string& protocols) {
  // This function, unlike its neighbours, returns 0 on success.
  return protocols.empty() || SSL_set_alpn_protos(
                                  ssl, reinterpret_cast<const unsigned char*>(protocols.data()),
                                  static_cast<unsigned>(protocols.size())) == 0;
}

bool resume_latest(SSL* ssl, const std::string& server) {
  const Session session = Attached<SessionCache>::to(SSL_get_SSL_CTX(ssl))->take(server);
  return !session || SSL_set_session(ssl, session.get()) == 1;
}

}  // namespace

bool asked_in_vain(const SSL* session) {
  const auto* server = Attached<Server>::to(session);
  return server != nullptr && server->asked_in_vain;
}

Result<UpstreamContext> UpstreamContext::create(const UpstreamTrust& trust) {
  Context context = TRY(make_context(TLS_client_method()));
  SSL_CTX* const c = context.get();
  if (trust.system_roots == SystemRoots::trusted) TRY_VOID(trust_system_roots(c));
  for (const auto& file : trust.ca_files)
    TRY_VOID(trust_file(c, file));
  // An intermediate authority in ca_files is trusted as it stands, as with curl and Go.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(c), X509_V_FLAG_PARTIAL_CHAIN);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_client_cert_cb(c, show_none);
  if (!Attached<SessionCache>::attach(c, std::make_unique<SessionCache>(most_servers))) {
    return fail_openssl("set up TLS");
  }
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(c, keep_session);
  return UpstreamContext(std::move(context));
}

Result<Ssl> UpstreamContext::new_session(
    std::string_view host,
    std::uint16_t port,
    std::span<const std::string_view> protocols,
    const ClientIdentity* identity) const {
  const std::string name(host);
  if (host.contains('\0')) return base::fail(ErrorKind::invalid, "a host name cannot contain NUL");
  const std::string encoded = TRY(encode_alpn(protocols));
  auto server = std::make_unique<Server>(name + " " + std::to_string(port));
  if (identity != nullptr) server->name += " " + identity->fingerprint();
  const std::string server_name = server->name;

  Ssl ssl(SSL_new(context_.get()));
  SSL* const s = ssl.get();
  const bool done = ssl && expect_host(s, name) && offer(s, encoded) &&
                    (identity == nullptr || identity->give_to(s)) &&
                    Attached<Server>::attach(s, std::move(server)) && resume_latest(s, server_name);
  if (!done) return fail_openssl("start TLS towards a server");
  SSL_set_connect_state(s);
  return ssl;
}

}  // namespace tls
