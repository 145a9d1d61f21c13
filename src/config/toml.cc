// SPDX-License-Identifier: Apache-2.0
#include "config/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "base/text.h"
#include "config/tomlplusplus.h"

namespace config {
namespace {

base::Origin origin_of(const toml::source_region& region, const std::string& file) {
  return {file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Value convert(const toml::node& node, const std::string& file);

/// toml++ sorts keys; people expect the order of the file.
Table convert_table(const toml::table& table, const std::string& file) {
  std::vector<Entry> entries;
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), origin_of(key.source(), file), convert(node, file)});
  }
  std::ranges::sort(entries, {}, [](const Entry& entry) {
    return std::pair(entry.origin.line, entry.origin.column);
  });
  Table converted;
  for (auto& entry : entries)
    converted.set(entry.key, entry.origin, std::move(entry.value));
  return converted;
}

Array convert_array(const toml::array& array, const std::string& file) {
  Array converted;
  for (const auto& node : array)
    converted.push_back(convert(node, file));
  return converted;
}

template <class T>
std::string printed(const T& value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

Value convert(const toml::node& node, const std::string& file) {
  const auto origin = origin_of(node.source(), file);
  if (const auto* value = node.as_boolean()) return {value->get(), origin};
  if (const auto* value = node.as_integer()) return {value->get(), origin};
  if (const auto* value = node.as_floating_point()) return {value->get(), origin};
  if (const auto* value = node.as_string()) return {value->get(), origin};
  if (const auto* value = node.as_array()) return {convert_array(*value, file), origin};
  if (const auto* value = node.as_table()) return {convert_table(*value, file), origin};
  if (const auto* value = node.as_date()) return {Moment{printed(value->get())}, origin};
  if (const auto* value = node.as_time()) return {Moment{printed(value->get())}, origin};
  return {Moment{printed(node.as_date_time()->get())}, origin};
}

bool is_forbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

/// The first byte that TOML allows nowhere: part of invalid UTF-8, or a control character. Found
/// here, so that the parser never sees one.
std::optional<std::size_t> first_foreign_byte(std::string_view text) {
  const auto valid = base::to_utf8(text);
  const auto invalid = std::ranges::mismatch(text, valid).in1 - text.begin();
  const auto control = std::ranges::find_if(text, is_forbidden) - text.begin();
  const auto first = static_cast<std::size_t>(std::min(invalid, control));
  return first < text.size() ? std::optional(first) : std::nullopt;
}

base::Origin origin_at(std::string_view text, std::size_t offset, const std::string& file) {
  const auto before = text.substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;
  return {
      file, static_cast<int>(std::ranges::count(before, '\n')) + 1,
      static_cast<int>(offset - line_start) + 1};
}

bool is_bare(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '_' || c == '-';
  });
}

/// 1e3 and 1.0 stay floats when they are read again.
std::string float_text(double value) {
  auto text = fmt::format("{}", value);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string inline_array(const Array& array) {
  std::vector<std::string> parts;
  for (const auto& value : array)
    parts.push_back(toml_inline(value));
  return "[" + base::join(parts, ", ") + "]";
}

std::string inline_table(const Table& table) {
  std::vector<std::string> parts;
  for (const auto& [key, origin, value] : table.entries()) {
    parts.push_back(toml_key(key) + " = " + toml_inline(value));
  }
  return parts.empty() ? "{}" : "{ " + base::join(parts, ", ") + " }";
}

}  // namespace

std::expected<Table, Problem> parse_toml(std::string_view text, const std::string& file) {
  if (const auto foreign = first_foreign_byte(text)) {
    return std::unexpected(Problem{
        origin_at(text, *foreign, file), "not valid TOML: not UTF-8, or a control character"});
  }
  const auto parsed = toml::parse(text);
  if (parsed) return convert_table(parsed.table(), file);
  const auto& error = parsed.error();
  return std::unexpected(Problem{
      origin_of(error.source(), file),
      "not valid TOML: " + base::escape_for_terminal(error.description())});
}

std::string toml_key(std::string_view name) {
  return is_bare(name) ? std::string(name) : toml_string(name);
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_inline(const Value& value) {
  if (const auto* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* number = value.as<std::int64_t>()) return fmt::format("{}", *number);
  if (const auto* number = value.as<double>()) return float_text(*number);
  if (const auto* text = value.as<std::string>()) return toml_string(*text);
  if (const auto* moment = value.as<Moment>()) return moment->text;
  if (const auto* array = value.as<Array>()) return inline_array(*array);
  return inline_table(*value.as<Table>());
}

}  // namespace config
