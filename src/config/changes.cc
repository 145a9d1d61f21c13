// SPDX-License-Identifier: Apache-2.0
#include "config/changes.h"

#include <algorithm>
#include <array>
#include <set>

#include "config/check.h"

namespace config {
namespace {

constexpr std::array<std::string_view, 10> taken_up{"include",         "proxy.credentials",
                                                    "proxy.dns",       "proxy.filter",
                                                    "proxy.log_skip",  "proxy.oauth",
                                                    "proxy.tokens",    "proxy.max_log_body_bytes",
                                                    "proxy.redaction", "secrets"};

/// Where they were written does not count.
bool is_same(const Value& one, const Value& other);

bool is_same(const Table& one, const Table& other) {
  return std::ranges::equal(
      one.entries(), other.entries(), [](const Entry& left, const Entry& right) {
        return left.key == right.key && is_same(left.value, right.value);
      });
}

struct IsSame {
  bool operator()(const Table& one, const Table& other) const { return is_same(one, other); }
  bool operator()(const Array& one, const Array& other) const {
    return std::ranges::equal(
        one, other, [](const Value& left, const Value& right) { return is_same(left, right); });
  }
  bool operator()(const Moment& one, const Moment& other) const { return one.text == other.text; }
  template <class One>
  bool operator()(const One& one, const One& other) const {
    return one == other;
  }
  template <class One, class Other>
  bool operator()(const One& /*one*/, const Other& /*other*/) const {
    return false;
  }
};

bool is_same(const Value& one, const Value& other) {
  return std::visit(IsSame(), one.data, other.data);
}

void compare(
    const Table& before,
    const Table& after,
    const std::string& above,
    std::vector<std::string>& differing) {
  std::set<std::string> keys;
  for (const auto* table : {&before, &after}) {
    for (const auto& entry : table->entries())
      keys.insert(entry.key);
  }
  for (const auto& key : keys) {
    const std::string path = join_path(above, key);
    if (std::ranges::find(taken_up, path) != taken_up.end()) continue;
    static const Table nothing;
    const auto* old_value = before.find(key);
    const auto* new_value = after.find(key);
    const auto* old_table = old_value != nullptr ? old_value->as<Table>() : &nothing;
    const auto* new_table = new_value != nullptr ? new_value->as<Table>() : &nothing;
    if (old_table != nullptr && new_table != nullptr)
      compare(*old_table, *new_table, path, differing);
    else if (old_value == nullptr || new_value == nullptr || !is_same(*old_value, *new_value))
      differing.push_back(path);
  }
}

}  // namespace

std::vector<std::string> keys_for_next_start(const Table& before, const Table& after) {
  std::vector<std::string> differing;
  compare(before, after, {}, differing);
  return differing;
}

}  // namespace config
