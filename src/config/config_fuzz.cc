// SPDX-License-Identifier: Apache-2.0
// A project's file is written by whoever wrote the project: reading, checking and showing one must
// hold.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/check.h"
#include "config/config.h"
#include "config/merge.h"
#include "config/project.h"
#include "config/show.h"
#include "config/toml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = config::parse_toml(text, "fuzz.toml");
  if (!parsed) return 0;
  config::Problems problems;
  config::Table effective = config::defaults();
  const auto layer = config::check(*parsed, problems);
  config::check_project(layer, effective, problems);
  config::merge(effective, layer);
  config::check_available(effective, problems);
  config::config_of(effective, "/home/u", problems);
  const auto shown = config::to_toml(effective, config::Origins::shown);
  if (!config::parse_toml(shown, "shown.toml")) __builtin_trap();
  if (config::to_json(effective).empty()) __builtin_trap();
  return 0;
}
