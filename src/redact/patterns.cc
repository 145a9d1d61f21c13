// SPDX-License-Identifier: Apache-2.0
#include "redact/patterns.h"

#include <algorithm>
#include <limits>

#include "redact/database_cache.h"
#include "redact/vectorscan.h"

namespace redact {

namespace {

std::size_t widest_match(const PatternSpec& spec) {
  if (spec.width != 0) return spec.width;
  const auto width = means_the_same(spec.text) ? width_of(spec.text) : std::nullopt;
  return std::min(width.value_or(Patterns::widest), Patterns::widest);
}

}  // namespace

Patterns::Patterns(
    std::vector<PatternSpec> specs, const std::filesystem::path& cache, IsGiven is_given)
    : specs_(std::move(specs)), is_given_(std::move(is_given)) {
  for (const auto& spec : specs_)
    regexes_.push_back(std::make_unique<Regex>(spec.text, spec.group));
  compile(cache);
}

Patterns::~Patterns() = default;

void Patterns::compile(const std::filesystem::path& cache) {
  std::vector<Expression> expressions;
  std::vector<bool> asked(specs_.size());
  for (std::uint32_t number = 0; number < specs_.size(); ++number) {
    const auto& spec = specs_[number];
    const auto& text = spec.trigger.empty() ? spec.text : spec.trigger;
    if (spec.next_place != nullptr || !means_the_same(text)) continue;
    expressions.push_back({text, number});
  }
  auto [vectorscan, numbers] = load_or_compile(expressions, cache);
  for (const auto number : numbers)
    asked[number] = true;
  for (std::uint32_t number = 0; number < specs_.size(); ++number) {
    if (!asked[number]) alone_.push_back(number);
  }
  if (vectorscan) database_ = std::make_unique<const Vectorscan>(*std::move(vectorscan));
  for (const auto& spec : specs_)
    longest_ = std::max(longest_, widest_match(spec) + 1);
}

const Patterns::Numbers& Patterns::candidates(std::string_view text) const {
  thread_local Numbers found;
  found.clear();
  if (database_) database_->find(text, found);
  found.insert(found.end(), alone_.begin(), alone_.end());
  return found;
}

/// From `next` on. Where there are only places to look at, `next` goes on past those without a
/// match.
std::optional<Regex::Match> Patterns::next_match(
    std::uint32_t number, std::string_view text, std::size_t& next, std::size_t settled) const {
  const auto& spec = specs_[number];
  if (spec.next_place == nullptr) return regexes_[number]->find(text, next);
  while (next < settled) {
    const auto place = spec.next_place(text, next);
    if (place == text.npos) return std::nullopt;
    const auto begin = std::max(next, place - std::min(place, spec.width));
    if (auto match = regexes_[number]->find(text.substr(0, place + spec.width), begin))
      return match;
    next = std::min(place + 1, settled);
  }
  return std::nullopt;
}

void Patterns::search(
    std::uint32_t number,
    std::string_view text,
    std::size_t& next,
    std::size_t settled,
    Findings& out) const {
  const auto& spec = specs_[number];
  while (next < text.size()) {
    const auto match = next_match(number, text, next, settled);
    if (!match || match->at >= settled) return;
    next = std::max(match->end, match->at + 1);
    const auto secret = text.substr(match->secret_at, match->secret_end - match->secret_at);
    if (secret.empty() || (spec.accepts != nullptr && !spec.accepts(secret))) continue;
    if (is_given_ && is_given_(secret)) continue;
    out.push_back({.at = match->secret_at, .end = match->secret_end, .rule = spec.rule});
  }
}

void Patterns::find(std::string_view text, std::span<const Part> parts, Findings& out) const {
  for (const auto number : candidates(text)) {
    for (const auto& [at, end] : parts) {
      const auto before = out.size();
      std::size_t next = 0;
      search(number, text.substr(at, end - at), next, std::numeric_limits<std::size_t>::max(), out);
      for (auto& finding : std::span(out).subspan(before)) {
        finding.at += at;
        finding.end += at;
      }
    }
  }
}

void Patterns::find_in_window(
    std::string_view window,
    std::size_t settled,
    std::span<std::size_t> next,
    Findings& out) const {
  for (const auto number : candidates(window))
    search(number, window, next[number], settled, out);
}

}  // namespace redact
