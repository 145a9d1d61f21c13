// SPDX-License-Identifier: Apache-2.0
#pragma once
// An effective configuration as text. Secrets written in a file appear as "[secret]".

#include <string>

#include "config/value.h"

namespace config {

enum class Origins { hidden, shown };

/// TOML; with origins each value is followed by `# file:line`.
std::string to_toml(const Table& effective, Origins origins = Origins::hidden);

/// One JSON object, nested like the tables.
std::string to_json(const Table& effective);

}  // namespace config
