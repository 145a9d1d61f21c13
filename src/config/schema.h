// SPDX-License-Identifier: Apache-2.0
#pragma once
// Every key there is, one row each. Parsing, suggestions, merging, `config show`, the default file
// and the reference all read this table and nothing else.

#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace config {

enum class Type {
  table,  // a section
  list,   // an array of tables: the path ends in `[]`
  boolean,
  integer,
  text,
  secret,    // text that is never shown
  choice,    // text, one of `choices`
  duration,  // text such as "2s"
  texts,     // a list of texts, none empty
  command,   // a text, or a list of texts, none empty
  integers,
};

/// What happens to a key that several layers set.
enum class Merge {
  usual,      // the higher layer's value; tables key by key
  whole,      // a table that is replaced as one
  prepend,    // the higher layer's elements come first
  append,     // the higher layer's elements come last
  only_on,    // true stays true
  strictest,  // the earliest of `choices` that a layer sets stays
};

/// `later`: the feature behind the key does not exist yet; only values without an effect are
/// accepted.
enum class Status { works, later };

/// Whose key it is: devsandbox has it too, or lazaret alone.
enum class Dialect { devsandbox, lazaret };

struct Row {
  std::string_view path;  // "proxy.filter.rules[].action"; `*` stands for any name
  Type type;
  std::string_view fallback{};  // the default as TOML; empty: none
  std::string_view choices{};   // "allow|block|ask"
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool required = false;       // in its table
  bool zero_is_unset = false;  // 0 means the default, as in devsandbox
  Merge merge = Merge::usual;
  Status status = Status::works;
  std::string_view harmless{};  // `later`: values besides the default that lose nothing
  Dialect dialect = Dialect::devsandbox;
  std::string_view doc{};  // one or two sentences, Markdown
};

std::span<const Row> rows();

/// The rows as a tree. Below a `*` any name is allowed; below a list stand the keys of its
/// elements.
struct Node {
  const Row* row = nullptr;  // null at the root only
  std::map<std::string, Node, std::less<>> children{};

  /// The key `name` of this table: its own row, else that of `*`, else null.
  const Node* child(std::string_view name) const;
  /// The keys that can be written here, without `*`.
  std::vector<std::string> names() const;
};

const Node& schema();

/// The values of "allow|block|ask".
std::vector<std::string> split_choices(std::string_view choices);

}  // namespace config
