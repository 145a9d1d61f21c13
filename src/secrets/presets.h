// SPDX-License-Identifier: Apache-2.0
#pragma once
// Credentials whose form is known: only the token is missing.

#include <array>
#include <string_view>
#include <vector>

namespace secrets {

struct Preset {
  std::string_view name;
  std::string_view host;
  std::string_view header;
  std::string_view value_format;
  std::array<std::string_view, 2>
      environment;  // where the token is looked for when no source is given, in this order
};

/// Null for a name that is none.
const Preset* preset_named(std::string_view name);
std::vector<std::string_view> preset_names();

}  // namespace secrets
