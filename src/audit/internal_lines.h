// SPDX-License-Identifier: Apache-2.0
#pragma once
// The program's own diagnostics (internal_log.h), read back as the lines that are stored.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace audit {

struct InternalQuery {
  std::optional<base::WallTime> since{};  // inclusive
  std::size_t last = 100;                 // the newest of them; 0: all
};

/// In the order of time, whoever wrote them. A missing directory has none.
base::Result<std::vector<std::string>> select_internal(
    const std::filesystem::path& directory, const InternalQuery& query);

/// Those, and then each new line within 100 ms, until told to stop.
void follow_internal(
    const std::filesystem::path& directory,
    const InternalQuery& query,
    const std::function<void(std::string_view line)>& sink,
    const std::stop_token& stop);

}  // namespace audit
