// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace cli {

bool Globals::colored() const {
  if (color != Color::automatic) return color == Color::always;
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(STDOUT_FILENO) != 0 && (no_color == nullptr || *no_color == '\0');
}

void tell(const Globals& globals, std::string_view text) {
  if (globals.quiet) return;
  std::fprintf(stderr, "lazaret: %.*s\n", static_cast<int>(text.size()), text.data());
}

void add_commands(CLI::App& app, std::span<const Command> commands, Chosen& chosen) {
  for (const auto& command : commands) {
    command.add(*app.add_subcommand(std::string(command.name), std::string(command.help)), chosen);
  }
}

base::Result<> print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
    return {};
  if (errno == EPIPE) return {};  // whoever read has seen enough
  return base::fail_errno("write to standard output");
}

}  // namespace cli
