// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/version.h"

namespace cli {

std::string_view version_text() { return "lazaret " LAZARET_VERSION; }

void add_version(CLI::App& app, Chosen& chosen) {
  app.callback([&chosen] {
    chosen = [](const Globals&) -> base::Result<int> {
      TRY_VOID(print(std::string(version_text()) + "\n"));
      return 0;
    };
  });
}

}  // namespace cli
