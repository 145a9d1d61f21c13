// SPDX-License-Identifier: Apache-2.0
#include "secrets/needles.h"

#include <algorithm>
#include <limits>

namespace secrets {

Needles::Needles(std::vector<base::Secret> needles) : needles_(std::move(needles)) {
  if (needles_.empty()) return;
  shortest_ = std::ranges::min_element(needles_, {}, &base::Secret::size)->size();
  longest_ = std::ranges::max_element(needles_, {}, &base::Secret::size)->size();
  for (const auto& needle : needles_)
    first_bytes_[static_cast<unsigned char>(needle.reveal()[0])] = true;
  fill_shifts();
}

/// The window may move until a pair of bytes of some needle's first `shortest_` bytes comes to
/// stand at its end.
void Needles::fill_shifts() {
  constexpr std::size_t most = std::numeric_limits<std::uint16_t>::max();
  shifts_.assign(65536, static_cast<std::uint16_t>(std::min(shortest_ - 1, most)));
  for (const auto& needle : needles_) {
    for (std::size_t at = 0; at + 2 <= shortest_; ++at) {
      auto& shift = shifts_[pair_at(needle.reveal(), at)];
      shift = static_cast<std::uint16_t>(std::min<std::size_t>(shift, shortest_ - 2 - at));
    }
  }
}

std::optional<Needles::Match> Needles::find(std::string_view text, std::size_t from) const {
  if (empty()) return std::nullopt;
  for (std::size_t end = from + shortest_; end <= text.size();) {
    const std::size_t shift = shifts_[pair_at(text, end - 2)];
    if (shift == 0) {
      if (auto match = match_at(text, end - shortest_)) return match;
    }
    end += std::max<std::size_t>(shift, 1);
  }
  return std::nullopt;
}

std::optional<Needles::Match> Needles::match_at(std::string_view text, std::size_t at) const {
  if (!first_bytes_[static_cast<unsigned char>(text[at])]) return std::nullopt;
  std::optional<Match> best;
  const auto rest = text.substr(at);
  for (std::size_t number = 0; number < needles_.size(); ++number) {
    const auto needle = needles_[number].reveal();
    if (best && needle.size() <= best->size) continue;
    if (rest.starts_with(needle)) best = {.at = at, .needle = number, .size = needle.size()};
  }
  return best;
}

std::optional<std::size_t> Needles::find_beginning(
    std::string_view text, std::size_t from, std::size_t to) const {
  if (text.size() >= longest_) from = std::max(from, text.size() - longest_ + 1);
  for (std::size_t at = from; at <= to && at < text.size(); ++at) {
    if (begins_at(text, at)) return at;
  }
  return std::nullopt;
}

bool Needles::begins_at(std::string_view text, std::size_t at) const {
  if (!first_bytes_[static_cast<unsigned char>(text[at])]) return false;
  const auto rest = text.substr(at);
  return std::ranges::any_of(needles_, [&](const base::Secret& needle) {
    return needle.size() > rest.size() && needle.reveal().starts_with(rest);
  });
}

}  // namespace secrets
