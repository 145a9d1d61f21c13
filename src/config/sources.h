// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything that says where a secret comes from: credentials, placeholders, logins, and the
// program's variables.

#include <filesystem>
#include <vector>

#include "config/config.h"

namespace config {

/// A table with the keys of a source. An empty `value` is a value: a variable may be meant
/// to be empty.
secrets::Source source_of(const Table& table, const std::filesystem::path& home);

std::vector<secrets::InjectorSpec> credentials_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

std::vector<secrets::PlaceholderSpec> secrets_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

/// [proxy.oauth].
std::vector<secrets::LoginSpec> logins_of(const Table& effective, Problems& problems);

/// Also refuses a name that is in env_passthrough too.
std::vector<Variable> environment_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

}  // namespace config
