// SPDX-License-Identifier: Apache-2.0
#include "redact/deep.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/text.h"
#include "redact/escapes.h"
#include "redact/runs.h"
#include "secrets/scrub.h"

namespace redact {
namespace {

/// So much of a run is read as if it began elsewhere, and so much of all runs of a text.
constexpr std::size_t longest_guess = std::size_t{16} << 10U;
constexpr std::size_t most_guessed = std::size_t{256} << 10U;

// Each decoder calls `visit(byte, from, to)` for each decoded byte with the part of the text that
// says it, or `visit(bytes, from)` for several that say themselves, until that says that it has
// enough.

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

Layer Layer::below(std::string_view outer, Escapes escapes, std::size_t margin) {
  Layer layer;
  layer.outer_ = outer;
  layer.add_escapes(escapes, margin);
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

void Layer::add_escapes(Escapes escapes, std::size_t margin) {
  for (auto first = next_escape(outer_, 0, escapes); first != outer_.npos;) {
    const auto last = last_of_cluster(outer_, first, escapes, margin);
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
