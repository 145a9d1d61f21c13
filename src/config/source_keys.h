// SPDX-License-Identifier: Apache-2.0
#pragma once
// The keys of a source, wherever the schema has one: what the schema alone cannot say about them.

#include <string_view>

#include "config/problem.h"
#include "config/value.h"

namespace config {

/// Of `refresh`, besides a time.
inline constexpr std::string_view on_demand = "on-demand";

/// Appends what is wrong with sources that passed the schema's check: a reference of the wrong
/// form, a part of something that has no parts.
void check_source_keys(const Table& effective, Problems& problems);

}  // namespace config
