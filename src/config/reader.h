// SPDX-License-Identifier: Apache-2.0
#pragma once
// Typed looks into a table that passed the schema's check. "" and a missing key are the same: not
// set.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/value.h"

namespace config {

class Reader {
public:
  explicit Reader(const Table& table) : table_(table) {}

  /// `path` is of bare keys with dots.
  const Value* find(std::string_view path) const { return find_path(table_, path); }
  std::optional<std::string> text(std::string_view path) const;
  std::optional<std::int64_t> integer(std::string_view path) const;
  std::optional<bool> flag(std::string_view path) const;
  std::vector<std::string> texts(std::string_view path) const;
  std::vector<std::int64_t> integers(std::string_view path) const;
  /// The elements of a list of tables.
  std::vector<const Value*> tables(std::string_view path) const;
  /// Where the first of `keys` that is set stands, else `otherwise`.
  base::Origin origin(
      std::initializer_list<std::string_view> keys, const base::Origin& otherwise) const;

private:
  template <class T>
  const T* as(std::string_view path) const {
    const Value* value = find(path);
    return value == nullptr ? nullptr : value->as<T>();
  }

  const Table& table_;
};

/// A path written in a file: `~` is the home directory, a relative one starts where the file lies
/// (on the command line: in the working directory).
std::filesystem::path path_of(
    std::string_view text, const base::Origin& origin, const std::filesystem::path& home);

}  // namespace config
