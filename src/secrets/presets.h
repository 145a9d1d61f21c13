// SPDX-License-Identifier: Apache-2.0
#pragma once
// Credentials whose form is known: only the token is missing.

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "secrets/credential_type.h"

namespace secrets {

struct Preset {
  /// Where a value is looked for when no source is given, in this order; empty ones do not count.
  using Variables = std::array<std::string_view, 3>;

  std::string_view name;
  bool completes = false;  // it does so for a section of its name that says host and header itself
  CredentialType type = CredentialType::header;
  std::string_view host;
  std::string_view header{};
  std::string_view value_format{};
  std::string_view username{};
  std::string_view username_variable{};     // what the program looks for `username` in
  std::array<std::string_view, 4> paths{};  // narrows it, unless the credential names its own
  Variables environment{};                  // the token
  Variables username_environment{};
  Variables access_key_environment{};
  Variables session_environment{};
};

/// Null for a name that is none.
const Preset* preset_named(std::string_view name);
std::span<const Preset> all_presets();
std::vector<std::string_view> preset_names();

}  // namespace secrets
