// SPDX-License-Identifier: Apache-2.0
#include "redact/deep.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "secrets/scrub.h"

namespace redact {
namespace {

/// What is decoded around escapes: a secret begins at most so far before one of its bytes.
constexpr std::size_t margin = 1024;
/// A base64 or hexadecimal run is not looked into when it is shorter: most words of a text are.
constexpr std::size_t shortest_run = 24;
constexpr std::size_t block = 64;
/// A line that is at least so long goes on in the next one.
constexpr std::size_t shortest_line = 56;

constexpr std::array<std::uint8_t, 256> make_base64_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(64);
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < alphabet.size(); ++at)
    values[static_cast<unsigned char>(alphabet[at])] = static_cast<std::uint8_t>(at);
  values['-'] = 62;
  values['_'] = 63;
  return values;
}
constexpr auto base64_values = make_base64_values();

std::uint8_t base64_value(char c) { return base64_values[static_cast<unsigned char>(c)]; }
bool is_base64(char c) { return base64_value(c) < 64; }

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
void decode_base64(std::string_view text, Visit&& visit) {
  std::uint32_t bits = 0;
  unsigned count = 0;
  std::size_t previous = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (; count == 0 && at + 4 <= text.size(); at += 4) {
      const auto a = base64_value(text[at]);
      const auto b = base64_value(text[at + 1]);
      const auto c = base64_value(text[at + 2]);
      const auto d = base64_value(text[at + 3]);
      if (((a | b | c | d) & 64U) != 0) break;
      const bool goes_on = visit(static_cast<char>(a << 2U | b >> 4U), at, at + 2) &&
                           visit(static_cast<char>(b << 4U | c >> 2U), at + 1, at + 3) &&
                           visit(static_cast<char>(c << 6U | d), at + 2, at + 4);
      if (!goes_on) return;
    }
    if (at == text.size()) return;
    const auto value = base64_value(text[at]);
    if (value >= 64) continue;  // the end of a line
    bits = bits << 6U | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      if (!visit(static_cast<char>(bits >> count & 255U), previous, at + 1)) return;
    }
    previous = at;
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

/// Finds the part of the text that says the bytes from `first` to `end`.
class Tracer {
public:
  Tracer(std::size_t first, std::size_t end, std::pair<std::size_t, std::size_t>& source)
      : first_(first), end_(end), source_(source) {}
  bool operator()(char, std::size_t from, std::size_t to) {
    if (at_ == first_) source_.first = from;
    if (++at_ < end_) return true;
    source_.second = to;
    return false;
  }
  bool operator()(std::string_view plain, std::size_t from) {
    const auto next = at_ + plain.size();
    if (at_ <= first_ && first_ < next) source_.first = from + first_ - at_;
    if (next < end_) {
      at_ = next;
      return true;
    }
    source_.second = from + end_ - at_;
    return false;
  }

private:
  std::size_t at_ = 0;
  std::size_t first_;
  std::size_t end_;
  std::pair<std::size_t, std::size_t>& source_;
};

template <class Visit>
void decode(Layer::Kind kind, std::string_view text, Visit visit) {
  switch (kind) {
    case Layer::Kind::escapes:
      return undo(escape_at, plain_at, text, visit);
    case Layer::Kind::quoted:
      return undo(quoted_at, unquoted_at, text, visit);
    case Layer::Kind::base64:
      return decode_base64(text, visit);
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

bool is_worth_it(std::string_view text, std::size_t at, Escapes escapes) {
  if (!begins_escape(text[at])) return false;
  const bool is_commonest =
      text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == 'n' || text[at + 1] == '"');
  if (is_commonest) return escapes == Escapes::all;
  const auto escape = escape_at(text, at);
  return escape && (escapes == Escapes::all || !escape->is_usual);
}

/// The first place where an escape is worth it.
std::size_t first_escape(std::string_view text, Escapes escapes) {
  std::size_t at = 0;
  while (at + block <= text.size()) {
    const auto end = at + block;
    if (!has_escape(text.data() + at)) at = end;
    for (; at < end; at += word) {
      for (auto bits = escapes_in(text.data() + at); bits != 0; bits &= bits - 1) {
        const auto place = at + static_cast<std::size_t>(std::countr_zero(bits)) / 8;
        if (is_worth_it(text, place, escapes)) return place;
      }
    }
  }
  for (; at < text.size(); ++at)
    if (is_worth_it(text, at, escapes)) return at;
  return text.npos;
}

std::size_t last_escape(std::string_view text, Escapes escapes) {
  for (std::size_t at = text.size(); at-- > 0;)
    if (is_worth_it(text, at, escapes)) return at;
  return 0;
}

/// False when one of the eight characters is surely not base64: a blank, a quotation mark, a brace,
/// anything but ASCII.
bool may_be_base64(const char* at) {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t highest_bits = 0x80 * each;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  const auto below = (bytes - '+' * each) & ~bytes;          // borrows where there is one below '+'
  const auto above = (bytes + (0x7F - 'z') * each) | bytes;  // carries into the bit above 'z'
  return ((below | above) & highest_bits) == 0;
}

/// The first run of at least `shortest_run` characters that begins at `from` or behind. Such a run
/// covers eight bytes at one of the places that are looked at.
std::size_t next_run(std::string_view text, std::size_t from) {
  constexpr std::size_t looked_at = 8;
  constexpr std::size_t step = shortest_run - looked_at;
  for (auto place = from; place + looked_at <= text.size(); place += step) {
    if (!may_be_base64(text.data() + place)) continue;
    auto begin = place;
    while (begin > from && is_base64(text[begin - 1]))
      --begin;
    auto end = place;
    while (end < text.size() && end - begin < shortest_run && is_base64(text[end]))
      ++end;
    if (end - begin == shortest_run) return begin;
  }
  return text.npos;
}

/// With a last line that is shorter than the others, or at anything that is not base64.
std::size_t end_of_run(std::string_view text, std::size_t at) {
  for (;;) {
    const auto line = at;
    while (at < text.size() && is_base64(text[at]))
      ++at;
    if (at - line < shortest_line) return at;
    auto next = at;
    if (text.substr(next).starts_with('\r')) ++next;
    if (!text.substr(next).starts_with('\n')) return at;
    ++next;
    if (next >= text.size() || !is_base64(text[next])) return at;
    at = next;
  }
}

/// Whether there is a line that goes on, or an equals sign as quoted-printable writes it.
bool is_quoted_printable(std::string_view text) {
  for (auto at = text.find('='); at != text.npos; at = text.find('=', at + 1)) {
    const auto rest = text.substr(at + 1);
    if (rest.starts_with('\n') || rest.starts_with("\r\n") || rest.starts_with("3D")) return true;
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

bool is_hex(std::string_view run) {
  return std::ranges::all_of(run, [](char c) { return base::hex_value(c) >= 0; });
}

/// The commonest run that is none.
constexpr std::size_t uuid_size = 36;
bool is_uuid(std::string_view text, std::size_t at) {
  const auto run = text.substr(at, uuid_size + 1);
  return run.size() >= uuid_size && run[8] == '-' && run[13] == '-' && run[18] == '-' &&
         run[23] == '-' && (run.size() == uuid_size || !is_base64(run[uuid_size]));
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
  text_.resize(before + outer_end - outer_at);
  char* to = text_.data() + before;
  decode(kind, outer_.substr(outer_at, outer_end - outer_at), Writer(to));
  text_.resize(static_cast<std::size_t>(to - text_.data()));
}

void Layer::add_escapes(Escapes escapes) {
  if (const auto first = first_escape(outer_, escapes); first != outer_.npos) {
    const auto last = last_escape(outer_, escapes);
    add(Kind::escapes, first < margin ? 0 : first - margin, std::min(outer_.size(), last + margin));
  }
  if (is_quoted_printable(outer_)) add(Kind::quoted, 0, outer_.size());
}

void Layer::add_runs() {
  for (auto begin = next_run(outer_, 0); begin != outer_.npos;) {
    if (is_uuid(outer_, begin)) {
      begin = next_run(outer_, begin + uuid_size);
      continue;
    }
    const auto end = end_of_run(outer_, begin);
    const auto run = outer_.substr(begin, end - begin);
    if (is_hex(run))
      add(Kind::hex, begin + run.size() % 2, end);
    else
      add(Kind::base64, begin, end);
    begin = next_run(outer_, end);
  }
}

void Layer::add_wide() {
  const auto first = first_wide(outer_);
  if (first == outer_.npos) return;
  add(Kind::wide, first == 0 ? 0 : first - 1,
      std::min(outer_.size(), outer_.find_last_of('\0') + 2));
}

std::pair<std::size_t, std::size_t> Layer::source_of(std::size_t at, std::size_t end) const {
  const auto behind = std::ranges::upper_bound(pieces_, at, {}, &Piece::at);
  const auto& piece = behind == pieces_.begin() ? *behind : *std::prev(behind);
  const auto text = outer_.substr(piece.outer_at, piece.outer_end - piece.outer_at);
  std::pair source(text.size(), text.size());
  decode(piece.kind, text, Tracer(at - piece.at, end - piece.at, source));
  return {piece.outer_at + source.first, piece.outer_at + source.second};
}

}  // namespace redact
