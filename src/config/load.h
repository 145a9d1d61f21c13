// SPDX-License-Identifier: Apache-2.0
#pragma once
// All layers, from the files and the command line, as one configuration.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/command_line.h"
#include "config/config.h"
#include "config/places.h"
#include "config/problem.h"
#include "config/trust.h"
#include "config/value.h"

namespace config {

struct LoadRequest {
  Places places;
  std::filesystem::path project;                // real path
  std::optional<std::filesystem::path> file{};  // --config: instead of the user's file
  bool use_project_file = true;                 // false: --no-project-config
  CommandLine command_line{};
  Asker* asker = nullptr;  // null: there is nobody to ask, an untrusted file is skipped
};

struct Loaded {
  std::optional<Config> config{};  // none when there are problems
  Table effective{};               // for `config show`; as far as it could be understood
  Problems problems{};             // all of them
  std::vector<std::string> warnings{};
  std::vector<std::filesystem::path> files{};  // that were used, lowest layer first
};

/// Reads the files, asks about an untrusted project file, and remembers a yes.
Loaded load(const LoadRequest& request);

/// Whether the files of certificates that a file names are looked at too.
enum class NamedFiles { unread, read };

/// The mistakes of one file by itself, as a project file when it is named like one; in the order of
/// its lines.
Problems check_file(
    const std::filesystem::path& file,
    const std::filesystem::path& home,
    NamedFiles named = NamedFiles::unread);

}  // namespace config
