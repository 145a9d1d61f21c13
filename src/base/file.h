// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files as whole values: read one, replace one atomically, make private directories, expand "~".

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

/// The whole file; `invalid` when it is larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = 64UL << 20U);
/// Writes a temporary file beside `path` and renames it over: readers see the old or the new text,
/// never a half.
Result<> write_file(const std::filesystem::path& path, std::string_view text, mode_t mode = 0644);
/// The directory and its parents; new ones get `mode`. An existing one is left as it is.
Result<> make_directories(const std::filesystem::path& path, mode_t mode = 0700);
/// "~" and "~/x" with `home`; anything else unchanged.
std::filesystem::path expand_home(std::string_view path, const std::filesystem::path& home);
/// The directory that a variable of the environment names; `otherwise` when it is not set or, as
/// the XDG Base Directory Specification says, relative.
std::filesystem::path directory_of(
    const std::map<std::string, std::string, std::less<>>& environment,
    std::string_view variable,
    std::filesystem::path otherwise);

}  // namespace base
