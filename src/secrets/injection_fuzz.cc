// SPDX-License-Identifier: Apache-2.0
// Heads as a program may send them: its query, its path, then fields, a line each. Whatever they
// say, a credential is there once or not at all.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "secrets/injectors.h"
#include "secrets/percent.h"
#include "secrets/sigv4.h"

namespace {

using namespace secrets;

void require(bool fact) {
  if (!fact) std::abort();
}

Injector injector_of(InjectorSpec spec) {
  spec.name = "x";
  spec.host = "api.test";
  Material material{
      .token = base::Secret("s3cret-key"), .access_key_id = base::Secret("AKIDOFTHEFUZZER")};
  return Injector::create(InjectorRule::compile(spec).value(), std::move(material)).value();
}

std::size_t count_parameters(std::string_view query, std::string_view name) {
  std::size_t count = 0;
  for (const auto parameter : base::split(query, '&'))
    count += percent_decode_form(parameter.substr(0, parameter.find('='))) == name ? 1U : 0U;
  return count;
}

std::size_t count_cookies(std::string_view cookies, std::string_view name) {
  std::size_t count = 0;
  for (const auto piece : base::split(cookies, ';'))
    count += base::trim(piece.substr(0, piece.find('='))) == name ? 1U : 0U;
  return count;
}

const Edits* edits_of(const Injection& injection) { return std::get_if<Edits>(&injection); }

void try_query(const RequestView& request) {
  static const Injector injector = injector_of({.name = "x", .type = "query", .parameter = "key"});
  const auto injection = injector.inject(request, {});
  if (const auto* edits = edits_of(injection))
    require(count_parameters(edits->query->reveal(), "key") == 1);
  else
    require(count_parameters(request.target.query, "key") > 0);
}

void try_cookie(const RequestView& request) {
  static const Injector injector = injector_of({.name = "x", .type = "cookie", .cookie = "sid"});
  const auto injection = injector.inject(request, {});
  if (const auto* edits = edits_of(injection))
    require(count_cookies(edits->fields.at(0).value.reveal(), "sid") == 1);
}

void try_field(const RequestView& request) {
  static const Injector injector = injector_of({.name = "x", .type = "bearer"});
  const auto injection = injector.inject(request, {});
  if (edits_of(injection) == nullptr) require(request.field("authorization").has_value());
}

void try_aws(const RequestView& request) {
  static const Injector injector =
      injector_of({.name = "x", .type = "aws-sigv4", .region = "eu-west-1", .service = "s3"});
  const auto injection = injector.inject(request, {});
  const auto* edits = edits_of(injection);
  if (edits == nullptr) return;
  if (edits->query) {
    for (const auto* name : {"X-Amz-Signature", "X-Amz-Credential", "X-Amz-Date"})
      require(count_parameters(edits->query->reveal(), name) == 1);
    require(!edits->query->reveal().contains("s3cret-key"));
    return;
  }
  const auto authorization = edits->fields.back().value.reveal();
  require(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDOFTHEFUZZER/"));
  require(!authorization.contains("s3cret-key"));
}

void try_canonical_forms(const RequestView& request) {
  const auto query = sigv4::canonical_query(request.target.query);
  require(sigv4::canonical_query(query) == query);
  const auto path = sigv4::canonical_path(request.target.path, sigv4::PathForm::as_key);
  require(sigv4::canonical_path(path, sigv4::PathForm::as_key) == path);
  require(sigv4::canonical_path(request.target.path, sigv4::PathForm::normalised).starts_with('/'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.contains("s3cret-key")) return 0;  // what the program knows itself is no leak
  const auto lines = base::split(input, '\n');
  RequestView request{
      .target = {.method = "GET", .scheme = "https", .host = "api.test", .port = 443, .path = "/"},
      .authority = "api.test"};
  request.target.query = lines[0];
  if (lines.size() > 1 && !lines[1].empty()) request.target.path = lines[1];
  std::vector<FieldView> fields;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const auto colon = lines[i].find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back({lines[i].substr(0, colon), base::trim(lines[i].substr(colon + 1))});
  }
  request.fields = fields;
  request.has_body = fields.size() % 2 == 1;
  try_query(request);
  try_cookie(request);
  try_field(request);
  try_aws(request);
  try_canonical_forms(request);
  return 0;
}
