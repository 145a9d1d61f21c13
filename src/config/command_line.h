// SPDX-License-Identifier: Apache-2.0
#pragma once
// The flags that set configuration, as the highest layer.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/problem.h"
#include "config/value.h"

namespace config {

/// The text of each flag as it was given; whether it is right, the schema says.
struct CommandLine {
  std::vector<std::string> set{};               // --set key.path=TOML value
  std::optional<bool> proxy{};                  // --proxy
  std::optional<std::string> network{};         // --network gateway|host|none
  std::optional<std::int64_t> proxy_port{};     // --proxy-port
  bool no_mitm = false;                         // --no-mitm
  bool no_hide_env = false;                     // --no-hide-env
  std::optional<std::string> profile{};         // --profile
  std::optional<std::string> filter_default{};  // --filter-default
  std::vector<std::string> allow_domains{};     // --allow-domain, repeatable, also comma separated
  std::vector<std::string> block_domains{};     // --block-domain, likewise
  std::optional<std::string> isolation{};       // --isolation
  std::optional<std::string> git_mode{};        // --git-mode
  std::vector<std::string> connect_to{};        // --connect-to HOST:PORT:ADDR:PORT
  std::vector<std::string> upstream_ca{};       // --upstream-ca FILE
};

/// One layer of all flags, checked by the schema. `--set` comes last: it has the last word.
Table layer_of(const CommandLine& flags, Problems& problems);

}  // namespace config
