// SPDX-License-Identifier: Apache-2.0
#pragma once
// The request log while it grows.

#include <filesystem>
#include <functional>
#include <stop_token>

#include "audit/query.h"
#include "audit/record.h"

namespace audit {

/// Calls `sink` with the last records that match (`query.last` of them, by time), then with each
/// new one at most 100 ms after it was written, until told to stop. Goes on across rotation; a
/// directory that is not there yet is waited for.
void follow(
    const std::filesystem::path& directory,
    const Query& query,
    const std::function<void(const Record&)>& sink,
    const std::stop_token& stop);

}  // namespace audit
