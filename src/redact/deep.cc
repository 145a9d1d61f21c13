// SPDX-License-Identifier: Apache-2.0
#include "redact/deep.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <span>

#include "base/text.h"
#include "redact/runs.h"
#include "secrets/scrub.h"

namespace redact {
namespace {

/// What is decoded around escapes: a secret begins at most so far before one of its bytes, and has
/// no two escapes that are more than twice as far from each other.
constexpr std::size_t margin = 1024;
constexpr std::size_t block = 64;
/// In what is no text, as compressed data, some bytes look like an escape by chance: one counts
/// only in so many bytes of text, which the shortest secret takes with one escape.
constexpr std::size_t shortest_text = 5;
/// So much of a run is read as if it began elsewhere, and so much of all runs of a text.
constexpr std::size_t longest_guess = std::size_t{16} << 10U;
constexpr std::size_t most_guessed = std::size_t{256} << 10U;

/// An escape: how much of the text it takes, and what it stands for.
struct Escape {
  std::size_t size = 0;
  std::uint32_t code = 0;
  bool is_byte = false;   // a byte, not a character
  bool is_usual = false;  // ordinary writers of JSON need it
  bool is_nothing = false;
};

std::optional<std::uint32_t> digits_at(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(at, count)) {
    const int digit = base::hex_value(c);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::optional<Escape> percent_escape(std::string_view text, std::size_t at) {
  const auto code = digits_at(text, at + 1, 2);
  if (!code) return std::nullopt;
  return Escape{.size = 3, .code = *code, .is_byte = true};
}

std::optional<Escape> backslash_escape(std::string_view text, std::size_t at) {
  if (at + 1 == text.size()) return std::nullopt;
  const char kind = text[at + 1];
  if (kind == 'u') {
    const auto code = digits_at(text, at + 2, 4);
    if (code) return Escape{.size = 6, .code = *code};
    return std::nullopt;
  }
  if (kind == 'x') {
    const auto code = digits_at(text, at + 2, 2);
    if (code) return Escape{.size = 4, .code = *code, .is_byte = true};
    return std::nullopt;
  }
  constexpr std::string_view letters = "nrtbf\"\\/'";
  constexpr std::string_view meanings = "\n\r\t\b\f\"\\/'";
  const auto found = letters.find(kind);
  if (found == letters.npos) return std::nullopt;
  return Escape{
      .size = 2, .code = static_cast<unsigned char>(meanings[found]), .is_usual = kind != '/'};
}

std::optional<Escape> entity(std::string_view text, std::size_t at) {
  constexpr std::size_t longest = 10;
  const auto rest = text.substr(at, longest);
  const auto end = rest.find(';');
  if (end == rest.npos) return std::nullopt;
  const auto name = rest.substr(1, end - 1);
  static constexpr auto named = std::to_array<std::pair<std::string_view, char>>(
      {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}});
  for (const auto& [known, meaning] : named) {
    if (name == known) return Escape{.size = end + 1, .code = static_cast<unsigned char>(meaning)};
  }
  if (!name.starts_with('#')) return std::nullopt;
  const bool hex = name.substr(1).starts_with('x') || name.substr(1).starts_with('X');
  if (hex) {
    const auto code = digits_at(name, 2, name.size() - 2);
    if (!code || name.size() == 2) return std::nullopt;
    return Escape{.size = end + 1, .code = *code};
  }
  const auto code = base::parse_number(name.substr(1));
  if (!code) return std::nullopt;
  return Escape{.size = end + 1, .code = static_cast<std::uint32_t>(*code)};
}

/// Of quoted-printable: a byte, or a line that goes on.
std::optional<Escape> equals_escape(std::string_view text, std::size_t at) {
  if (text.substr(at + 1).starts_with("\r\n")) return Escape{.size = 3, .is_nothing = true};
  if (text.substr(at + 1).starts_with('\n')) return Escape{.size = 2, .is_nothing = true};
  const auto code = digits_at(text, at + 1, 2);
  if (!code) return std::nullopt;
  return Escape{.size = 3, .code = *code, .is_byte = true, .is_usual = true};
}

std::optional<Escape> escape_at(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '%':
      return percent_escape(text, at);
    case '\\':
      return backslash_escape(text, at);
    case '&':
      return entity(text, at);
    default:
      return std::nullopt;
  }
}

/// Of quoted-printable alone: in other texts "=ca" is no escape.
std::optional<Escape> quoted_at(std::string_view text, std::size_t at) {
  return text[at] == '=' ? equals_escape(text, at) : std::nullopt;
}

bool begins_escape(char c) { return (c == '%') | (c == '\\') | (c == '&'); }

/// UTF-8, at most three bytes: a character beyond them is written as something that is none.
std::size_t encode(std::uint32_t code, std::array<char, 3>& bytes) {
  if (code < 0x80) {
    bytes[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    bytes = {static_cast<char>(0xC0U | code >> 6U), static_cast<char>(0x80U | (code & 63U)), 0};
    return 2;
  }
  bytes = {
      static_cast<char>(0xE0U | (code >> 12U & 15U)), static_cast<char>(0x80U | (code >> 6U & 63U)),
      static_cast<char>(0x80U | (code & 63U))};
  return 3;
}

constexpr std::size_t word = 8;

/// Of eight characters a bit for each that begins an escape, the highest of its byte; behind the
/// first one there may be others.
std::uint64_t escapes_in(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t each = 0x0101010101010101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  std::uint64_t found = 0;
  for (const char begin : {'%', '\\', '&'}) {
    const auto same = bytes ^ (static_cast<unsigned char>(begin) * each);  // 0 where it stands
    found |= (same - each) & ~same;
  }
  return found & 0x80 * each;
}

/// Of eight characters the highest bit for each that can be seen; surely for each but a blank.
std::uint64_t visible_in(const char* at) {
  constexpr std::uint64_t each = 0x0101010101010101;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return ~((bytes - ' ' * each) | bytes) & 0x80 * each;
}

/// How many characters from `at` on begin no escape.
std::size_t plain_at(std::string_view text, std::size_t at) {
  const auto begin = at;
  for (; at + word <= text.size(); at += word) {
    const auto bits = escapes_in(text.data() + at);
    if (bits != 0) return at - begin + static_cast<std::size_t>(std::countr_zero(bits)) / 8;
  }
  while (at < text.size() && !begins_escape(text[at]))
    ++at;
  return at - begin;
}

std::size_t unquoted_at(std::string_view text, std::size_t at) {
  return std::min(text.find('=', at), text.size()) - at;
}

// Each decoder calls `visit(byte, from, to)` for each decoded byte with the part of the text that
// says it, or `visit(bytes, from)` for several that say themselves, until that says that it has
// enough.

template <class Visit>
void undo(
    std::optional<Escape> (*escape_at)(std::string_view, std::size_t),
    std::size_t (*plain_at)(std::string_view, std::size_t),
    std::string_view text,
    Visit&& visit) {
  std::array<char, 3> bytes{};
  for (std::size_t at = 0; at < text.size();) {
    if (const auto plain = plain_at(text, at); plain > 0) {
      if (!visit(text.substr(at, plain), at)) return;
      at += plain;
      continue;
    }
    const auto escape = escape_at(text, at);
    if (!escape) {
      if (!visit(text[at], at, at + 1)) return;
      ++at;
      continue;
    }
    std::size_t count = 0;
    if (escape->is_byte) {
      bytes[0] = static_cast<char>(escape->code);
      count = 1;
    } else if (!escape->is_nothing) {
      count = encode(escape->code, bytes);
    }
    for (std::size_t byte = 0; byte < count; ++byte)
      if (!visit(bytes[byte], at, at + escape->size)) return;
    at += escape->size;
  }
}

template <class Visit>
void decode_hex(std::string_view text, Visit&& visit) {
  for (std::size_t at = 0; at + 2 <= text.size(); at += 2) {
    const int byte = base::hex_value(text[at]) * 16 + base::hex_value(text[at + 1]);
    if (!visit(static_cast<char>(byte), at, at + 2)) return;
  }
}

template <class Visit>
void narrow(std::string_view text, Visit&& visit) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] != '\0' && !visit(text[at], at, at + 1)) return;
}

/// Writes all that is decoded.
class Writer {
public:
  explicit Writer(char*& to) : to_(to) {}
  bool operator()(char c, std::size_t, std::size_t) {
    *to_++ = c;
    return true;
  }
  bool operator()(std::string_view plain, std::size_t) {
    to_ = std::ranges::copy(plain, to_).out;
    return true;
  }

private:
  char*& to_;
};

/// One end of a finding: its first or its last byte, and where to write what place that has in the
/// outer text.
struct Edge {
  std::size_t byte = 0;
  std::size_t* place = nullptr;
  bool is_end = false;
};

/// Finds the places of edges, which are sorted, in one reading.
class Tracer {
public:
  /// `at`: of the first decoded byte; `outer_at`: of the text.
  Tracer(std::span<const Edge> edges, std::size_t at, std::size_t outer_at)
      : edges_(edges), at_(at), outer_at_(outer_at) {}
  bool operator()(char, std::size_t from, std::size_t to) {
    for (; !edges_.empty() && edges_.front().byte == at_; edges_ = edges_.subspan(1))
      *edges_.front().place = outer_at_ + (edges_.front().is_end ? to : from);
    ++at_;
    return !edges_.empty();
  }
  bool operator()(std::string_view plain, std::size_t from) {
    const auto next = at_ + plain.size();
    for (; !edges_.empty() && edges_.front().byte < next; edges_ = edges_.subspan(1)) {
      const auto& [byte, place, is_end] = edges_.front();
      *place = outer_at_ + from + byte - at_ + (is_end ? 1 : 0);
    }
    at_ = next;
    return !edges_.empty();
  }

private:
  std::span<const Edge> edges_;
  std::size_t at_;
  std::size_t outer_at_;
};

template <class Visit>
void decode(Layer::Kind kind, std::string_view text, Visit visit) {
  switch (kind) {
    case Layer::Kind::escapes:
      return undo(escape_at, plain_at, text, visit);
    case Layer::Kind::quoted:
      return undo(quoted_at, unquoted_at, text, visit);
    case Layer::Kind::base64:
      return read_base64(text, visit);
    case Layer::Kind::hex:
      return decode_hex(text, visit);
    case Layer::Kind::wide:
      return narrow(text, visit);
  }
}

/// Whether any character of a block begins an escape; made for the compiler to do at once.
bool has_escape(const char* at) {
  std::uint8_t found = 0;
  for (std::size_t i = 0; i < block; ++i)
    found |= static_cast<std::uint8_t>(begins_escape(at[i]));
  return found != 0;
}

/// How many bytes the character takes that the text begins with: one of ASCII that a text may have,
/// or another one in well-formed UTF-8 (RFC 3629, 4; nearly). 0: it is none.
std::size_t character_at(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80)
    return (first >= ' ' && first <= '~') || (first >= '\b' && first <= '\r') ? 1 : 0;
  std::size_t size = 0;
  if (first >= 0xC2 && first <= 0xF4) size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  const auto continues = [](char c) { return (c & 0xC0) == 0x80; };
  if (size == 0 || text.size() < size || !std::ranges::all_of(text.substr(1, size - 1), continues))
    return 0;
  return size;
}

/// The same of the one that it ends with.
std::size_t character_before(std::string_view text) {
  constexpr std::size_t longest = 4;
  for (std::size_t size = 1; size <= std::min(text.size(), longest); ++size)
    if (character_at(text.substr(text.size() - size)) == size) return size;
  return 0;
}

bool stands_in_text(std::string_view text, std::size_t at) {
  auto end = at;
  while (end - at < shortest_text) {
    const auto size = character_at(text.substr(end));
    if (size == 0) break;
    end += size;
  }
  auto begin = at;
  while (end - begin < shortest_text) {
    const auto size = character_before(text.substr(0, begin));
    if (size == 0) return false;
    begin -= size;
  }
  return true;
}

bool is_worth_it(std::string_view text, std::size_t at, Escapes escapes) {
  if (!begins_escape(text[at])) return false;
  const bool is_commonest =
      text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == 'n' || text[at + 1] == '"');
  if (is_commonest) return escapes == Escapes::all && stands_in_text(text, at);
  const auto escape = escape_at(text, at);
  return escape && (escapes == Escapes::all || !escape->is_usual) && stands_in_text(text, at);
}

/// The first place at `from` or behind where an escape is worth it.
std::size_t next_escape(std::string_view text, std::size_t from, Escapes escapes) {
  auto at = from;
  while (at + block < text.size()) {
    const auto end = at + block;
    if (!has_escape(text.data() + at)) at = end;
    for (; at < end; at += word) {
      const auto begins = escapes_in(text.data() + at) & visible_in(text.data() + at + 1);
      for (auto bits = begins; bits != 0; bits &= bits - 1) {
        const auto place = at + static_cast<std::size_t>(std::countr_zero(bits)) / 8;
        if (is_worth_it(text, place, escapes)) return place;
      }
    }
  }
  for (; at < text.size(); ++at)
    if (is_worth_it(text, at, escapes)) return at;
  return text.npos;
}

/// Of an escape and those that follow it closely, the last one.
std::size_t last_of_cluster(std::string_view text, std::size_t first, Escapes escapes) {
  for (auto at = std::min(text.size(), first + 2 * margin); --at > first;) {
    if (!is_worth_it(text, at, escapes)) continue;
    first = at;
    at = std::min(text.size(), first + 2 * margin);
  }
  return first;
}

/// Whether there is a line that goes on, or an equals sign as quoted-printable writes it.
bool is_quoted_printable(std::string_view text) {
  for (auto at = text.find('='); at != text.npos; at = text.find('=', at + 1)) {
    const auto rest = text.substr(at + 1);
    const bool is_one =
        rest.starts_with('\n') || rest.starts_with("\r\n") || rest.starts_with("3D");
    if (is_one && stands_in_text(text, at)) return true;
  }
  return false;
}

/// The first of several NULs (or runs of them) with one character between each two, as UTF-16 and
/// UTF-32 have them.
std::size_t first_wide(std::string_view text) {
  constexpr std::size_t least = secrets::shortest_secret;
  std::size_t count = 0;
  std::size_t begin = text.npos;
  std::size_t end = text.npos;  // of the run before
  for (auto at = text.find('\0'); at != text.npos; at = text.find('\0', end)) {
    if (count == 0 || at != end + 1) {
      count = 0;
      begin = at;
    }
    if (++count == least) return begin;
    end = text.find_first_not_of('\0', at);
    if (end == text.npos) break;
  }
  return text.npos;
}

}  // namespace

Layer Layer::below(std::string_view outer, Escapes escapes) {
  Layer layer;
  layer.outer_ = outer;
  layer.add_escapes(escapes);
  layer.add_runs();
  layer.add_wide();
  return layer;
}

void Layer::add(Kind kind, std::size_t outer_at, std::size_t outer_end) {
  if (!pieces_.empty()) text_ += '\n';
  pieces_.push_back({kind, text_.size(), outer_at, outer_end});
  // Nothing says more bytes than it has itself; a character of three bytes is written with six.
  const auto before = text_.size();
  const auto said = outer_.substr(outer_at, outer_end - outer_at);
  text_.resize_and_overwrite(before + said.size(), [&](char* text, std::size_t) {
    char* to = text + before;
    if (kind == Kind::base64)
      to = decode_base64(said, to);
    else
      decode(kind, said, Writer(to));
    return static_cast<std::size_t>(to - text);
  });
}

void Layer::add_escapes(Escapes escapes) {
  for (auto first = next_escape(outer_, 0, escapes); first != outer_.npos;) {
    const auto last = last_of_cluster(outer_, first, escapes);
    const auto end = std::min(outer_.size(), last + margin);
    add(Kind::escapes, first < margin ? 0 : first - margin, end);
    first = next_escape(outer_, end, escapes);
  }
  if (is_quoted_printable(outer_)) add(Kind::quoted, 0, outer_.size());
}

/// What stands before the encoded text may look as if it belonged to it: the end of a path, a
/// prefix with an underscore. So each run is read from its first few digits on, too, as far as that
/// costs little.
void Layer::add_runs() {
  std::size_t guessed = 0;
  const auto guess = [&](Kind kind, std::size_t at, std::size_t end) {
    end = std::min(end, at + longest_guess);
    if (guessed + end - at > most_guessed) return;
    guessed += end - at;
    add(kind, at, end);
  };
  for (auto run = next_run(outer_, 0); run.at != outer_.size(); run = next_run(outer_, run.end)) {
    const auto text = outer_.substr(0, run.end);
    auto hex = next_hex_run(text, run.at);
    if (hex.at == run.at && hex.end == run.end) {
      add(Kind::hex, hex.at + (hex.end - hex.at) % 2, hex.end);
      guess(Kind::hex, hex.at + 1 - (hex.end - hex.at) % 2, hex.end);
      continue;
    }
    add(Kind::base64, run.at, run.end);
    for (; hex.at != run.end; hex = next_hex_run(text, hex.end)) {
      guess(Kind::hex, hex.at, hex.end);
      guess(Kind::hex, hex.at + 1, hex.end);
    }
    for (std::size_t skipped = 1; skipped < 4; ++skipped)
      guess(Kind::base64, run.at + skipped, run.end);
  }
}

void Layer::add_wide() {
  const auto first = first_wide(outer_);
  if (first == outer_.npos) return;
  add(Kind::wide, first == 0 ? 0 : first - 1,
      std::min(outer_.size(), outer_.find_last_of('\0') + 2));
}

std::size_t Layer::end_of(std::size_t piece) const {
  return piece + 1 < pieces_.size() ? pieces_[piece + 1].at - 1 : text_.size();
}

void Layer::trace(Findings& findings) const {
  std::vector<Edge> edges;
  edges.reserve(2 * findings.size());
  for (auto& [at, end, rule] : findings) {
    const auto behind = std::ranges::upper_bound(pieces_, at, {}, &Piece::at);
    auto piece = static_cast<std::size_t>(behind - pieces_.begin()) - 1;
    if (at == end_of(piece) && end > at + 1) at = pieces_[++piece].at;  // of what parts them
    edges.push_back({.byte = at, .place = &at});
    const auto last = std::max(at + 1, std::min(end, end_of(piece))) - 1;
    edges.push_back({.byte = last, .place = &end, .is_end = true});
  }
  std::ranges::sort(edges, {}, &Edge::byte);
  std::span<const Edge> rest = edges;
  for (std::size_t piece = 0; piece < pieces_.size() && !rest.empty(); ++piece) {
    const auto& [kind, at, outer_at, outer_end] = pieces_[piece];
    const auto inside =
        std::ranges::upper_bound(rest, end_of(piece), {}, &Edge::byte) - rest.begin();
    const auto edges_inside = rest.first(static_cast<std::size_t>(inside));
    rest = rest.subspan(edges_inside.size());
    if (edges_inside.empty()) continue;
    for (const auto& edge : edges_inside)
      *edge.place = outer_end;
    decode(kind, outer_.substr(outer_at, outer_end - outer_at), Tracer(edges_inside, at, outer_at));
  }
}

}  // namespace redact
