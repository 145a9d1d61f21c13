// SPDX-License-Identifier: Apache-2.0
#pragma once
// Compiled databases of patterns, kept from one start to the next.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "redact/vectorscan.h"

namespace redact {

struct Compiled {
  std::optional<Vectorscan> vectorscan{};
  std::vector<std::uint32_t> numbers{};  // the expressions that are in it
};

/// From `directory` (0700, of the user alone) when a database for exactly these expressions, this
/// library and this processor is there and whole; else compiled, and kept for the next time. At
/// most `kept_databases` stay. That nothing can be kept is no error. An empty path keeps nothing.
Compiled load_or_compile(
    std::span<const Expression> expressions, const std::filesystem::path& directory);

inline constexpr std::size_t kept_databases = 16;

}  // namespace redact
