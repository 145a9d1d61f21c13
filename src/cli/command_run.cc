// SPDX-License-Identifier: Apache-2.0
// lazaret run [flags] [--] COMMAND …

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <iostream>

#include "base/text.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/config_flags.h"
#include "session/run.h"

namespace cli {
namespace {

struct RunOptions {
  session::ConfigRequest request{};
  std::string name{};
  std::string client{};
  bool dry_run = false;
  bool quiet = false;
  CLI::App* app = nullptr;
};

/// Asks on the terminal whether a project's file may be used.
class TerminalAsker final : public config::Asker {
public:
  bool trusts(const config::TrustQuestion& question) override {
    std::fprintf(
        stderr, "%sUse this file, now and as long as it stays as it is? [y/N] ",
        config::to_text(question).c_str());
    std::string answer;
    std::getline(std::cin, answer);
    const auto word = base::lower(base::trim(answer));
    return word == "y" || word == "yes";
  }
};

bool can_ask() { return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0; }

/// Flags end at the first word that is none; what looks like a flag before that is a mistake, not a
/// program.
base::Result<std::vector<std::string>> command_of(const CLI::App& app, const Globals& globals) {
  auto words = app.remaining();
  if (words.empty()) return globals.after_dashes;
  if (words.front().starts_with('-')) {
    std::vector<std::string> known;
    for (const CLI::Option* option : app.get_options()) {
      for (const auto& name : option->get_lnames())
        known.push_back("--" + name);
    }
    const auto nearest = base::nearest(words.front(), known);
    return base::fail(
        base::ErrorKind::invalid,
        "lazaret run has no flag " + base::escape_for_terminal(words.front()),
        nearest ? "did you mean " + *nearest + "?"
                : "lazaret run --help lists the flags; a program follows them, or --");
  }
  if (!globals.after_dashes.empty()) words.emplace_back("--");  // the program's own
  words.insert(words.end(), globals.after_dashes.begin(), globals.after_dashes.end());
  return words;
}

base::Result<int> run(const RunOptions& options, const Globals& given) {
  Globals globals = given;
  globals.quiet = given.quiet || options.quiet;
  TerminalAsker asker;
  session::RunRequest request{
      .config = options.request,
      .command = TRY(command_of(*options.app, globals)),
      .name = options.name,
      .client = options.client,
      .dry_run = options.dry_run,
      .tell = [&globals](std::string_view text) { tell(globals, text); },
      .print = print};
  if (can_ask()) request.config.asker = &asker;
  const std::string program = request.command.empty() ? "the shell" : request.command.front();
  const auto ending = TRY(session::run(std::move(request)));
  if (ending.kind == sandbox::Ending::Kind::not_started) {
    std::fprintf(
        stderr, "lazaret: cannot run %s in the sandbox: %s\n",
        base::escape_for_terminal(program).c_str(), std::strerror(ending.value));
  }
  sandbox::end_like(ending);
}

}  // namespace

void add_run(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<RunOptions>();
  options->app = &app;
  app.prefix_command()->allow_extras();
  add_config_flags(app, options->request);
  app.add_option(
      "--name", options->name, "The sandbox's name in the log and inside; default: the project's");
  app.add_option(
         "--client", options->client,
         "A label for what runs here, which capability tokens may be bound to; default: none")
      ->check(is_label())
      ->type_name("LABEL");
  app.add_flag("--quiet", options->quiet, "Print nothing but data and errors");
  app.add_flag(
      "--dry-run,--info", options->dry_run, "Print what the sandbox would be, and start nothing");
  app.footer(
      "lazaret run [flags] [--] [COMMAND [ARGUMENT ...]]\nWithout a command it is your shell. The "
      "program sees the current directory as its project.");
  choose(app, chosen, options, run);
}

}  // namespace cli
