// SPDX-License-Identifier: Apache-2.0
#pragma once
// The commands, one file each; below `token` a second for its keys.

#include "cli/command.h"

namespace cli {

void add_run(CLI::App& app, Chosen& chosen);
void add_reload(CLI::App& app, Chosen& chosen);
void add_logs(CLI::App& app, Chosen& chosen);
void add_policy(CLI::App& app, Chosen& chosen);
void add_redact(CLI::App& app, Chosen& chosen);
void add_config(CLI::App& app, Chosen& chosen);
void add_trust(CLI::App& app, Chosen& chosen);
void add_token(CLI::App& app, Chosen& chosen);
void add_token_keys(CLI::App& app, Chosen& chosen);
void add_secret(CLI::App& app, Chosen& chosen);
void add_doctor(CLI::App& app, Chosen& chosen);
void add_ls(CLI::App& app, Chosen& chosen);
void add_version(CLI::App& app, Chosen& chosen);
void add_man(CLI::App& app, Chosen& chosen);

}  // namespace cli
