// SPDX-License-Identifier: Apache-2.0
#pragma once
// The flags that say which configuration holds, the same for every command that needs one.

#include <CLI/App.hpp>

#include "session/project.h"

namespace cli {

/// --config and --no-project-config.
void add_file_flags(CLI::App& app, session::ConfigRequest& request);
/// Those, and every flag that sets a value: --profile, --allow-domain, --connect-to, --set …
void add_config_flags(CLI::App& app, session::ConfigRequest& request);

}  // namespace cli
