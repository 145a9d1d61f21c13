// SPDX-License-Identifier: Apache-2.0
#pragma once
// The fields of a message in their order. Names keep their spelling and are compared without case.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

struct Field {
  std::string name{};
  std::string value{};
  bool operator==(const Field&) const = default;
};

class Fields {
public:
  Fields() = default;
  Fields(std::initializer_list<Field> fields) : fields_(fields) {}

  /// Appends, also when the name is there already.
  void add(std::string name, std::string value) {
    if (fields_.capacity() == 0) fields_.reserve(usual_count);
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// One field of this name: the first keeps its place and gets the value, others go, a new one
  /// comes last.
  void set(std::string_view name, std::string value);
  /// Removes every field of this name; how many there were.
  std::size_t erase(std::string_view name);
  template <class Predicate>
  std::size_t erase_if(Predicate predicate) {
    return std::erase_if(fields_, predicate);
  }
  void reserve(std::size_t count) { fields_.reserve(count); }

  /// The value of the first field of this name. Lives until the fields change.
  std::optional<std::string_view> find(std::string_view name) const;
  /// The values of every field of this name, in order.
  std::vector<std::string_view> all(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name).has_value(); }

  /// The elements of a comma-separated list, over every field of this name; empty elements are left
  /// out. Not for values with quoted commas.
  std::vector<std::string_view> tokens(std::string_view name) const;
  /// Whether such a list names `token`, in any case: has_token("connection", "close").
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return fields_.size(); }
  bool empty() const { return fields_.empty(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  auto begin() { return fields_.begin(); }
  auto end() { return fields_.end(); }
  bool operator==(const Fields&) const = default;

private:
  // Growing step by step costs a head half its time, and from 1 KiB on glibc tidies up first.
  static constexpr std::size_t usual_count = 15;

  std::vector<Field> fields_;
};

}  // namespace http
