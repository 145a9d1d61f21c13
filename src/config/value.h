// SPDX-License-Identifier: Apache-2.0
#pragma once
// A configuration as a tree: what TOML can say, each value with the place where it was written.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/origin.h"

namespace config {

struct Value;
struct Entry;

using Array = std::vector<Value>;

/// Keys in the order in which they were written.
class Table {
public:
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const { return entries_.empty(); }
  /// Sets or replaces; `origin` is where the key stands.
  Value& set(std::string_view key, base::Origin origin, Value value);
  void erase(std::string_view key);

private:
  std::vector<Entry> entries_;
};

/// A TOML date or time: no key takes one, so only its text is kept.
struct Moment {
  std::string text;
};

struct Value {
  std::variant<bool, std::int64_t, double, std::string, Moment, Array, Table> data;
  base::Origin origin{};

  template <class T>
  const T* as() const {
    return std::get_if<T>(&data);
  }
  template <class T>
  T* as() {
    return std::get_if<T>(&data);
  }
};

struct Entry {
  std::string key;
  base::Origin origin;  // of the key
  Value value;
};

/// The value at "proxy.filter.rules" (bare keys only), or null.
const Value* find_path(const Table& root, std::string_view path);
/// The table at `path`, made with its parents where it does not exist.
Table& make_table(Table& root, std::string_view path, const base::Origin& origin);
/// Sets the value at `path`, with the tables above it.
void set_path(Table& root, std::string_view path, Value value);

/// "an integer", "a string": how a message calls what it found.
std::string_view kind_of(const Value& value);

}  // namespace config
