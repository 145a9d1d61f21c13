// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every command needs to know first: whose files, which project, what is configured.

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/load.h"
#include "config/places.h"

namespace session {

/// Where a command was called.
struct Project {
  config::Environment environment;
  config::Places places;
  std::filesystem::path directory;  // real path
  std::string slug;

  /// The project of the current directory, with this process's environment.
  static base::Result<Project> here();

  /// The sandbox's data: below the data directory, or `[sandbox] base_path`.
  config::SandboxPlaces sandbox_places(
      const std::optional<std::filesystem::path>& base_path) const {
    return config::places_of_sandbox(base_path.value_or(places.data), slug);
  }
};

/// How a command wants the configuration.
struct ConfigRequest {
  std::optional<std::filesystem::path> file{};
  bool use_project_file = true;
  config::CommandLine command_line{};
  config::Asker* asker = nullptr;
};

config::Loaded load_config(const Project& project, const ConfigRequest& request);

/// The same, for a command that cannot go on with a mistake in it: all of them in one error.
base::Result<config::Loaded> require_config(const Project& project, const ConfigRequest& request);

}  // namespace session
