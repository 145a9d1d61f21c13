// SPDX-License-Identifier: Apache-2.0
#include "secrets/refresh_of.h"

#include <algorithm>

namespace secrets {

Refresh refresh_of(
    std::span<const Source* const> sources,
    const Environment& environment,
    const std::filesystem::path& home) {
  Refresh out;
  for (const auto* source : sources) {
    if (source->max_age) out.age = std::min(out.age.value_or(*source->max_age), *source->max_age);
    out.after_use = out.after_use || source->on_demand;
    const auto file = file_of(*source, environment, home);
    if (!file.empty()) out.files.push_back(file);
  }
  return out;
}

}  // namespace secrets
