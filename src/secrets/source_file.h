// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading a file that a secret comes from, when it may lie where the program can write.

#include <filesystem>
#include <span>
#include <string>

#include "base/result.h"

namespace secrets {

/// The whole file. Once the way to it has come into one of the `shared` directories (absolute, real
/// paths), where the program could have made what stands there, a link is followed no more: it
/// would lead to any file of the host. `invalid` when there is one, when it is no regular file, or
/// longer than `limit` bytes. A file that never ends, or is never opened by its other side, is not
/// waited for.
base::Result<std::string> read_source_file(
    const std::filesystem::path& file,
    std::span<const std::filesystem::path> shared,
    std::size_t limit);

}  // namespace secrets
