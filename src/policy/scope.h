// SPDX-License-Identifier: Apache-2.0
#pragma once
// What part of a request a pattern looks at.

#include <optional>
#include <string_view>

namespace policy {

enum class Scope { host, path, url };

constexpr std::string_view name_of(Scope scope) {
  return scope == Scope::host ? "host" : scope == Scope::path ? "path" : "url";
}

constexpr std::optional<Scope> scope_named(std::string_view name) {
  for (const Scope scope : {Scope::host, Scope::path, Scope::url}) {
    if (name == name_of(scope)) return scope;
  }
  return std::nullopt;
}

}  // namespace policy
