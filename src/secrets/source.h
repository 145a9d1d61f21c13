// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a secret (or any variable) comes from: written in the configuration, an environment
// variable of the host, a file, or what a command prints. One type and one resolver, wherever a
// setting has a `source`.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace secrets {

/// The host's environment variables, as they were when lazaret started.
using Environment = std::map<std::string, std::string, std::less<>>;

/// Of several keys the first of `value`, `env`, `file`, `command` counts; empty texts are keys that
/// were not given.
struct Source {
  std::optional<base::Secret> value{};
  std::string env{};
  std::string file{};
  std::string command{};

  bool configured() const { return value || !env.empty() || !file.empty() || !command.empty(); }
};

/// The value as it stands now; nullopt when nothing is configured or the variable is not set (a
/// variable that is set to nothing is a value). A file's and a command's text loses the white space
/// at its ends. An unreadable file and a command that fails or takes longer than ten seconds are
/// errors; they never hold the text that was read.
base::Result<std::optional<base::Secret>> resolve(
    const Source& source, const Environment& environment, const std::filesystem::path& home);

/// Why `resolve` gave nothing, or nothing but emptiness: "the environment variable X is not set".
std::string why_empty(const Source& source);

}  // namespace secrets
