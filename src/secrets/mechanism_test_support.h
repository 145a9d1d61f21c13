// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests of what credentials do: requests in a line, and what becomes of them.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "secrets/injectors.h"

namespace secrets::test {

/// A GET of https://api.test/ unless it says otherwise.
struct Asked {
  std::string method = "GET";
  std::string host = "api.test";
  std::string path = "/";
  std::string query{};
  std::vector<std::pair<std::string, std::string>> fields{};
  bool has_body = false;
};

/// An injector of this spec; its host is api.test unless it has one.
inline base::Result<Injector> injector_of(InjectorSpec spec, Material material) {
  spec.name = "x";
  if (!spec.host) spec.host = "api.test";
  auto rule = TRY(InjectorRule::compile(spec));
  return Injector::create(std::move(rule), std::move(material));
}

inline Material token(std::string_view text) { return {.token = base::Secret(text)}; }

/// Calls `see` with the request as a view.
template <class See>
auto with_view(const Asked& asked, See see) {
  std::vector<FieldView> fields;
  for (const auto& [name, value] : asked.fields)
    fields.push_back({name, value});
  const RequestView view{
      .target =
          {.method = asked.method,
           .scheme = "https",
           .host = asked.host,
           .port = 443,
           .path = asked.path,
           .query = asked.query},
      .authority = asked.host,
      .fields = fields,
      .has_body = asked.has_body};
  return see(view);
}

inline Injection inject(
    const Injector& injector, const Asked& asked, const Circumstances& now = {}) {
  return with_view(asked, [&](const RequestView& view) { return injector.inject(view, now); });
}

/// The whole outcome in a line: "Name: value", "?query", "kept", "unfit: why".
inline std::string outcome(
    const Injector& injector, const Asked& asked, const Circumstances& now = {}) {
  const auto injection = inject(injector, asked, now);
  if (std::holds_alternative<Kept>(injection)) return "kept";
  if (const auto* unfit = std::get_if<Unfit>(&injection)) return "unfit: " + unfit->reason;
  std::string out;
  const auto& edits = std::get<Edits>(injection);
  for (const auto& field : edits.fields)
    out += (out.empty() ? "" : "\n") + field.name + ": " + std::string(field.value.reveal());
  if (edits.query) out += "?" + std::string(edits.query->reveal());
  return out;
}

/// What comes to stand in one field.
inline std::string field_of(const Injection& injection, std::string_view name) {
  const auto* edits = std::get_if<Edits>(&injection);
  if (edits == nullptr) return "no edits";
  for (const auto& field : edits->fields)
    if (base::iequals(field.name, name)) return std::string(field.value.reveal());
  return "none";
}

}  // namespace secrets::test
