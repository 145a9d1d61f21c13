// SPDX-License-Identifier: Apache-2.0
#include "flow/body_digests.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/encoding.h"
#include "base/text.h"

namespace flow {
namespace {

/// How the fields that list digests write one.
enum class Form { bare, between_colons };

/// The hash in base64; nothing when the algorithm is another one.
std::string digest_of(std::string_view algorithm, std::string_view body) {
  const EVP_MD* method = nullptr;
  if (base::iequals(algorithm, "md5")) method = EVP_md5();
  if (base::iequals(algorithm, "sha-256")) method = EVP_sha256();
  if (base::iequals(algorithm, "sha-512")) method = EVP_sha512();
  if (method == nullptr) return {};
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  if (EVP_Digest(body.data(), body.size(), bytes.data(), &size, method, nullptr) != 1)
    throw std::runtime_error(std::string(algorithm) + " is not available in this OpenSSL");
  return base::to_base64({reinterpret_cast<const char*>(bytes.data()), size});
}

/// "sha-256=…, md5=…" with what can be made anew.
std::string list_of(
    const http::Fields& fields, std::string_view name, Form form, std::string_view body) {
  std::string out;
  for (const auto element : fields.tokens(name)) {
    const auto algorithm = base::trim(element.substr(0, element.find('=')));
    const auto digest = digest_of(algorithm, body);
    if (digest.empty()) continue;
    const std::string_view mark = form == Form::between_colons ? ":" : "";
    out.append(out.empty() ? "" : ", ").append(algorithm).append("=");
    out.append(mark).append(digest).append(mark);
  }
  return out;
}

void mend(http::Fields& fields, std::string_view name, std::string value) {
  if (value.empty())
    fields.erase(name);
  else
    fields.set(name, std::move(value));
}

void mend_list(http::Fields& fields, std::string_view name, Form form, std::string_view body) {
  if (fields.contains(name)) mend(fields, name, list_of(fields, name, form, body));
}

constexpr std::array<const char*, 4> digest_names{
    "content-md5", "digest", "content-digest", "repr-digest"};

/// Of Amazon's and Google's object stores, which do without.
bool is_checksum(std::string_view name) {
  return name.starts_with("x-amz-checksum-") || name == "x-amz-sdk-checksum-algorithm" ||
         name == "x-goog-hash";
}

void remove_checksums(http::Fields& fields) {
  fields.erase_if([](const http::Field& field) { return is_checksum(base::lower(field.name)); });
}

/// The hash of the body, and no word that stands for none.
bool is_aws_hash(std::string_view name, std::string_view value) {
  constexpr std::size_t digits = 64;
  return name == "x-amz-content-sha256" && value.size() == digits;
}

/// RFC 9421, and what web hooks have.
bool is_signature(std::string_view name) {
  return name == "signature-input" || name.starts_with("x-hub-signature");
}

}  // namespace

void remove_digests(http::Fields& fields) {
  for (const auto* name : digest_names)
    fields.erase(name);
  remove_checksums(fields);
}

std::vector<std::string> stale_fields(const http::Fields& fields, Repaired repaired) {
  std::vector<std::string> out;
  for (const auto& field : fields) {
    auto name = base::lower(field.name);
    const bool is_digest = std::ranges::find(digest_names, name) != digest_names.end();
    const bool is_stale = is_signature(name) ||
                          (!repaired.digests && (is_digest || is_checksum(name))) ||
                          (!repaired.aws_signature && is_aws_hash(name, field.value));
    if (is_stale) out.push_back(std::move(name));
  }
  return out;
}

void mend_digests(http::Fields& fields, std::string_view body) {
  if (fields.contains("Content-MD5")) fields.set("Content-MD5", digest_of("md5", body));
  mend_list(fields, "Digest", Form::bare, body);
  mend_list(fields, "Content-Digest", Form::between_colons, body);
  mend_list(fields, "Repr-Digest", Form::between_colons, body);
  remove_checksums(fields);
}

}  // namespace flow
