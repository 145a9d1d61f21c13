// SPDX-License-Identifier: Apache-2.0
#pragma once
// AWS Signature Version 4: the arithmetic alone, nothing about when and with what.
//
// A request becomes one canonical text; its hash, the time and the scope become the text to sign;
// the key to sign with is derived from the secret for one day, region and service.

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "secrets/request_view.h"

namespace secrets::sigv4 {

inline constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

/// How a path is written in the canonical request.
enum class PathForm {
  as_key,      // S3: each segment escaped once, nothing else changed
  normalised,  // others: without dot and empty segments, and what was sent is escaped once more
};

struct Scope {
  std::string day;  // "20150830"
  std::string region;
  std::string service;

  /// "20150830/us-east-1/service/aws4_request"
  std::string to_string() const;
};

struct Request {
  std::string_view method;
  std::string_view path;   // as sent
  std::string_view query;  // as sent, without '?'
  std::vector<FieldView> signed_fields;
  std::string_view payload_hash;  // hexadecimal, or what stands in for it
  PathForm path_form = PathForm::normalised;
};

std::string hex_sha256(std::string_view bytes);

/// "20150830T123600Z"
std::string timestamp(base::WallTime time);

std::string canonical_path(std::string_view path, PathForm form);
/// Sorted by name and value; `+` is read as a blank.
std::string canonical_query(std::string_view query);
/// "host;x-amz-date": lower case, sorted, each once.
std::string names_of(const std::vector<FieldView>& fields);
std::string canonical_request(const Request& request);
std::string string_to_sign(
    std::string_view timestamp, const Scope& scope, std::string_view canonical_request);

base::Secret signing_key(const base::Secret& secret_access_key, const Scope& scope);
/// Hexadecimal.
std::string signature(const base::Secret& signing_key, std::string_view string_to_sign);

}  // namespace secrets::sigv4
