// SPDX-License-Identifier: Apache-2.0
#pragma once
// Compresses a log file.

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "base/fd.h"
#include "base/result.h"

namespace audit {

/// Writes `source` (from its beginning) as gzip to `target` (0600): under another name first, then
/// renamed, so a `target` that exists is whole. `closed` when it was told to stop; nothing is left
/// behind then.
base::Result<> compress_file(
    const base::Fd& source, const std::filesystem::path& target, const std::stop_token& stop);

/// How large the file was that `compress_file` made this one from, modulo 2^32 (RFC 1952).
base::Result<std::uint64_t> size_before_compression(const std::filesystem::path& compressed);

}  // namespace audit
