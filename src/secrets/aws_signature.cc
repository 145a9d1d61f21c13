// SPDX-License-Identifier: Apache-2.0
#include "secrets/aws_signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/text.h"
#include "secrets/aws_claim.h"
#include "secrets/aws_host.h"
#include "secrets/percent.h"

namespace secrets {
namespace {

using base::Secret;
using sigv4::PathForm;
using sigv4::Scope;
using Kind = AwsClaim::Kind;

constexpr std::string_view payload_field = "X-Amz-Content-Sha256";
constexpr std::string_view unsigned_trailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
constexpr std::size_t length_of_hash = 64;

/// What a signature replaces, in a query; the names are written in one way only.
constexpr std::array<std::string_view, 7> signature_parameters = {
    "X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Date",          "X-Amz-Expires",
    "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Security-Token"};

Unfit unfit(std::string reason) { return {.reason = std::move(reason)}; }

bool is_hash(std::string_view text) {
  return text.size() == length_of_hash &&
         std::ranges::all_of(text, [](char c) { return base::hex_value(c) >= 0; });
}

/// The first that is not empty.
std::string first_of(std::string_view a, std::string_view b, std::string_view c) {
  if (!a.empty()) return std::string(a);
  return std::string(b.empty() ? c : b);
}

/// What the signature is for. The configuration knows best; a program that signs knows its own
/// service, and then the host tells.
Scope scope_of(
    const AwsSignature::Form& form,
    const AwsClaim& claim,
    const RequestView& request,
    base::WallTime now) {
  const auto place = aws_place_of(request.target.host);
  return {
      .day = sigv4::timestamp(now).substr(0, 8),
      .region = first_of(form.region, claim.region, place.region),
      .service = first_of(form.service, claim.service, place.service)};
}

bool is_replaced(const AwsClaim& claim, const AwsSignature::Form& form) {
  return claim.access_key_id == form.dummy;
}

/// What stands for the body in the signature, or why nothing can.
std::variant<std::string, Unfit> payload_of(
    const RequestView& request, std::string_view service, const Circumstances& now) {
  const auto told = request.field(payload_field);
  const bool passes = told && (*told == sigv4::unsigned_payload || *told == unsigned_trailer ||
                               (is_s3(service) && sigv4::is_chunked(*told)));
  if (passes) return std::string(*told);
  if (told && !is_hash(*told)) {
    return unfit(fmt::format(
        "the body is signed in the mode {}, whose signatures cannot be made anew; let the program "
        "send a plain hash or UNSIGNED-PAYLOAD",
        base::escape_for_terminal(*told)));
  }
  if (now.body) return base::to_hex(base::sha256(*now.body));
  if (told) return std::string(*told);
  if (!request.has_body) return base::to_hex(base::sha256({}));
  if (is_s3(service)) return std::string(sigv4::unsigned_payload);
  return unfit(fmt::format(
      "a request to {} is signed together with its body, and this one's is too long, or of unknown "
      "length, to be held until it is whole",
      base::escape_for_terminal(service)));
}

bool is_signed_field(std::string_view name) {
  const auto lower = base::lower(name);
  return lower == "content-type" || lower == "content-md5" ||
         (lower.starts_with("x-amz-") && lower != "x-amz-date" && lower != "x-amz-security-token" &&
          lower != "x-amz-content-sha256");
}

PathForm path_form_of(std::string_view service) {
  return is_s3(service) ? PathForm::as_key : PathForm::normalised;
}

void append_parameter(std::string& query, std::string_view name, std::string_view value) {
  query.append(query.empty() ? "" : "&").append(name).append("=").append(percent_encode(value));
}

std::string signature_of(
    const sigv4::Request& request,
    const std::string& timestamp,
    const Scope& scope,
    const Secret& signing_key) {
  return sigv4::signature(
      signing_key, sigv4::string_to_sign(timestamp, scope, sigv4::canonical_request(request)));
}

/// A presigned URL apart from its signature.
struct Presigned {
  std::string rest{};  // the other parameters, as they were
  std::string expires{};
  std::vector<std::string> names{};  // of the signed fields
};

Presigned take_apart(std::string_view query) {
  Presigned out;
  for (const auto parameter : base::split(query, '&')) {
    const auto equals = std::min(parameter.find('='), parameter.size());
    const auto name = percent_decode_form(parameter.substr(0, equals));
    const auto value =
        percent_decode_form(parameter.substr(std::min(equals + 1, parameter.size())));
    const bool of_signature = std::ranges::any_of(
        signature_parameters, [&](std::string_view each) { return base::iequals(each, name); });
    if (!of_signature) out.rest.append(out.rest.empty() ? "" : "&").append(parameter);
    if (base::iequals(name, "X-Amz-Expires")) out.expires = value;
    if (base::iequals(name, "X-Amz-SignedHeaders")) {
      for (const auto each : base::split(value, ';'))
        out.names.emplace_back(each);
    }
  }
  return out;
}

}  // namespace

Injection AwsSignature::inject(const RequestView& request, const Circumstances& now) const {
  const auto claim = aws_claim_of(request);
  const bool ours = is_replaced(claim, form_);
  switch (claim.kind) {
    case Kind::none:
      break;
    case Kind::field:
      if (!ours && !form_.overwrites) return Kept{};
      break;
    case Kind::other:
      if (!ours && !form_.overwrites) return Kept{};
      if (ours && !claim.name.starts_with("another"))
        return unfit(
            "the request is signed with " + claim.name + "; Signature Version 4 is wanted");
      break;
    case Kind::query:
      if (!ours) return unfit("the URL is presigned with an access key of the program's own");
      break;
    case Kind::other_url:
      return unfit("the URL is presigned with " + claim.name + "; Signature Version 4 is wanted");
  }
  auto scope = scope_of(form_, claim, request, now.now);
  if (scope.region.empty() || scope.service.empty()) {
    return unfit(fmt::format(
        "nothing tells which region and service of AWS {} is: set `region` and `service` of the "
        "credential",
        request.target.host));
  }
  // Whoever serves such a host could show a signature for another service there.
  const auto place = aws_place_of(request.target.host);
  if (place.is_customers && scope.service != place.service && scope.service != form_.service) {
    return unfit(fmt::format(
        "the request is signed for the service {}, and {} is a host of the service {} that anybody "
        "may have",
        base::escape_for_terminal(scope.service), request.target.host, place.service));
  }
  return claim.kind == Kind::query ? sign_in_query(request, scope, now)
                                   : sign_in_field(request, std::move(scope), now);
}

bool AwsSignature::needs_body(const RequestView& request) const {
  const auto claim = aws_claim_of(request);
  const auto scope = scope_of(form_, claim, request, {});
  return request.has_body && !is_s3(scope.service) && !request.field(payload_field);
}

Injection AwsSignature::sign_in_field(
    const RequestView& request, Scope scope, const Circumstances& now) const {
  auto payload = payload_of(request, scope.service, now);
  if (auto* why = std::get_if<Unfit>(&payload)) return std::move(*why);
  const auto& hash = std::get<std::string>(payload);
  const std::string timestamp = sigv4::timestamp(now.now);

  Edits edits{.erased = {"X-Amz-Date", "X-Amz-Security-Token", std::string(payload_field)}};
  std::vector<FieldView> signed_fields{{"host", request.authority}};
  std::ranges::copy_if(request.fields, std::back_inserter(signed_fields), [](const auto& field) {
    return is_signed_field(field.name);
  });
  const auto add = [&](std::string_view name, std::string_view value) {
    const auto& field = edits.fields.emplace_back(std::string(name), Secret(value));
    signed_fields.push_back({name, field.value.reveal()});
  };
  edits.fields.reserve(4);
  add("X-Amz-Date", timestamp);
  if (is_s3(scope.service) || request.field(payload_field)) add(payload_field, hash);
  if (!session_token_.empty()) add("X-Amz-Security-Token", session_token_.reveal());

  auto signing_key = sigv4::signing_key(secret_access_key_, scope);
  auto signature = signature_of(
      {.method = request.target.method,
       .path = request.target.path,
       .query = request.target.query,
       .signed_fields = signed_fields,
       .payload_hash = hash,
       .path_form = path_form_of(scope.service)},
      timestamp, scope, signing_key);
  const std::string authorization = fmt::format(
      "{} Credential={}/{}, SignedHeaders={}, Signature={}", sigv4::algorithm,
      access_key_id_.reveal(), scope.to_string(), sigv4::names_of(signed_fields), signature);
  edits.fields.push_back({.name = "Authorization", .value = Secret(authorization)});
  if (sigv4::is_chunked(hash)) {
    edits.chunks = {
        .signing_key = std::move(signing_key),
        .timestamp = timestamp,
        .scope = std::move(scope),
        .seed = std::move(signature)};
  }
  return edits;
}

Injection AwsSignature::sign_in_query(
    const RequestView& request, const Scope& scope, const Circumstances& now) const {
  const auto presigned = take_apart(request.target.query);
  std::vector<FieldView> signed_fields{{"host", request.authority}};
  for (const auto& name : presigned.names) {
    if (base::iequals(name, "host")) continue;
    for (const auto& field : request.fields)
      if (base::iequals(field.name, name)) signed_fields.push_back(field);
  }
  auto payload = payload_of(request, scope.service, now);
  if (auto* why = std::get_if<Unfit>(&payload)) return std::move(*why);
  std::string hash = std::get<std::string>(std::move(payload));
  if (sigv4::is_chunked(hash))
    return unfit("the URL is presigned, and its body is signed chunk by chunk all the same");
  // A presigned URL of S3 says nothing about the body unless a field does.
  if (is_s3(scope.service) && !request.field(payload_field)) hash = sigv4::unsigned_payload;

  const std::string timestamp = sigv4::timestamp(now.now);
  std::string query = presigned.rest;
  append_parameter(query, "X-Amz-Algorithm", sigv4::algorithm);
  append_parameter(
      query, "X-Amz-Credential", fmt::format("{}/{}", access_key_id_.reveal(), scope.to_string()));
  append_parameter(query, "X-Amz-Date", timestamp);
  if (!presigned.expires.empty()) append_parameter(query, "X-Amz-Expires", presigned.expires);
  if (!session_token_.empty())
    append_parameter(query, "X-Amz-Security-Token", session_token_.reveal());
  append_parameter(query, "X-Amz-SignedHeaders", sigv4::names_of(signed_fields));
  const auto signature = signature_of(
      {.method = request.target.method,
       .path = request.target.path,
       .query = query,
       .signed_fields = signed_fields,
       .payload_hash = hash,
       .path_form = path_form_of(scope.service)},
      timestamp, scope, sigv4::signing_key(secret_access_key_, scope));
  append_parameter(query, "X-Amz-Signature", signature);
  Edits edits;
  edits.query.emplace(query);
  base::wipe(query.data(), query.size());
  return edits;
}

std::vector<std::string_view> AwsSignature::hidden() const {
  std::vector<std::string_view> out{secret_access_key_.reveal(), access_key_id_.reveal()};
  if (!session_token_.empty()) out.push_back(session_token_.reveal());
  return out;
}

}  // namespace secrets
