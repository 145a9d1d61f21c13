// SPDX-License-Identifier: Apache-2.0
#include "secrets/presets.h"

#include <algorithm>

namespace secrets {
namespace {

constexpr std::array presets = {
    Preset{
        .name = "github",
        .host = "api.github.com",
        .header = "Authorization",
        .value_format = "Bearer {token}",
        .environment = {"GITHUB_TOKEN", "GH_TOKEN"}},
};

}  // namespace

const Preset* preset_named(std::string_view name) {
  const auto* found = std::ranges::find(presets, name, &Preset::name);
  return found != presets.end() ? found : nullptr;
}

std::vector<std::string_view> preset_names() {
  std::vector<std::string_view> names;
  names.reserve(presets.size());
  for (const auto& preset : presets)
    names.push_back(preset.name);
  return names;
}

}  // namespace secrets
