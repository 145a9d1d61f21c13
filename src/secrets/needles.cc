// SPDX-License-Identifier: Apache-2.0
#include "secrets/needles.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <tuple>

namespace secrets {
namespace {

constexpr std::size_t shortest_of_long = 16;
constexpr std::size_t widest_step = 16;
/// So much of a text is looked at before it is asked whether anything was found.
constexpr std::size_t stretch = 4096;

template <class Group>
Group load(std::string_view text, std::size_t at) {
  Group group;
  std::memcpy(&group, text.data() + at, sizeof group);
  return group;
}

template <class Group>
std::uint64_t hash_of(Group group) {
  constexpr std::uint64_t odd = 0x9E3779B97F4A7C15;
  return group * odd;
}

/// Two bits of a word, where another group of the same word nearly always has others.
std::uint64_t mark_of(std::uint64_t hash) {
  constexpr unsigned place = 63;
  return std::uint64_t{1} << (hash >> 22U & place) | std::uint64_t{1} << (hash >> 28U & place);
}

std::uint16_t tag_of(std::uint64_t hash) { return static_cast<std::uint16_t>(hash >> 28U); }

void set_bit(std::vector<std::uint64_t>& bits, std::uint64_t bit) {
  bits[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

bool has_bit(const std::uint64_t* bits, std::uint64_t bit) {
  return (bits[bit / 64] >> (bit % 64) & 1U) != 0;
}

/// Servers that say one thing after the other end each with one of these.
constexpr std::string_view line_ends_and_blanks = "\n\r\t ";

bool ends_in_empty_line(std::string_view text) {
  return text.ends_with("\n\n") || text.ends_with("\r\n\r\n");
}

/// Whether a text that ends in `end` may have the needle's beginning there, and not its end.
bool goes_on_behind(std::string_view needle, std::string_view end) {
  for (auto at = needle.find(end); at != needle.npos; at = needle.find(end, at + 1))
    if (at + end.size() < needle.size()) return true;
  for (auto part = end.substr(1); !part.empty(); part.remove_prefix(1))
    if (needle.size() > part.size() && needle.starts_with(part)) return true;
  return false;
}

bool is_before(const Needles::Match& a, const Needles::Match& b) {
  return std::tie(a.at, b.size, a.needle) < std::tie(b.at, a.size, b.needle);
}

}  // namespace

Needles::Needles(const std::vector<base::Secret>& needles) {
  if (needles.empty()) return;
  std::vector<std::uint32_t> order(needles.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(
      order, {}, [&](std::uint32_t number) { return std::pair(needles[number].reveal(), number); });

  base::SecretBuilder joined;
  joined.room(std::accumulate(
      needles.begin(), needles.end(), std::size_t{0},
      [](std::size_t sum, const base::Secret& needle) { return sum + needle.size(); }));
  for (const auto number : order) {
    const auto& needle = needles[number];
    pieces_.push_back(
        {static_cast<std::uint32_t>(joined.size()), static_cast<std::uint32_t>(needle.size()),
         number});
    joined.append(needle.reveal());
    longest_ = std::max(longest_, needle.size());
  }
  shortest_ = std::ranges::min(pieces_, {}, &Piece::size).size;
  reach_ = std::bit_ceil(longest_);
  texts_ = std::move(joined).take();

  const auto beginning_bits = static_cast<unsigned>(std::bit_width(pieces_.size())) + 6;
  beginning_shift_ = 64 - beginning_bits;
  beginnings_.resize((std::size_t{1} << beginning_bits) / 64);
  std::vector<std::string_view> texts;
  std::vector<std::uint32_t> short_ones;
  std::vector<std::uint32_t> long_ones;
  for (std::uint32_t piece = 0; piece < pieces_.size(); ++piece) {
    const auto& text = texts.emplace_back(text_of(pieces_[piece]));
    first_bytes_[static_cast<unsigned char>(text[0])] = true;
    set_bit(beginnings_, hash_of(load<std::uint32_t>(text, 0)) >> beginning_shift_);
    (text.size() < shortest_of_long ? short_ones : long_ones).push_back(piece);
  }
  find_breaks(texts);
  short_.add(texts, short_ones);
  long_.add(texts, long_ones);
}

template <class Group>
void Needles::Sieve<Group>::add(
    const std::vector<std::string_view>& texts, std::span<const std::uint32_t> pieces) {
  if (pieces.empty()) return;
  const std::size_t shortest =
      texts[std::ranges::min(pieces, {}, [&](auto piece) { return texts[piece].size(); })].size();
  step_ = std::min(shortest - sizeof(Group) + 1, widest_step);

  const auto count = pieces.size() * step_;
  const auto bucket_bits = static_cast<unsigned>(std::bit_width(count));
  // Two to four groups a word; of the groups that are none of them, one in some fifty passes.
  const unsigned word_bits = std::max(bucket_bits, 3U) - 2;
  word_shift_ = 64 - word_bits;
  bucket_shift_ = 64 - bucket_bits;
  words_.assign(std::size_t{1} << word_bits, 0);
  buckets_.assign((std::size_t{1} << bucket_bits) + 1, 0);
  entries_.resize(count);

  const auto for_each_group = [&](auto&& visit) {
    for (const auto piece : pieces)
      for (std::size_t offset = 0; offset < step_; ++offset)
        visit(
            hash_of(load<Group>(texts[piece], offset)),
            Entry{piece, static_cast<std::uint16_t>(offset)});
  };
  for_each_group([&](std::uint64_t hash, Entry) {
    words_[hash >> word_shift_] |= mark_of(hash);
    ++buckets_[(hash >> bucket_shift_) + 1];
  });
  std::partial_sum(buckets_.begin(), buckets_.end(), buckets_.begin());
  auto next = buckets_;
  for_each_group([&](std::uint64_t hash, Entry entry) {
    entry.tag = tag_of(hash);
    entries_[next[hash >> bucket_shift_]++] = entry;
  });
}

template <class Group>
bool Needles::Sieve<Group>::may_be_one(std::uint64_t hash) const {
  const auto mark = mark_of(hash);
  return (words_.data()[hash >> word_shift_] & mark) == mark;
}

/// Four places at a time: nearly always none of them may be one, and that is asked once.
template <class Group>
template <class Found>
void Needles::Sieve<Group>::look(
    std::string_view text, std::size_t at, const std::size_t& end, const Needles& all, Found& found)
    const {
  if (entries_.empty() || text.size() < sizeof(Group)) return;
  constexpr std::size_t at_once = 4;
  const auto last = text.size() - sizeof(Group);
  const auto step = step_;
  std::array<std::uint64_t, at_once> hashes{};
  for (const auto span = (at_once - 1) * step; at + span <= last && at + span < end;
       at += at_once * step) {
    bool any = false;
    for (std::size_t i = 0; i < at_once; ++i) {
      hashes[i] = hash_of(load<Group>(text, at + i * step));
      any |= may_be_one(hashes[i]);
    }
    if (!any) [[likely]]
      continue;
    for (std::size_t i = 0; i < at_once; ++i)
      compare(text, at + i * step, hashes[i], all, found);
  }
  for (; at <= last && at < end; at += step)
    compare(text, at, hash_of(load<Group>(text, at)), all, found);
}

template <class Group>
template <class Found>
void Needles::Sieve<Group>::compare(
    std::string_view text, std::size_t at, std::uint64_t hash, const Needles& all, Found& found)
    const {
  if (!may_be_one(hash)) return;
  const auto bucket = hash >> bucket_shift_;
  for (auto entry = buckets_[bucket]; entry < buckets_[bucket + 1]; ++entry) {
    const auto [number, offset, tag] = entries_[entry];
    if (tag != tag_of(hash)) continue;
    const auto& piece = all.pieces_[number];
    if (offset > at || at - offset + piece.size > text.size()) continue;
    if (std::memcmp(text.data() + at - offset, all.text_of(piece).data(), piece.size) == 0)
      found(Match{.at = at - offset, .needle = piece.number, .size = piece.size});
  }
}

std::optional<Needles::Match> Needles::find(std::string_view text, std::size_t from) const {
  if (text.size() < from + shortest_) return std::nullopt;  // as most names and values are
  std::optional<Match> first;
  for (auto begin = from; begin < text.size() && !first; begin += stretch) {
    auto end = begin + stretch;
    const auto keep = [&](const Match& match) {
      if (match.at < from || (first && !is_before(match, *first))) return;
      first = match;
      end = match.at + widest_step;  // what begins before it, or with it, is seen by then
    };
    short_.look(text, begin, end, *this, keep);
    long_.look(text, begin, end, *this, keep);
    if (first) short_.look(text, begin, end, *this, keep);  // the long ones may have moved the end
  }
  return first;
}

void Needles::find_all(std::string_view text, std::vector<Match>& out) const {
  const auto keep = [&](const Match& match) { out.push_back(match); };
  const auto end = text.size();
  short_.look(text, 0, end, *this, keep);
  long_.look(text, 0, end, *this, keep);
}

std::optional<std::size_t> Needles::find_beginning(
    std::string_view text, std::size_t from, std::size_t to) const {
  if (text.size() >= longest_) from = std::max(from, text.size() - longest_ + 1);
  for (std::size_t at = from; at <= to && at < text.size(); ++at) {
    if (is_beginning(text.substr(at))) return at;
  }
  return std::nullopt;
}

void Needles::find_breaks(const std::vector<std::string_view>& texts) {
  const auto none_goes_on_behind = [&](std::string_view end) {
    return std::ranges::none_of(texts, [&](auto text) { return goes_on_behind(text, end); });
  };
  for (const char c : line_ends_and_blanks)
    breaks_[static_cast<unsigned char>(c)] = none_goes_on_behind({&c, 1});
  breaks_at_empty_line_ = none_goes_on_behind("\n\n") && none_goes_on_behind("\r\n\r\n");
}

/// Whether no needle goes on behind the end of this part of the text.
bool Needles::is_break(std::string_view text, std::size_t end) const {
  const auto c = text[end - 1];
  if (breaks_[static_cast<unsigned char>(c)]) return true;
  return c == '\n' && breaks_at_empty_line_ && ends_in_empty_line(text.substr(0, end));
}

bool Needles::settles(std::string_view text, std::size_t from) const {
  for (auto end = from + 1; end <= text.size(); ++end)
    if (is_break(text, end)) return true;
  return false;
}

std::size_t Needles::settled_size(std::string_view text) const {
  const auto far = text.size() < reach_ ? 0 : text.size() - reach_;
  for (auto end = text.size(); end > far; --end)
    if (is_break(text, end)) return end;
  return far;
}

bool Needles::is_beginning(std::string_view text) const {
  if (text.size() < sizeof(std::uint32_t)) {
    if (!first_bytes_[static_cast<unsigned char>(text[0])]) return false;
  } else {
    const auto hash = hash_of(load<std::uint32_t>(text, 0));
    if (!has_bit(beginnings_.data(), hash >> beginning_shift_)) [[likely]]
      return false;
  }
  const auto behind = std::ranges::upper_bound(
      pieces_, text, {}, [this](const Piece& piece) { return text_of(piece); });
  return behind != pieces_.end() && text_of(*behind).starts_with(text);
}

}  // namespace secrets
