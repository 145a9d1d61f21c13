// SPDX-License-Identifier: Apache-2.0
#include "audit/text_table.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace audit {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Generous ranges: a column too many is ugly, a table is not a security boundary.
constexpr std::array<Range, 11> wide{{
    {0x1100, 0x115F},    // Hangul initials
    {0x2E80, 0x303E},    // CJK radicals and punctuation
    {0x3041, 0xA4CF},    // kana, CJK, Yi
    {0xA960, 0xA97F},    // Hangul extended
    {0xAC00, 0xD7A3},    // Hangul syllables
    {0xF900, 0xFAFF},    // CJK compatibility
    {0xFE30, 0xFE6F},    // vertical and small forms
    {0xFF00, 0xFF60},    // full width forms
    {0xFFE0, 0xFFE6},    // full width signs
    {0x1F300, 0x1FAFF},  // emoji
    {0x20000, 0x3FFFD},  // CJK extensions
}};

constexpr std::array<Range, 8> without_width{{
    {0x0300, 0x036F},  // combining marks
    {0x0483, 0x0489},  // Cyrillic marks
    {0x0591, 0x05BD},  // Hebrew points
    {0x064B, 0x065F},  // Arabic marks
    {0x1AB0, 0x1AFF},  // more combining marks
    {0x20D0, 0x20FF},  // marks for symbols
    {0xFE00, 0xFE0F},  // variation selectors
    {0xFE20, 0xFE2F},  // half marks
}};

bool is_in(const auto& ranges, char32_t rune) {
  return std::ranges::any_of(
      ranges, [&](const Range& range) { return rune >= range.first && rune <= range.last; });
}

std::size_t width_of(char32_t rune) {
  if (is_in(without_width, rune)) return 0;
  return is_in(wide, rune) ? 2 : 1;
}

/// Takes the first character off valid UTF-8.
char32_t take_rune(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t rune = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < std::min(size, text.size()); ++i)
    rune = (rune << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(std::min(size, text.size()));
  return rune;
}

std::vector<std::size_t> column_widths(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  return widths;
}

void append_border(
    std::string& out,
    const std::vector<std::size_t>& widths,
    std::string_view left,
    std::string_view middle,
    std::string_view right) {
  out += left;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i > 0) out += middle;
    for (std::size_t n = 0; n < widths[i] + 2; ++n)
      out += "─";
  }
  out += right;
  out += '\n';
}

void append_cell(std::string& out, const Cell& cell, std::size_t width) {
  out += ' ';
  out += cell.color;
  out += cell.text;
  if (!cell.color.empty()) out += "\x1b[0m";
  out.append(width - display_width(cell.text) + 1, ' ');
}

void append_row(std::string& out, const Row& row, const std::vector<std::size_t>& widths) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    out += "│";
    append_cell(out, row[i], widths[i]);
  }
  out += "│\n";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty())
    width += width_of(take_rune(text));
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  const std::string_view dots = std::string_view("...").substr(0, width);
  std::string_view rest = text;
  std::size_t used = 0;
  std::size_t end = 0;
  for (;;) {
    used += width_of(take_rune(rest));
    if (used > width - dots.size()) break;
    end = text.size() - rest.size();
  }
  return std::string(text.substr(0, end)).append(dots);
}

std::string draw_table(const std::vector<Row>& rows) {
  const auto widths = column_widths(rows);
  std::string out;
  append_border(out, widths, "┌", "┬", "┐");
  append_row(out, rows.front(), widths);
  append_border(out, widths, "├", "┼", "┤");
  for (std::size_t i = 1; i < rows.size(); ++i)
    append_row(out, rows[i], widths);
  append_border(out, widths, "└", "┴", "┘");
  return out;
}

}  // namespace audit
