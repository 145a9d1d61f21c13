// SPDX-License-Identifier: Apache-2.0
#include "http/fields.h"

#include <algorithm>

#include "base/text.h"
#include "http/grammar.h"

namespace http {
namespace {

auto named(std::string_view name) {
  return [name](const Field& field) { return same_name(field.name, name); };
}

}  // namespace

void Fields::set(std::string_view name, std::string value) {
  auto first = std::ranges::find_if(fields_, named(name));
  if (first == fields_.end()) return add(std::string(name), std::move(value));
  first->value = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), named(name)), fields_.end());
}

std::size_t Fields::erase(std::string_view name) { return erase_if(named(name)); }

std::optional<std::string_view> Fields::find(std::string_view name) const {
  auto found = std::ranges::find_if(fields_, named(name));
  if (found == fields_.end()) return std::nullopt;
  return found->value;
}

std::vector<std::string_view> Fields::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& field : fields_)
    if (same_name(field.name, name)) values.emplace_back(field.value);
  return values;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(fields_, named(name)));
}

std::vector<std::string_view> Fields::tokens(std::string_view name) const {
  std::vector<std::string_view> elements;
  for (const auto& field : fields_) {
    if (!same_name(field.name, name)) continue;
    for (auto part : base::split(field.value, ','))
      if (auto element = trim_blanks(part); !element.empty()) elements.push_back(element);
  }
  return elements;
}

bool Fields::has_token(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(tokens(name), [&](auto one) { return same_name(one, token); });
}

}  // namespace http
