// SPDX-License-Identifier: Apache-2.0
#pragma once
// When the sources of one credential or secret are to be asked again, as they say themselves.

#include <filesystem>
#include <span>

#include "secrets/freshness.h"
#include "secrets/source.h"

namespace secrets {

/// The shortest age of them, and the files of all.
Refresh refresh_of(
    std::span<const Source* const> sources,
    const Environment& environment,
    const std::filesystem::path& home);

}  // namespace secrets
