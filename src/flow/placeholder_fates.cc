// SPDX-License-Identifier: Apache-2.0
#include "flow/placeholder_fates.h"

#include <algorithm>

#include "flow/notes.h"

namespace flow {

using secrets::Mention;

PlaceholderFates::PlaceholderFates(
    const secrets::Placeholders& placeholders, const policy::Target& target, secrets::Part part)
    : placeholders_(placeholders), part_(part) {
  for (const auto& placeholder : placeholders.all()) {
    reasons_.push_back(placeholder.rule().why_not(target, part));
    if (reasons_.back().empty())
      fates_.push_back(Fate::replace);
    else
      fates_.push_back(placeholder.rule().mention() == Mention::inert ? Fate::leave : Fate::refuse);
  }
}

bool PlaceholderFates::replaces_any() const {
  return std::ranges::find(fates_, Fate::replace) != fates_.end();
}

Deny PlaceholderFates::refusal(std::size_t number) const {
  const auto& name = placeholders_.all()[number].name();
  return {
      .status = 403,
      .stage = "placeholder",
      .reason = "the placeholder of secret `" + name + "` was found in the " +
                std::string(secrets::name_of(part_)) + ", but the secret " + reasons_[number]};
}

std::optional<Deny> PlaceholderFates::judge(
    std::string_view text, std::vector<std::string>& names) const {
  const auto& needles = placeholders_.needles();
  for (auto match = needles.find(text, 0); match;
       match = needles.find(text, match->at + match->size)) {
    if (of(match->needle) == Fate::refuse) return refusal(match->needle);
    if (of(match->needle) == Fate::replace)
      Notes::add(names, placeholders_.all()[match->needle].name());
  }
  return std::nullopt;
}

}  // namespace flow
