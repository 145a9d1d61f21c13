// SPDX-License-Identifier: Apache-2.0
#include "flow/substituter.h"

#include <fmt/format.h>

#include "redact/json_path.h"

namespace flow {

using content::Syntax;

namespace {

/// Where in a longer JSON text something stands is not said.
constexpr std::size_t longest_placed = 65536;

}  // namespace

Substituter::Substituter(
    secrets::Placeholders placeholders,
    PlaceholderFates fates,
    Length length,
    std::shared_ptr<Notes> notes,
    std::string_view place)
    : placeholders_(std::move(placeholders)),
      fates_(std::move(fates)),
      length_(length),
      notes_(std::move(notes)),
      place_(place) {}

std::optional<std::string_view> Substituter::pass_on(
    Text& text, Syntax syntax, std::string_view in, bool last) {
  if (syntax == Syntax::json && text.beginning_.size() < longest_placed) return std::nullopt;
  return text.stream_.pass_on(placeholders_.needles(), in, last);
}

void Substituter::feed(
    Text& text, Syntax syntax, std::string_view in, bool last, std::string& out) {
  auto& beginning = text.beginning_;
  if (syntax == Syntax::json) beginning += in.substr(0, longest_placed - beginning.size());
  text.stream_.feed(
      placeholders_.needles(), in, last, out,
      [&](const auto& match, std::string_view found, std::string& to) {
        to += value_of(match, syntax, beginning).value_or(found);
        return refusal() == nullptr;
      });
  if (last) beginning.clear();
}

std::vector<content::protobuf::Edit> Substituter::edits(std::string_view message) {
  std::vector<content::protobuf::Edit> out;
  const auto& needles = placeholders_.needles();
  for (auto match = needles.find(message, 0); match && refusal() == nullptr;
       match = needles.find(message, match->at + match->size)) {
    if (const auto value = value_of(*match, Syntax::raw, {}))
      out.push_back({.at = match->at, .size = match->size, .with = *value});
  }
  return out;
}

void Substituter::refuse(std::string reason) {
  refusal_ = Deny{.status = 400, .stage = "placeholder", .reason = std::move(reason)};
}

std::optional<std::string_view> Substituter::value_of(
    const secrets::Needles::Match& match, Syntax syntax, std::string_view beginning) {
  const auto number = match.needle;
  if (fates_.of(number) == Fate::leave) return std::nullopt;
  if (fates_.of(number) == Fate::refuse) {
    refusal_ = fates_.refusal(number);
    return std::nullopt;
  }
  const auto& value = values_in(syntax)[number];
  const auto& placeholder = placeholders_.all()[number];
  const auto& name = placeholder.name();
  if (length_ == Length::fixed && value.size() != match.size) {
    refusal_ = Deny{
        .status = 413,
        .stage = "placeholder",
        .reason = "the placeholder of secret `" + name +
                  "` stands in a body that is too long to be held until its new length is known; "
                  "send it chunked"};
    return std::nullopt;
  }
  static_cast<void>(placeholder.use());
  has_changed_ = true;
  note(name, match.at, beginning);
  return value.reveal();
}

void Substituter::note(const std::string& name, std::size_t at, std::string_view beginning) {
  if (!noted_.insert(name).second) return;
  Notes::add(notes_->substituted, name);
  const auto path = at < beginning.size() ? redact::json_path(beginning, at) : std::string();
  notes_->note_place(name, path.empty() ? std::string(place_) : fmt::format("{}:{}", place_, path));
}

const std::vector<base::Secret>& Substituter::values_in(Syntax syntax) {
  auto& values = values_[syntax];
  if (values.empty()) {
    for (const auto& placeholder : placeholders_.all())
      values.push_back(content::escape(syntax, placeholder.value()->reveal()));
  }
  return values;
}

}  // namespace flow
