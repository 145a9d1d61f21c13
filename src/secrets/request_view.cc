// SPDX-License-Identifier: Apache-2.0
#include "secrets/request_view.h"

#include <algorithm>

#include "base/text.h"

namespace secrets {

std::optional<std::string_view> RequestView::field(std::string_view name) const {
  const auto found = std::ranges::find_if(
      fields, [&](const FieldView& field) { return base::iequals(field.name, name); });
  if (found == fields.end()) return std::nullopt;
  return found->value;
}

}  // namespace secrets
