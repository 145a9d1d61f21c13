// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where a secret (or any variable) comes from: written in the configuration, an environment
// variable of the host, a file, what a command prints, a keyring, a password manager. One type and
// one resolver, wherever a setting has a `source`.

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace secrets {

/// The host's environment variables, as they were when lazaret started.
using Environment = std::map<std::string, std::string, std::less<>>;

/// Of several places the first counts, in the order in which they stand here; what is empty was
/// not given.
struct Source {
  std::optional<base::Secret> value{};
  std::string env{};
  std::string file{};
  std::string command{};               // for /bin/sh
  std::vector<std::string> program{};  // the same without a shell: a program and its arguments
  std::string secret{};                // a name that `lazaret secret set` was given
  std::map<std::string, std::string, std::less<>> keyring{};  // an item's attributes
  std::string op{};    // "op://vault/item/field", of 1Password
  std::string pass{};  // an entry of `pass`; or "pass://…", of Proton Pass

  // Which part of what a file, command or keyring has.
  std::string json{};          // the member "a.b.0"
  std::string env_file_key{};  // the variable of a `.env` file

  // When a credential asks for it again, besides when its file changes.
  std::optional<std::chrono::seconds> max_age{};
  bool on_demand = false;  // behind each request that used it, at most every ten seconds

  /// Directories that the program can write, as absolute, real paths (source_file.h).
  std::vector<std::filesystem::path> shared{};

  bool configured() const;
};

/// The value as it stands now; nullopt when nothing is configured, or nothing is there: a variable
/// that is not set (one that is set to nothing is a value), no such item or name, no such member.
/// What a file or a program has loses the white space at its ends. Errors, which never hold what
/// was read: a file that cannot be read; a program that is not there, fails, or takes longer than
/// ten seconds (password managers: thirty, a person may have to unlock them); a keyring that does
/// not answer. Blocks for as long.
base::Result<std::optional<base::Secret>> resolve(
    const Source& source, const Environment& environment, const std::filesystem::path& home);

/// The file whose change changes the value; empty when there is none.
std::filesystem::path file_of(
    const Source& source, const Environment& environment, const std::filesystem::path& home);

/// Why `resolve` gave nothing, or nothing but emptiness: "the environment variable X is not set".
std::string why_empty(const Source& source);

/// What is unwise about a source that works: a file that others can read, change or replace. Says
/// what to do.
std::optional<std::string> warning_about(const Source& source, const std::filesystem::path& home);

}  // namespace secrets
