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

/// Of Amazon's and Google's object stores, which do without.
void remove_checksums(http::Fields& fields) {
  fields.erase_if([](const http::Field& field) {
    const auto name = base::lower(field.name);
    return name.starts_with("x-amz-checksum-") || name == "x-amz-sdk-checksum-algorithm" ||
           name == "x-goog-hash";
  });
}

}  // namespace

void remove_digests(http::Fields& fields) {
  for (const auto name : {"Content-MD5", "Digest", "Content-Digest", "Repr-Digest"})
    fields.erase(name);
  remove_checksums(fields);
}

void mend_digests(http::Fields& fields, std::string_view body) {
  if (fields.contains("Content-MD5")) fields.set("Content-MD5", digest_of("md5", body));
  mend_list(fields, "Digest", Form::bare, body);
  mend_list(fields, "Content-Digest", Form::between_colons, body);
  mend_list(fields, "Repr-Digest", Form::between_colons, body);
  remove_checksums(fields);
}

}  // namespace flow
