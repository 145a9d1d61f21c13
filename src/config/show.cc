// SPDX-License-Identifier: Apache-2.0
#include "config/show.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "config/check.h"
#include "config/schema.h"
#include "config/toml.h"

namespace config {
namespace {

constexpr std::string_view masked = "[secret]";

bool is_list_of_tables(const Value& value, const Node& node) {
  return node.row->type == Type::list && !value.as<Array>()->empty();
}

class TomlText {
public:
  explicit TomlText(Origins origins) : origins_(origins) {}

  /// TOML wants the plain keys of a table before its tables.
  void table(const Table& table, const Node& node, const std::string& path) {
    for (const auto& [key, origin, value] : table.entries()) {
      const Node& child = *node.child(key);
      if (!value.as<Table>() && !is_list_of_tables(value, child)) line(key, value, *child.row);
    }
    for (const auto& [key, origin, value] : table.entries()) {
      const Node& child = *node.child(key);
      const auto full = join_path(path, key);
      if (const auto* inner = value.as<Table>()) section(*inner, child, full);
      if (value.as<Array>() && is_list_of_tables(value, child)) list(value, child, full);
    }
  }

  std::string take() && { return std::move(text_); }

private:
  void section(const Table& inner, const Node& node, const std::string& path) {
    header(fmt::format("[{}]", path));
    table(inner, node, path);
  }

  void list(const Value& value, const Node& node, const std::string& path) {
    for (const auto& element : *value.as<Array>()) {
      header(fmt::format("[[{}]]", path));
      table(*element.as<Table>(), node, path);
    }
  }

  void header(const std::string& header) {
    if (!text_.empty()) text_ += '\n';
    text_ += header + "\n";
  }

  void line(std::string_view key, const Value& value, const Row& row) {
    const auto shown = row.type == Type::secret ? toml_string(masked) : toml_inline(value);
    text_ += fmt::format("{} = {}", toml_key(key), shown);
    if (origins_ == Origins::shown) {
      text_ += "  # " + base::escape_for_terminal(value.origin.to_string());
    }
    text_ += '\n';
  }

  Origins origins_;
  std::string text_;
};

std::string json_of(const Value& value, const Node& node);

std::string json_of(const Table& table, const Node& node) {
  std::vector<std::string> members;
  for (const auto& [key, origin, value] : table.entries()) {
    members.push_back(base::to_json_string(key) + ":" + json_of(value, *node.child(key)));
  }
  return "{" + base::join(members, ",") + "}";
}

std::string json_of(const Value& value, const Node& node) {
  if (const auto* table = value.as<Table>()) return json_of(*table, node);
  if (node.row->type == Type::secret) return base::to_json_string(masked);
  if (const auto* text = value.as<std::string>()) return base::to_json_string(*text);
  const auto* array = value.as<Array>();
  if (array == nullptr) return toml_inline(value);
  std::vector<std::string> elements;
  for (const auto& element : *array)
    elements.push_back(json_of(element, node));
  return "[" + base::join(elements, ",") + "]";
}

}  // namespace

std::string to_toml(const Table& effective, Origins origins) {
  TomlText text(origins);
  text.table(effective, schema(), "");
  return std::move(text).take();
}

std::string to_json(const Table& effective) { return json_of(effective, schema()); }

}  // namespace config
