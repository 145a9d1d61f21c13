// SPDX-License-Identifier: Apache-2.0
#include "config/value.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace config {

const Value* Table::find(std::string_view key) const {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : &found->value;
}

Value* Table::find(std::string_view key) {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  return found == entries_.end() ? nullptr : &found->value;
}

Value& Table::set(std::string_view key, base::Origin origin, Value value) {
  const auto found = std::ranges::find(entries_, key, &Entry::key);
  if (found == entries_.end()) {
    entries_.push_back({std::string(key), std::move(origin), std::move(value)});
    return entries_.back().value;
  }
  found->origin = std::move(origin);
  found->value = std::move(value);
  return found->value;
}

void Table::erase(std::string_view key) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.key == key; });
}

const Value* find_path(const Table& root, std::string_view path) {
  const Table* table = &root;
  const Value* value = nullptr;
  for (const auto key : base::split(path, '.')) {
    if (table == nullptr) return nullptr;
    value = table->find(key);
    if (value == nullptr) return nullptr;
    table = value->as<Table>();
  }
  return value;
}

Table& make_table(Table& root, std::string_view path, const base::Origin& origin) {
  Table* table = &root;
  for (const auto key : base::split(path, '.')) {
    Value* child = table->find(key);
    if (child == nullptr || child->as<Table>() == nullptr) {
      child = &table->set(key, origin, {Table{}, origin});
    }
    table = child->as<Table>();
  }
  return *table;
}

void set_path(Table& root, std::string_view path, Value value) {
  const auto dot = path.rfind('.');
  const auto origin = value.origin;
  Table& table =
      dot == std::string_view::npos ? root : make_table(root, path.substr(0, dot), origin);
  table.set(path.substr(dot + 1), origin, std::move(value));
}

std::string_view kind_of(const Value& value) {
  static constexpr std::array<std::string_view, 7> kinds = {
      "a boolean", "an integer", "a float", "a string", "a date or time", "a list", "a table"};
  return kinds[value.data.index()];
}

}  // namespace config
