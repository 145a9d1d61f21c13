// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files that are nobody else's business: keys, and what is sealed with them.

#include <filesystem>
#include <optional>

#include "base/fd.h"
#include "base/result.h"
#include "base/secret.h"

namespace base {

/// The whole file; nullopt when there is none. `denied` when it belongs to another user or others
/// can read it, `invalid` when it is larger than `limit` bytes.
Result<std::optional<Secret>> read_private_file(
    const std::filesystem::path& path, std::size_t limit);

/// Waits until nobody else has the lock of `path`, an empty file beside it, which is made where it
/// is not there. Held as long as the result lives; who replaces `path` holds it from reading it on.
Result<Fd> lock_beside(const std::filesystem::path& path);

}  // namespace base
