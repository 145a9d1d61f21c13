// SPDX-License-Identifier: Apache-2.0
#include "redact/literals.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <string>

namespace redact {
namespace {

constexpr std::size_t shortest_of_long = 16;
constexpr std::size_t widest_step = 16;

template <class Group>
Group load(const char* at) {
  Group group;
  std::memcpy(&group, at, sizeof group);
  return group;
}

template <class Group>
std::uint64_t hash_of(Group group) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
  return group * odd;
}

std::size_t pair_at(std::string_view text) {
  return static_cast<std::size_t>(static_cast<unsigned char>(text[0])) << 8U |
         static_cast<unsigned char>(text[1]);
}

}  // namespace

Literals::Literals(std::vector<Literal> literals) {
  if (literals.empty()) return;
  std::ranges::sort(literals, [](const Literal& a, const Literal& b) {
    return a.text.reveal() < b.text.reveal();
  });
  std::string joined;
  joined.reserve(std::accumulate(
      literals.begin(), literals.end(), std::size_t{0},
      [](std::size_t sum, const Literal& literal) { return sum + literal.text.size(); }));
  for (const auto& [text, rule] : literals) {
    pieces_.push_back(
        {static_cast<std::uint32_t>(joined.size()), static_cast<std::uint32_t>(text.size()), rule});
    joined += text.reveal();
    longest_ = std::max(longest_, text.size());
  }
  texts_ = base::Secret(joined);
  base::wipe(joined.data(), joined.size());

  first_pairs_.resize(65536);
  std::vector<std::string_view> texts;
  std::vector<std::uint32_t> short_ones;
  std::vector<std::uint32_t> long_ones;
  for (std::uint32_t number = 0; number < pieces_.size(); ++number) {
    const auto& text = texts.emplace_back(text_of(pieces_[number]));
    first_bytes_[static_cast<unsigned char>(text[0])] = true;
    first_pairs_[pair_at(text)] = true;
    (text.size() < shortest_of_long ? short_ones : long_ones).push_back(number);
  }
  short_.add(texts, short_ones);
  long_.add(texts, long_ones);
}

void Literals::find(std::string_view text, Findings& out) const {
  short_.find(text, *this, out);
  long_.find(text, *this, out);
}

template <class Group>
void Literals::Sieve<Group>::add(
    const std::vector<std::string_view>& texts, std::span<const std::uint32_t> numbers) {
  if (numbers.empty()) return;
  const std::size_t shortest =
      texts[std::ranges::min(numbers, {}, [&](auto number) { return texts[number].size(); })]
          .size();
  step_ = std::min(shortest - sizeof(Group) + 1, widest_step);

  const auto count = numbers.size() * step_;
  const auto bucket_bits = static_cast<unsigned>(std::bit_width(count));
  const unsigned bit_bits = bucket_bits + 4;  // about one bit in sixteen or more is set
  bit_shift_ = 64 - bit_bits;
  bucket_shift_ = 64 - bucket_bits;
  bits_.assign(std::max<std::size_t>(1, (std::size_t{1} << bit_bits) / 64), 0);
  buckets_.assign((std::size_t{1} << bucket_bits) + 1, 0);
  entries_.resize(count);

  const auto for_each_group = [&](auto&& visit) {
    for (const auto number : numbers)
      for (std::uint32_t offset = 0; offset < step_; ++offset)
        visit(hash_of(load<Group>(texts[number].data() + offset)), Entry{number, offset});
  };
  for_each_group([&](std::uint64_t hash, Entry) {
    const auto bit = hash >> bit_shift_;
    bits_[bit / 64] |= std::uint64_t{1} << (bit % 64);
    ++buckets_[(hash >> bucket_shift_) + 1];
  });
  std::partial_sum(buckets_.begin(), buckets_.end(), buckets_.begin());
  auto next = buckets_;
  for_each_group(
      [&](std::uint64_t hash, Entry entry) { entries_[next[hash >> bucket_shift_]++] = entry; });
}

template <class Group>
void Literals::Sieve<Group>::find(std::string_view text, const Literals& all, Findings& out) const {
  if (entries_.empty()) return;
  const auto* const bits = bits_.data();
  for (std::size_t at = 0; at + sizeof(Group) <= text.size(); at += step_) {
    const auto hash = hash_of(load<Group>(text.data() + at));
    const auto bit = hash >> bit_shift_;
    if ((bits[bit / 64] >> (bit % 64) & 1U) == 0) [[likely]]
      continue;
    const auto bucket = hash >> bucket_shift_;
    for (auto entry = buckets_[bucket]; entry < buckets_[bucket + 1]; ++entry) {
      const auto [number, offset] = entries_[entry];
      const auto& piece = all.pieces_[number];
      if (offset > at || at - offset + piece.size > text.size()) continue;
      if (std::memcmp(text.data() + at - offset, all.text_of(piece).data(), piece.size) == 0)
        out.push_back({.at = at - offset, .end = at - offset + piece.size, .rule = piece.rule});
    }
  }
}

std::size_t Literals::settled(std::string_view text) const {
  if (empty()) return text.size();
  std::size_t at = text.size() < longest_ ? 0 : text.size() - longest_ + 1;
  while (at < text.size() && !is_beginning(text.substr(at)))
    ++at;
  return at;
}

bool Literals::is_beginning(std::string_view text) const {
  if (text.size() == 1) return first_bytes_[static_cast<unsigned char>(text[0])];
  if (!first_pairs_[pair_at(text)]) return false;
  const auto behind = std::ranges::upper_bound(
      pieces_, text, {}, [this](const Piece& piece) { return text_of(piece); });
  return behind != pieces_.end() && text_of(*behind).starts_with(text);
}

}  // namespace redact
