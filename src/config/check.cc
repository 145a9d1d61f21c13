// SPDX-License-Identifier: Apache-2.0
#include "config/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/clock.h"
#include "base/text.h"
#include "config/toml.h"

namespace config {
namespace {

std::string_view expected_by(Type type) {
  switch (type) {
    case Type::table:
      return "a table";
    case Type::list:
      return "a list of tables, [[...]]";
    case Type::boolean:
      return "a boolean";
    case Type::integer:
      return "an integer";
    case Type::text:
    case Type::secret:
    case Type::choice:
    case Type::duration:
      return "a string";
    case Type::texts:
      return "a list of strings";
    case Type::command:
      return "a string or a list of strings";
    case Type::integers:
      return "a list of integers";
  }
  return "";
}

bool has_type(Type type, const Value& value) {
  switch (type) {
    case Type::table:
      return value.as<Table>() != nullptr;
    case Type::boolean:
      return value.as<bool>() != nullptr;
    case Type::integer:
      return value.as<std::int64_t>() != nullptr;
    case Type::text:
    case Type::secret:
    case Type::choice:
    case Type::duration:
      return value.as<std::string>() != nullptr;
    case Type::list:
    case Type::texts:
    case Type::integers:
      return value.as<Array>() != nullptr;
    case Type::command:
      return value.as<std::string>() != nullptr || value.as<Array>() != nullptr;
  }
  return false;
}

Type element_type(Type list) {
  if (list == Type::texts || list == Type::command) return Type::text;
  return list == Type::integers ? Type::integer : Type::table;
}

/// The full path of a row somewhere else in the schema that ends in this key.
std::string home_of(std::string_view key) {
  const auto ending = fmt::format(".{}", key);
  for (const auto& row : rows()) {
    if (row.path == key || row.path.ends_with(ending)) return std::string(row.path);
  }
  return {};
}

std::string suggestion(const Node& node, const std::string& path, std::string_view key) {
  if (const auto near = base::nearest(key, node.names())) {
    return fmt::format("; did you mean {}?", join_path(path, *near));
  }
  const auto home = home_of(key);
  return home.empty() ? "" : fmt::format("; there is {}", home);
}

/// One walk over one file; each step returns what is right, or nothing and a problem.
class Checker {
public:
  explicit Checker(Problems& problems) : problems_(problems) {}

  Table table(const Table& table, const Node& node, const std::string& path) {
    Table right;
    for (const auto& [key, origin, value] : table.entries()) {
      const auto full = join_path(path, key);
      const Node* child = node.child(key);
      if (child == nullptr) {
        report(origin, fmt::format("unknown key {}{}", full, suggestion(node, path, key)));
      } else if (auto checked = value_of(value, *child, full)) {
        right.set(key, origin, *std::move(checked));
      }
    }
    return right;
  }

private:
  std::optional<Value> value_of(const Value& value, const Node& node, const std::string& path) {
    const Row& row = *node.row;
    if (!has_type(row.type, value)) return wrong_type(value, row.type, path);
    if (const auto* inner = value.as<Table>())
      return Value{table(*inner, node, path), value.origin};
    if (const auto* array = value.as<Array>()) {
      return Value{elements(*array, node, path), value.origin};
    }
    return scalar(value, row, path);
  }

  Array elements(const Array& array, const Node& node, const std::string& path) {
    Array right;
    for (std::size_t i = 0; i < array.size(); ++i) {
      auto checked = element(array[i], node, fmt::format("{}[{}]", path, i));
      if (checked) right.push_back(*std::move(checked));
    }
    return right;
  }

  std::optional<Value> element(const Value& value, const Node& node, const std::string& path) {
    const auto type = element_type(node.row->type);
    if (!has_type(type, value)) return wrong_type(value, type, path);
    if (const auto* fields = value.as<Table>()) {
      report_missing(*fields, node, path, value.origin);
      return Value{table(*fields, node, path), value.origin};
    }
    const auto* text = value.as<std::string>();
    if (text != nullptr && text->empty()) return wrong(value, path + ": must not be empty");
    return text != nullptr ? value : scalar(value, *node.row, path);
  }

  void report_missing(
      const Table& element, const Node& node, const std::string& path, const base::Origin& origin) {
    for (const auto& [name, child] : node.children) {
      if (child.row->required && element.find(name) == nullptr) {
        report(origin, fmt::format("{} is missing", join_path(path, name)));
      }
    }
  }

  std::optional<Value> scalar(const Value& value, const Row& row, const std::string& path) {
    if (is_unset(row, value)) return value;
    if (const auto* number = value.as<std::int64_t>()) return in_range(*number, value, row, path);
    const auto* text = value.as<std::string>();
    if (text == nullptr) return value;
    if (row.required && text->empty()) return wrong(value, path + ": must not be empty");
    if (row.type == Type::choice) return one_of(*text, value, row, path);
    if (row.type != Type::duration || base::parse_duration(*text)) return value;
    return wrong(
        value, fmt::format("{}: {} is not a duration such as \"2s\"", path, toml_string(*text)));
  }

  std::optional<Value> in_range(
      std::int64_t number, const Value& value, const Row& row, const std::string& path) {
    if (number >= row.min && number <= row.max) return value;
    const bool bounded = row.max != std::numeric_limits<std::int64_t>::max();
    const auto range = bounded ? fmt::format("from {} to {}", row.min, row.max)
                               : fmt::format("at least {}", row.min);
    return wrong(value, fmt::format("{}: {} is out of range, it must be {}", path, number, range));
  }

  std::optional<Value> one_of(
      const std::string& text, const Value& value, const Row& row, const std::string& path) {
    const auto choices = split_choices(row.choices);
    if (std::ranges::find(choices, text) != choices.end()) return value;
    return wrong(value, fmt::format("{}: {}", path, not_one_of(text, choices)));
  }

  std::optional<Value> wrong_type(const Value& value, Type type, const std::string& path) {
    return wrong(
        value, fmt::format("{}: expected {}, found {}", path, expected_by(type), kind_of(value)));
  }

  std::optional<Value> wrong(const Value& value, std::string message) {
    report(value.origin, std::move(message));
    return std::nullopt;
  }

  void report(const base::Origin& origin, std::string message) {
    problems_.push_back({origin, std::move(message)});
  }

  Problems& problems_;
};

void walk_table(
    const Table& table, const Node& node, const std::string& path, const Visitor& visit) {
  for (const auto& [key, origin, value] : table.entries()) {
    const Node* child = node.child(key);
    if (child == nullptr) continue;
    const auto full = join_path(path, key);
    visit(full, *child->row, value);
    if (const auto* inner = value.as<Table>()) walk_table(*inner, *child, full, visit);
    const auto* array = value.as<Array>();
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      const auto* element = (*array)[i].as<Table>();
      if (element != nullptr) walk_table(*element, *child, fmt::format("{}[{}]", full, i), visit);
    }
  }
}

/// Whether a key that waits for its feature has a value that would change something.
bool has_effect(const Row& row, const Value& value) {
  if (is_unset(row, value) || toml_inline(value) == row.fallback) return false;
  if (const auto* array = value.as<Array>()) return !array->empty();
  const auto* text = value.as<std::string>();
  const auto harmless = split_choices(row.harmless);
  return text == nullptr || std::ranges::find(harmless, *text) == harmless.end();
}

}  // namespace

Table check(const Table& file, Problems& problems) {
  return Checker(problems).table(file, schema(), "");
}

void check_available(const Table& merged, Problems& problems) {
  walk(merged, [&](const std::string& path, const Row& row, const Value& value) {
    if (row.status != Status::later || !has_effect(row, value)) return;
    const bool shown = value.as<Array>() == nullptr;
    const auto what = shown ? fmt::format("{} = {}", path, toml_inline(value)) : path;
    problems.push_back(
        {value.origin, what + " is not available yet; remove it to go on without it"});
  });
}

void walk(const Table& tree, const Visitor& visit) { walk_table(tree, schema(), "", visit); }

bool is_unset(const Row& row, const Value& value) {
  const auto* text = value.as<std::string>();
  const auto* number = value.as<std::int64_t>();
  const bool optional_text = !row.required && (row.type == Type::text || row.type == Type::choice);
  return (text != nullptr && text->empty() && optional_text) ||
         (number != nullptr && *number == 0 && row.zero_is_unset);
}

std::string not_one_of(std::string_view text, std::span<const std::string> choices) {
  const auto near = base::nearest(text, choices);
  const auto hint = near ? fmt::format("; did you mean \"{}\"?", *near) : "";
  return fmt::format("{} is not one of {}{}", toml_string(text), base::join(choices, ", "), hint);
}

std::string join_path(const std::string& path, std::string_view key) {
  return path.empty() ? toml_key(key) : path + "." + toml_key(key);
}

}  // namespace config
