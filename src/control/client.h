// SPDX-License-Identifier: Apache-2.0
#pragma once
// Asks a running session.

#include <filesystem>
#include <string_view>

#include "control/server.h"

namespace control {

/// The answer to GET `target`. Errors: not_found (there is no socket, or nobody listens at it any
/// more), timeout, io, invalid (what came is no answer).
base::Result<Answer> get(const std::filesystem::path& socket, std::string_view target);

}  // namespace control
