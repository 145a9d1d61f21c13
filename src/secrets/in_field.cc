// SPDX-License-Identifier: Apache-2.0
#include "secrets/in_field.h"

#include <algorithm>

#include "base/text.h"
#include "secrets/dummy.h"

namespace secrets {

Injection InField::inject(const RequestView& request, const Circumstances&) const {
  const bool replaced = std::ranges::all_of(request.fields, [this](const FieldView& field) {
    return !base::iequals(field.name, form_.header) || gives_way(field.value);
  });
  if (!replaced) return Kept{};
  Edits edits;
  edits.fields.push_back({.name = form_.header, .value = value_.clone()});
  return edits;
}

bool InField::gives_way(std::string_view own_value) const {
  return form_.overwrites || own_value.empty() || carries_dummy(own_value, form_.dummy);
}

std::vector<std::string_view> InField::hidden() const {
  std::vector<std::string_view> out;
  std::ranges::transform(hidden_, std::back_inserter(out), &base::Secret::reveal);
  return out;
}

}  // namespace secrets
