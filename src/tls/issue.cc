// SPDX-License-Identifier: Apache-2.0
#include "tls/issue.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>

#include "base/encoding.h"
#include "tls/host_name.h"

namespace tls {
namespace {

using base::ErrorKind;
using base::Result;
using CertificateExtension = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using OctetString = std::unique_ptr<ASN1_OCTET_STRING, FreeWith<ASN1_OCTET_STRING_free>>;
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;

constexpr std::size_t longest_common_name = 64;  // RFC 5280, ub-common-name

std::time_t to_seconds(base::WallTime time) {
  return std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
}

/// 127 random bits: positive, and unique without a list of what was given out.
bool set_serial(X509* certificate) {
  std::string bytes = base::random_bytes(16);
  bytes[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0x3FU) | 0x40U);
  const Number number(BN_bin2bn(
      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()),
      nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_validity(X509* certificate, base::WallTime from, base::WallTime to) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), to_seconds(from)) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), to_seconds(to)) != nullptr;
}

bool set_common_name(X509* certificate, std::string_view name) {
  return X509_NAME_add_entry_by_NID(
             X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8,
             reinterpret_cast<const unsigned char*>(name.data()), static_cast<int>(name.size()), -1,
             0) == 1;
}

/// An extension from OpenSSL's text form; for fixed texts only, a host name never goes through its
/// parser.
bool add_extension(X509* certificate, X509* issuer, int kind, const char* text) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const CertificateExtension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, text));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

GeneralNames alternative_name(std::string_view host) {
  GeneralNames names(GENERAL_NAMES_new());
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (!names || name == nullptr || sk_GENERAL_NAME_push(names.get(), name) == 0) {
    GENERAL_NAME_free(name);
    return nullptr;
  }
  if (is_host_name(host)) {
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
    return text != nullptr && ASN1_STRING_set(text, host.data(), static_cast<int>(host.size())) == 1
               ? std::move(names)
               : nullptr;
  }
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(std::string(host).c_str());
  if (address == nullptr) return nullptr;
  GENERAL_NAME_set0_value(name, GEN_IPADD, address);
  return names;
}

bool is_address(std::string_view host) {
  if (host.contains('\0')) return false;
  return OctetString(a2i_IPADDRESS(std::string(host).c_str())) != nullptr;
}

bool add_leaf_extensions(X509* leaf, X509* authority, std::string_view host) {
  const GeneralNames names = alternative_name(host);
  return names &&
         X509_add1_ext_i2d(leaf, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) == 1 &&
         add_extension(leaf, authority, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(leaf, authority, NID_key_usage, "critical,digitalSignature") &&
         add_extension(leaf, authority, NID_ext_key_usage, "serverAuth") &&
         add_extension(leaf, authority, NID_authority_key_identifier, "keyid:always");
}

/// In the form of OpenSSL 1.1: X509_set_pubkey takes such a key as it is, but encodes one of a
/// provider and decodes it again, which is three quarters of the time that a leaf takes to make.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
PrivateKey generate_p256_key() {
  constexpr auto free = [](EC_KEY* curve_key) { EC_KEY_free(curve_key); };
  const std::unique_ptr<EC_KEY, decltype(free)> curve_key(
      EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  PrivateKey key(EVP_PKEY_new());
  const bool done = key && curve_key && EC_KEY_generate_key(curve_key.get()) == 1 &&
                    EVP_PKEY_set1_EC_KEY(key.get(), curve_key.get()) == 1;
  return done ? std::move(key) : nullptr;
}
#pragma clang diagnostic pop

bool sign(X509* certificate, const PrivateKey& key) {
  return X509_sign(certificate, key.get(), EVP_sha256()) > 0;
}

}  // namespace

Result<PrivateKey> generate_key(KeyKind kind) {
  constexpr std::size_t rsa_bits = 2048;
  PrivateKey key = kind == KeyKind::rsa ? PrivateKey(EVP_RSA_gen(rsa_bits)) : generate_p256_key();
  if (!key) return fail_openssl("generate a key");
  return key;
}

Result<Certificate> issue_authority(
    const PrivateKey& key, std::string_view common_name, base::WallTime now) {
  Certificate made(X509_new());
  X509* const x = made.get();
  const bool done = made && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
                    set_validity(x, now - clock_tolerance, now + authority_lifetime) &&
                    set_common_name(x, common_name) &&
                    X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 &&
                    X509_set_pubkey(x, key.get()) == 1 &&
                    add_extension(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    add_extension(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                    add_extension(x, x, NID_subject_key_identifier, "hash") && sign(x, key);
  if (!done) return fail_openssl("make the certificate authority");
  return made;
}

Result<Certificate> issue_leaf(
    std::string_view host,
    const PrivateKey& leaf_key,
    const Certificate& authority,
    const PrivateKey& authority_key,
    base::WallTime now) {
  if (!is_host_name(host) && !is_address(host)) {
    return base::fail(
        ErrorKind::invalid,
        "no certificate can be made for a name that is not a host name or an address");
  }
  Certificate made(X509_new());
  X509* const x = made.get();
  const auto until = std::min<base::WallTime>(now + leaf_lifetime, expiry_of(authority));
  const auto name = host.size() <= longest_common_name ? host : std::string_view("lazaret");
  const bool done = made && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
                    set_validity(x, now - clock_tolerance, until) && set_common_name(x, name) &&
                    X509_set_issuer_name(x, X509_get_subject_name(authority.get())) == 1 &&
                    X509_set_pubkey(x, leaf_key.get()) == 1 &&
                    add_leaf_extensions(x, authority.get(), host) && sign(x, authority_key);
  if (!done) return fail_openssl(fmt::format("make a certificate for {}", host));
  return made;
}

std::string to_pem(const Certificate& certificate) {
  const Bio out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

base::WallTime expiry_of(const Certificate& certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &time) != 1) return {};
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

}  // namespace tls
