// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks a running session.

#include <chrono>
#include <filesystem>
#include <string_view>

#include "control/server.h"

namespace control {

/// The answer to `method` (GET or POST) and `target`, for which it waits so long. Errors: not_found
/// (there is no socket, or nobody listens at it any more), timeout, io, invalid (what came is no
/// answer).
base::Result<Answer> ask(
    const std::filesystem::path& socket,
    std::string_view method,
    std::string_view target,
    std::chrono::milliseconds patience = std::chrono::seconds(5));

}  // namespace control
