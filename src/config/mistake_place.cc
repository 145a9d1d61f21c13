// SPDX-License-Identifier: Apache-2.0
#include "config/mistake_place.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace config {
namespace {

/// Without the name of the section that it may begin with, "login `x`: ".
std::string_view behind_name(std::string_view message) {
  constexpr std::string_view end = "`: ";
  const auto at = message.find(end);
  return at == std::string_view::npos ? message : message.substr(at + end.size());
}

/// What stands between backticks in a message.
std::vector<std::string_view> quotes_in(std::string_view message) {
  std::vector<std::string_view> quotes;
  const auto parts = base::split(message, '`');
  for (std::size_t i = 1; i < parts.size(); i += 2)
    quotes.push_back(parts[i]);
  return quotes;
}

/// Messages quote a value as a terminal may show it.
bool is_quote_of(std::string_view quote, const Value& value) {
  const auto* text = value.as<std::string>();
  return text != nullptr && !text->empty() && base::escape_for_terminal(*text) == quote;
}

/// The value itself or one of its list's.
const Value* quoted_in(const Value& value, std::string_view quote) {
  if (is_quote_of(quote, value)) return &value;
  const auto* list = value.as<Array>();
  if (list == nullptr) return nullptr;
  const auto found =
      std::ranges::find_if(*list, [&](const Value& each) { return is_quote_of(quote, each); });
  return found == list->end() ? nullptr : &*found;
}

}  // namespace

base::Origin place_of_mistake(const base::Error& error, const Value& section) {
  const auto message = behind_name(error.message);
  const Table& table = *section.as<Table>();
  const auto quotes = quotes_in(message);
  for (const auto quote : quotes) {
    for (const auto& [key, origin, value] : table.entries()) {
      if (const Value* found = quoted_in(value, quote)) return found->origin;
    }
  }
  auto words = base::split(message, ' ');
  words.insert(words.end(), quotes.begin(), quotes.end());
  for (const auto word : words) {
    if (const Value* found = table.find(word)) return found->origin;
  }
  return section.origin;
}

}  // namespace config
