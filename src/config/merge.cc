// SPDX-License-Identifier: Apache-2.0
#include "config/merge.h"

#include <algorithm>

#include "config/check.h"
#include "config/schema.h"
#include "config/toml.h"

namespace config {
namespace {

void merge_table(Table& base, const Table& layer, const Node& node);

void join_lists(Array& base, const Array& layer, Merge how) {
  const auto place = how == Merge::prepend ? base.begin() : base.end();
  base.insert(place, layer.begin(), layer.end());
}

/// The position of a choice; the first is the most severe.
std::ptrdiff_t rank(const Row& row, const Value& value) {
  const auto choices = split_choices(row.choices);
  return std::ranges::find(choices, *value.as<std::string>()) - choices.begin();
}

bool keeps_base(const Row& row, const Value& base, const Value& layer) {
  if (row.merge == Merge::only_on) return *base.as<bool>();
  const bool written = base.origin.file != "default";
  return row.merge == Merge::strictest && written && rank(row, base) <= rank(row, layer);
}

void merge_value(Value& base, const Value& layer, const Node& node) {
  const Row& row = *node.row;
  auto* table = base.as<Table>();
  auto* array = base.as<Array>();
  if (table != nullptr && row.merge != Merge::whole) {
    merge_table(*table, *layer.as<Table>(), node);
  } else if (array != nullptr && (row.merge == Merge::prepend || row.merge == Merge::append)) {
    join_lists(*array, *layer.as<Array>(), row.merge);
    if (!layer.as<Array>()->empty()) base.origin = layer.origin;
  } else if (!keeps_base(row, base, layer)) {
    base = layer;
  }
}

void merge_table(Table& base, const Table& layer, const Node& node) {
  for (const auto& [key, origin, value] : layer.entries()) {
    const Node& child = *node.child(key);
    if (is_unset(*child.row, value)) continue;
    if (Value* existing = base.find(key)) {
      merge_value(*existing, value, child);
    } else {
      base.set(key, origin, value);
    }
  }
}

Table make_defaults() {
  Table table;
  for (const auto& row : rows()) {
    const bool in_fixed_place = row.path.find_first_of("*[") == std::string_view::npos;
    if (row.fallback.empty() || !in_fixed_place) continue;
    const auto parsed = parse_toml("value = " + std::string(row.fallback), "default");
    set_path(table, row.path, {parsed->find("value")->data, {"default"}});
  }
  return table;
}

}  // namespace

void merge(Table& base, const Table& layer) { merge_table(base, layer, schema()); }

const Table& defaults() {
  static const Table table = make_defaults();
  return table;
}

}  // namespace config
