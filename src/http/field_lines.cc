// SPDX-License-Identifier: Apache-2.0
#include "http/field_lines.h"

#include "base/result.h"
#include "http/grammar.h"

namespace http {
namespace {

Checked<> add_field_line(std::string_view line, Fields& fields) {
  if (line.starts_with(' ') || line.starts_with('\t')) return malformed(400, "a field is folded");
  const auto colon = line.find(':');
  if (colon == line.npos) return malformed(400, "a field has no colon");
  const auto name = line.substr(0, colon);
  const auto value = trim_blanks(line.substr(colon + 1));
  if (!is_token(name)) return malformed(400, "a field's name is not a token");
  if (!is_field_text(value)) return malformed(400, "a field's value has a control byte");
  fields.add(std::string(name), std::string(value));
  return {};
}

}  // namespace

std::string_view take_line(std::string_view& lines) {
  const auto end = lines.find("\r\n");
  const auto line = lines.substr(0, end);
  lines.remove_prefix(end == lines.npos ? lines.size() : end + 2);
  return line;
}

Checked<Fields> parse_field_lines(std::string_view lines, const Limits& limits) {
  Fields fields;
  fields.reserve(16);
  while (!lines.empty()) {
    if (fields.size() == limits.fields) return malformed(431, "there are too many fields");
    TRY_VOID(add_field_line(take_line(lines), fields));
  }
  return fields;
}

}  // namespace http
