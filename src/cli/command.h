// SPDX-License-Identifier: Apache-2.0
#pragma once
// One row of the command table: a name, one line of help, and the file that knows the rest.

#include <CLI/App.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cli {

/// What is the same for every command.
struct Globals {
  enum class Color { automatic, always, never };
  Color color = Color::automatic;
  bool quiet = false;
  std::vector<std::string>
      after_dashes{};  // `run`: the words behind a "--", which are nobody's flags

  /// Whether standard output takes colours: asked for, or a terminal without NO_COLOR.
  bool colored() const;
};

/// Prints to standard error, unless --quiet: "lazaret: text".
void tell(const Globals& globals, std::string_view text);

/// The exit status of a command that answers a question: the question was not understood.
constexpr int mistaken = 2;

/// Does a command's work; the exit code, or an error (exit 125).
using Action = std::function<base::Result<int>(const Globals& globals)>;
/// Where a command that was chosen on the command line puts what it is to do.
using Chosen = Action;

struct Command {
  std::string_view name;
  std::string_view help;
  /// Adds options and what to do to `app`, the subcommand made for this row.
  void (*add)(CLI::App& app, Chosen& chosen);
};

/// Makes the subcommands of a table.
void add_commands(CLI::App& app, std::span<const Command> commands, Chosen& chosen);

/// Has `work` done when `app` is the command that was chosen.
template <class Options>
void choose(
    CLI::App& app,
    Chosen& chosen,
    const std::shared_ptr<Options>& options,
    base::Result<int> (*work)(const Options&, const Globals&)) {
  app.callback([&chosen, options, work] {
    chosen = [options, work](const Globals& globals) { return work(*options, globals); };
  });
}

/// A command below a command.
template <class Options>
CLI::App& add_subcommand(
    CLI::App& app,
    Chosen& chosen,
    const std::string& name,
    const std::string& help,
    const std::shared_ptr<Options>& options,
    base::Result<int> (*work)(const Options&, const Globals&)) {
  CLI::App& sub = *app.add_subcommand(name, help);
  choose(sub, chosen, options, work);
  return sub;
}

/// Puts data on standard output. An error when it cannot be written there.
base::Result<> print(std::string_view text);

}  // namespace cli
