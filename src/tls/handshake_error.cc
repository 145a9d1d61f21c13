// SPDX-License-Identifier: Apache-2.0
#include "tls/handshake_error.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/text.h"
#include "tls/handle.h"
#include "tls/upstream_context.h"

namespace tls {
namespace {

using base::Error;
using base::ErrorKind;

constexpr int ech_required_alert = SSL_AD_REASON_OFFSET + 121;  // RFC 9849, 5

struct FreeAddress {
  void operator()(char* text) const noexcept { OPENSSL_free(text); }
};

/// The host the session was made for: our own text, not the peer's.
std::string expected_host(const SSL* ssl) {
  X509_VERIFY_PARAM* const expected = SSL_get0_param(const_cast<SSL*>(ssl));
  if (const char* host = X509_VERIFY_PARAM_get0_host(expected, 0)) return host;
  const std::unique_ptr<char, FreeAddress> address(X509_VERIFY_PARAM_get1_ip_asc(expected));
  return address ? base::lower(address.get()) : "the server";
}

std::string why_not_trusted(long code) {
  switch (code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "it was issued for another name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "it has expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "it is not valid yet";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self-signed certificate";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "its root is unknown here";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "its issuer is unknown here";
    default:
      return X509_verify_cert_error_string(code);
  }
}

/// Adding a root helps only where the chain is what is wrong.
std::string hint_for(long code) {
  switch (code) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "if you trust its authority, add that to [upstream] ca_files";
    default:
      return {};
  }
}

}  // namespace

Error explain_upstream_failure(const SSL* ssl) {
  const std::string host = expected_host(ssl);
  const std::string reasons = take_openssl_errors();
  if (const long code = SSL_get_verify_result(ssl); code != X509_V_OK) {
    return {
        .kind = ErrorKind::denied,
        .message =
            fmt::format("the certificate of {} is not trusted: {}", host, why_not_trusted(code)),
        .hint = hint_for(code)};
  }
  return {
      .kind = ErrorKind::unavailable,
      .message = fmt::format(
          "no TLS with {}: {}{}", host, reasons.empty() ? "the connection was closed" : reasons,
          asked_in_vain(ssl) ? "; it asked for a client certificate, and there is none" : "")};
}

bool was_refused_for_its_protocols() {
  return ERR_GET_REASON(ERR_peek_error()) == SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL;
}

ClientFailure explain_client_failure() {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  const std::string reasons = take_openssl_errors();
  switch (reason) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return {ClientFailure::Kind::distrust, "it answered with the alert unknown_ca"};
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
      return {ClientFailure::Kind::distrust, "it answered with the alert bad_certificate"};
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
      return {ClientFailure::Kind::distrust, "it answered with the alert certificate_unknown"};
    case ech_required_alert:
      return {ClientFailure::Kind::other, "it insists on Encrypted ClientHello"};
    case 0:
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
      return {ClientFailure::Kind::left, "it closed the connection"};
    default:
      return {ClientFailure::Kind::other, reasons};
  }
}

}  // namespace tls
