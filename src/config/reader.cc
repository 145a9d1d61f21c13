// SPDX-License-Identifier: Apache-2.0
#include "config/reader.h"

#include "base/file.h"

namespace config {

std::optional<std::string> Reader::text(std::string_view path) const {
  const auto* text = as<std::string>(path);
  return text == nullptr || text->empty() ? std::nullopt : std::optional(*text);
}

std::optional<std::int64_t> Reader::integer(std::string_view path) const {
  const auto* number = as<std::int64_t>(path);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<bool> Reader::flag(std::string_view path) const {
  const auto* flag = as<bool>(path);
  return flag == nullptr ? std::nullopt : std::optional(*flag);
}

std::vector<std::string> Reader::texts(std::string_view path) const {
  std::vector<std::string> texts;
  if (const auto* array = as<Array>(path)) {
    for (const auto& value : *array)
      texts.push_back(*value.as<std::string>());
  }
  return texts;
}

std::vector<std::int64_t> Reader::integers(std::string_view path) const {
  std::vector<std::int64_t> numbers;
  if (const auto* array = as<Array>(path)) {
    for (const auto& value : *array)
      numbers.push_back(*value.as<std::int64_t>());
  }
  return numbers;
}

std::vector<const Value*> Reader::tables(std::string_view path) const {
  std::vector<const Value*> tables;
  if (const auto* array = as<Array>(path)) {
    for (const auto& value : *array)
      tables.push_back(&value);
  }
  return tables;
}

base::Origin Reader::origin(
    std::initializer_list<std::string_view> keys, const base::Origin& otherwise) const {
  for (const auto key : keys) {
    if (const Value* value = find(key)) return value->origin;
  }
  return otherwise;
}

std::filesystem::path path_of(
    std::string_view text, const base::Origin& origin, const std::filesystem::path& home) {
  const std::filesystem::path file(origin.file);
  return (file.parent_path() / base::expand_home(text, home)).lexically_normal();
}

}  // namespace config
