// SPDX-License-Identifier: Apache-2.0
#include "secrets/sigv4.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "base/encoding.h"
#include "base/text.h"
#include "secrets/percent.h"
#include "secrets/value_format.h"

namespace secrets::sigv4 {
namespace {

using base::Secret;

std::vector<std::string_view> without_dots(const std::vector<std::string_view>& segments) {
  std::vector<std::string_view> kept;
  for (const auto segment : segments) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..")
      kept.push_back(segment);
    else if (!kept.empty())
      kept.pop_back();
  }
  return kept;
}

/// "/a/./b//../c" → "/a/c", "/a/" → "/a/": the last slash stays.
std::string normalised(std::string_view path) {
  const auto segments = base::split(path, '/');
  const auto last = segments.back();
  std::string out;
  for (const auto segment : without_dots(segments))
    out.append("/").append(segment);
  const bool is_directory = last.empty() || last == "." || last == "..";
  if (out.empty() || is_directory) out += '/';
  return out;
}

/// Without blanks at the ends, and with one where there were several.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : base::trim(value)) {
    if (c != ' ' || !out.ends_with(' ')) out += c;
  }
  return out;
}

/// Values by name in lower case; several of one name are a list, in their order.
std::map<std::string, std::string> canonical_fields(const std::vector<FieldView>& fields) {
  std::map<std::string, std::string> out;
  for (const auto& field : fields) {
    const auto [place, is_new] = out.try_emplace(base::lower(field.name));
    if (!is_new) place->second += ',';
    place->second += canonical_value(field.value);
  }
  return out;
}

Secret hmac(const Secret& key, std::string_view text) {
  std::string made = base::hmac_sha256(key.reveal(), text);
  Secret out(made);
  base::wipe(made.data(), made.size());
  return out;
}

}  // namespace

std::string hex_sha256(std::string_view bytes) { return base::to_hex(base::sha256(bytes)); }

std::string Scope::to_string() const {
  return fmt::format("{}/{}/{}/aws4_request", day, region, service);
}

std::string timestamp(base::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format(
      "{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)));
}

std::string canonical_path(std::string_view path, PathForm form) {
  if (form == PathForm::normalised) return percent_encode(normalised(path), "/");
  std::string out;
  for (const auto segment : base::split(path.substr(path.starts_with('/') ? 1 : 0), '/'))
    out.append("/").append(percent_encode(percent_decode(segment)));
  return out;
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto piece : base::split(query, '&')) {
    if (piece.empty()) continue;
    const auto equals = std::min(piece.find('='), piece.size());
    const auto value = piece.substr(std::min(equals + 1, piece.size()));
    parameters.emplace_back(
        percent_encode(percent_decode_form(piece.substr(0, equals))),
        percent_encode(percent_decode_form(value)));
  }
  std::ranges::sort(parameters);
  std::string out;
  for (const auto& [name, value] : parameters)
    out.append(out.empty() ? "" : "&").append(name).append("=").append(value);
  return out;
}

std::string names_of(const std::vector<FieldView>& fields) {
  std::string out;
  for (const auto& [name, value] : canonical_fields(fields))
    out.append(out.empty() ? "" : ";").append(name);
  return out;
}

std::string canonical_request(const Request& request) {
  std::string fields;
  for (const auto& [name, value] : canonical_fields(request.signed_fields))
    fields.append(name).append(":").append(value).append("\n");
  return fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}", request.method, canonical_path(request.path, request.path_form),
      canonical_query(request.query), fields, names_of(request.signed_fields),
      request.payload_hash);
}

std::string string_to_sign(
    std::string_view timestamp, const Scope& scope, std::string_view canonical_request) {
  return fmt::format(
      "{}\n{}\n{}\n{}", algorithm, timestamp, scope.to_string(), hex_sha256(canonical_request));
}

Secret signing_key(const Secret& secret_access_key, const Scope& scope) {
  Secret key = render("AWS4{token}", secret_access_key);
  for (const std::string_view part :
       {std::string_view(scope.day), std::string_view(scope.region),
        std::string_view(scope.service), std::string_view("aws4_request")})
    key = hmac(key, part);
  return key;
}

std::string signature(const Secret& signing_key, std::string_view string_to_sign) {
  return base::to_hex(base::hmac_sha256(signing_key.reveal(), string_to_sign));
}

}  // namespace secrets::sigv4
