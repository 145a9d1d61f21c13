// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tables for a terminal, drawn with box characters and aligned by what the text is wide there.

#include <string>
#include <string_view>
#include <vector>

namespace audit {

/// Columns that valid UTF-8 takes on a terminal: two for East Asian wide characters and emoji, none
/// for combining marks.
std::size_t display_width(std::string_view text);

/// At most `width` columns, the last three of them "..." when something was cut.
std::string cut_to_width(std::string_view text, std::size_t width);

struct Cell {
  std::string text{};   // safe for a terminal
  std::string color{};  // an escape sequence that turns it on, or empty
};

using Row = std::vector<Cell>;

/// The first row is the heading; all have as many cells.
std::string draw_table(const std::vector<Row>& rows);

}  // namespace audit
