// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a text says in other words: percent, JSON, HTML and quoted-printable escapes undone, base64
// and hexadecimal runs decoded, UTF-16 narrowed. Only where there are such things: a text without
// them costs one look.
//
// A layer is one text with all that was decoded of another, piece behind piece, so that it is
// searched at once and may have a layer below it. Takes time and room in proportion to the text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "redact/escapes.h"
#include "redact/finding.h"

namespace redact {

class Layer {
public:
  /// `margin`: so far before and behind an escape the text is decoded, too: as far as a secret
  /// reaches.
  static Layer below(std::string_view outer, Escapes escapes, std::size_t margin = least_margin);

  bool empty() const { return text_.empty(); }
  std::string_view text() const { return text_; }

  /// Moves findings in the text to the parts of the outer text (it must be there still) that say
  /// what was found. Reads each piece once, however many there are.
  void trace(Findings& findings) const;

  enum class Kind : std::uint8_t { escapes, quoted, base64, hex, wide };

private:
  struct Piece {
    Kind kind;
    std::size_t at;  // in text_
    std::size_t outer_at;
    std::size_t outer_end;
  };
  /// Of a piece in the text.
  std::size_t end_of(std::size_t piece) const;
  void add(Kind kind, std::size_t outer_at, std::size_t outer_end);
  void add_escapes(Escapes escapes, std::size_t margin);
  void add_runs();
  void add_wide();

  std::string_view outer_;
  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace redact
