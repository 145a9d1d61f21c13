// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where lazaret's files are: the XDG base directories, and the directories of one project's
// sandbox.

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace config {

using Environment = std::map<std::string, std::string, std::less<>>;

struct Places {
  std::filesystem::path home;     // of the user
  std::filesystem::path config;   // $XDG_CONFIG_HOME/lazaret
  std::filesystem::path data;     // $XDG_DATA_HOME/lazaret
  std::filesystem::path state;    // $XDG_STATE_HOME/lazaret
  std::filesystem::path runtime;  // $XDG_RUNTIME_DIR/lazaret, else below the data directory

  std::filesystem::path user_file() const { return config / "config.toml"; }
  std::filesystem::path trust_store() const { return data / "trusted.json"; }
  std::filesystem::path authority() const { return data / "ca"; }
  std::filesystem::path patterns() const { return data / "patterns"; }
  std::filesystem::path token_keys() const { return data / "tokens" / "keys"; }
  std::filesystem::path token_usage() const { return data / "tokens" / "usage"; }
  std::filesystem::path token_approvals() const { return data / "tokens" / "approvals"; }
  /// What refresh tokens of the configuration have become.
  std::filesystem::path logins() const { return data / "logins"; }
  /// What logins made in the sandbox of this project have brought.
  std::filesystem::path logins(std::string_view slug) const { return data / slug / "logins"; }
  /// Of a running session, by the number of its process: a project may have several at a time.
  std::filesystem::path control_socket(int process) const {
    return runtime / (std::to_string(process) + ".sock");
  }
};

/// `not_found` without HOME. As the XDG specification says, a relative directory counts as not set.
base::Result<Places> places_of(const Environment& environment);

/// The project's own file, used only when trusted.
inline constexpr std::string_view project_file_name = ".lazaret.toml";

/// The data of one project's sandbox.
struct SandboxPlaces {
  std::filesystem::path root;

  std::filesystem::path home() const { return root / "home"; }
  std::filesystem::path proxy_logs() const { return root / "logs" / "proxy"; }
  std::filesystem::path internal_logs() const { return root / "logs" / "internal"; }
  std::filesystem::path overlay() const { return root / "overlay"; }
  std::filesystem::path session() const { return root / "session.json"; }
};

/// `base` is Places::data, or `sandbox.base_path`.
SandboxPlaces places_of_sandbox(const std::filesystem::path& base, std::string_view slug);

/// "name-1a2b3c4d": the directory's base name with odd characters as `_`, and the start of its real
/// path's SHA-256.
std::string slug_of(const std::filesystem::path& real_path);

}  // namespace config
