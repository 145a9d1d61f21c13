// SPDX-License-Identifier: Apache-2.0
#include "cli/choices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/text.h"
#include "config/check.h"
#include "config/toml.h"

namespace cli {
namespace {

/// What CLI11 gets is what it puts behind the option's name; empty where nothing is wrong.
CLI::Validator is_number_in(std::uint64_t least, std::uint64_t most) {
  const auto mistake = [least, most](const std::string& text) {
    const auto number = base::parse_number(text);
    if (number && *number >= least && *number <= most) return std::string();
    const auto shown = base::escape_for_terminal(config::toml_string(text));
    return fmt::format("{} is not a number from {} to {}", shown, least, most);
  };
  return {mistake, ""};
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> choices) {
  const auto mistake = [choices = std::move(choices)](const std::string& text) {
    if (std::ranges::find(choices, text) != choices.end()) return std::string();
    return base::escape_for_terminal(config::not_one_of(text, choices));
  };
  return {mistake, ""};
}

CLI::Validator is_label() {
  const auto mistake = [](const std::string& text) {
    const auto shown = base::escape_for_terminal(text);
    const bool can_be_named = !text.empty() && !text.contains(',') && base::trim(text) == text;
    if (can_be_named && shown == text) return std::string();
    return fmt::format(
        "\"{}\" is no label: that is a text without commas, control characters and blanks at its "
        "ends",
        shown);
  };
  return {mistake, ""};
}

CLI::Validator is_count() { return is_number_in(0, 1'000'000'000); }

CLI::Validator is_port() { return is_number_in(1, 65535); }

}  // namespace cli
