// SPDX-License-Identifier: Apache-2.0
#include "config/source_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "config/check.h"
#include "config/reader.h"
#include "config/toml.h"
#include "secrets/store.h"

namespace config {
namespace {

constexpr std::chrono::seconds shortest_refresh{10};
constexpr std::size_t most_attributes = 32;  // libsecret's limit

/// Whether the table of this row is a source: it can have a reference of 1Password.
bool is_source(const Row& row) {
  return row.type == Type::table && std::ranges::any_of(rows(), [&](const Row& each) {
           return each.path.size() == row.path.size() + 3 && each.path.starts_with(row.path) &&
                  each.path.ends_with(".op");
         });
}

/// One source, each judgement on one key.
class SourceCheck {
public:
  SourceCheck(const Table& source, const std::string& path, Problems& problems)
      : reader_(source), path_(path), problems_(problems) {}

  void run() {
    const auto op = reader_.text("op");
    if (op && !op->starts_with("op://"))
      report("op", "write the reference as op://vault/item/field");
    const auto secret = reader_.text("secret");
    if (secret && !secrets::is_secret_name(*secret))
      report("secret", "a name has only letters, digits, '-', '_' and '.'");
    check_value();
    check_keyring();
    check_part();
    check_refresh();
  }

private:
  /// A reference in the wrong place would be taken for the secret itself.
  void check_value() {
    const auto value = reader_.text("value");
    if (value && value->starts_with("op://")) report("value", "this is a reference: use `op`");
    if (value && value->starts_with("pass://")) report("value", "this is a reference: use `pass`");
  }

  void check_keyring() {
    const auto attributes = reader_.texts("keyring");
    const bool well_formed = std::ranges::all_of(attributes, [](const std::string& each) {
      return each.find('=') != std::string::npos && !each.starts_with('=');
    });
    if (!well_formed || attributes.size() > most_attributes)
      report("keyring", R"(write the item's attributes as ["service=example", "username=me"])");
  }

  void check_part() {
    const bool has_json = reader_.text("json").has_value();
    const bool has_key = reader_.text("env_file_key").has_value();
    if (has_json && has_key) report("json", "env_file_key is set too; keep one of the two");
    if (has_json && !has_parts({"file", "command", "keyring"}))
      report("json", "it names a part of a file, a command's output or a keyring's item: set one");
    if (has_key && !has_parts({"file"}))
      report("env_file_key", "it names a variable of a file: set `file`");
  }

  void check_refresh() {
    const auto refresh = reader_.text("refresh");
    if (!refresh || *refresh == on_demand) return;
    const auto age = base::parse_duration(*refresh);
    if (!age) report("refresh", "write a time such as \"55m\", or \"on-demand\"");
    if (age && *age < shortest_refresh) report("refresh", "it must be at least 10s");
  }

  bool has_parts(std::initializer_list<std::string_view> keys) const {
    return std::ranges::any_of(keys, [&](std::string_view key) {
      return reader_.text(key).has_value() || !reader_.texts(key).empty();
    });
  }

  void report(std::string_view key, std::string_view what) {
    problems_.push_back(
        {reader_.find(key)->origin, fmt::format("{}: {}", join_path(path_, key), what)});
  }

  Reader reader_;
  const std::string& path_;
  Problems& problems_;
};

}  // namespace

void check_source_keys(const Table& effective, Problems& problems) {
  walk(effective, [&](const std::string& path, const Row& row, const Value& value) {
    if (const auto* table = value.as<Table>(); table != nullptr && is_source(row))
      SourceCheck(*table, path, problems).run();
  });
}

}  // namespace config
