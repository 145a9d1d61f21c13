// SPDX-License-Identifier: Apache-2.0
// The program: its table of commands, and what happens to an error.

#include <fcntl.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "audit/journal.h"
#include "base/text.h"
#include "cli/choices.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/version.h"

namespace {

constexpr int own_failure = 125;

constexpr std::array<cli::Command, 13> commands{{
    {"run", "Run a program in a sandbox", cli::add_run},
    {"ls", "List the sandboxes that are running", cli::add_ls},
    {"reload", "Have running sandboxes go by the configuration as it is now", cli::add_reload},
    {"logs", "Show what sandboxes sent, and what became of it", cli::add_logs},
    {"policy", "Ask the rules a question, or add one", cli::add_policy},
    {"redact", "Show what would be found in a text", cli::add_redact},
    {"config", "Create, show and check the configuration", cli::add_config},
    {"trust", "Say which project files may be used", cli::add_trust},
    {"token", "Mint, narrow and read capability tokens", cli::add_token},
    {"secret", "Keep values that credentials are made from", cli::add_secret},
    {"doctor", "Check by doing whether this machine can run sandboxes", cli::add_doctor},
    {"version", "Print the version", cli::add_version},
    {"man", "Print this manual as a man page", cli::add_man},
}};

/// Takes the words behind the first "--" of a `run` off `words`: CLI11 would offer them to the
/// program's own flags.
std::vector<std::string> take_after_dashes(std::vector<std::string>& words) {
  const auto is_command = [&](const std::string& word) {
    return !word.starts_with('-') && (&word == words.data() || *(&word - 1) != "--color");
  };
  const auto command = std::find_if(words.begin(), words.end(), is_command);
  if (command == words.end() || *command != "run") return {};
  const auto dashes = std::find(command, words.end(), "--");
  if (dashes == words.end()) return {};
  std::vector<std::string> after(dashes + 1, words.end());
  words.erase(dashes, words.end());
  return after;
}

/// A standard stream that was closed when we were started would be the next thing that is opened,
/// and the sandboxed program would be given that. What takes its place can be read to its end at
/// once, and not written to, as a closed one.
bool occupy_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    const bool is_closed = ::fcntl(number, F_GETFD) < 0;
    if (is_closed && ::open("/dev/null", O_RDONLY) != number) return false;
  }
  return true;
}

void add_color(CLI::App& app, cli::Globals& globals) {
  using Color = cli::Globals::Color;
  const auto take = [&globals](const std::string& when) {
    globals.color = when == "always"  ? Color::always
                    : when == "never" ? Color::never
                                      : Color::automatic;
  };
  app.add_option_function<std::string>("--color", take, "auto, always or never")
      ->check(cli::one_of({"auto", "always", "never"}))
      ->type_name("WHEN");
}

int fail(std::string_view text) {
  std::fprintf(stderr, "lazaret: %.*s\n", static_cast<int>(text.size()), text.data());
  return own_failure;
}

/// Names the word that stands where a command is expected and is none: CLI11 only says that one is
/// missing.
std::optional<std::string> unknown_command(
    const CLI::App& app, std::span<const std::string> words) {
  const CLI::App* place = &app;
  for (const auto& word : words) {
    const auto known = place->get_subcommands([](const CLI::App*) { return true; });
    if (known.empty() || word.starts_with('-')) return std::nullopt;
    const auto found = std::ranges::find(known, word, &CLI::App::get_name);
    if (found != known.end()) {
      place = *found;
      continue;
    }
    std::vector<std::string> names;
    std::ranges::transform(known, std::back_inserter(names), &CLI::App::get_name);
    const auto near = base::nearest(word, names);
    return "there is no command `" + base::escape_for_terminal(word) + "`" +
           (near ? "; did you mean `" + *near + "`?" : "; there are " + base::join(names, ", "));
  }
  return std::nullopt;
}

/// Some commands answer by their exit status, also when the question is none.
int status_of_mistake(std::span<const std::string> words) {
  const auto asks = [&](const char* command, const char* verb) {
    const std::string both[] = {command, verb};
    return !std::ranges::search(words, both).empty();
  };
  return asks("policy", "explain") || asks("redact", "check") ? cli::mistaken : own_failure;
}

/// Ends lazaret, and the sandbox with it. To go on with half of what was asked for would be worse:
/// what cannot be looked at or logged would have to be let through or forgotten. The log's writer
/// has the time that it may let lines wait, so that what was told to it is in the file.
[[noreturn]] void end_without_memory() {
  static std::atomic<bool> is_ending = false;
  while (is_ending.exchange(true))
    ::pause();  // another thread is about to end all of them
  constexpr std::string_view text = "lazaret: there is no memory left, so the sandbox was ended\n";
  (void)!::write(STDERR_FILENO, text.data(), text.size());
  std::this_thread::sleep_for(3 * audit::JournalOptions{}.linger);
  std::abort();  // gives the terminal back its modes, unlike exit(): that would run destructors
}

}  // namespace

int main(int argc, char** argv) try {
  if (!occupy_standard_streams()) return own_failure;  // before anything else is opened
  std::set_new_handler(end_without_memory);
  CLI::App app(
      "Runs programs you do not fully trust in a sandbox, and sends every byte of theirs through a "
      "gateway.",
      "lazaret");
  cli::Globals globals;
  cli::Chosen chosen;
  app.require_subcommand(1);
  app.fallthrough(false);
  app.set_version_flag("--version", std::string(cli::version_text()));
  add_color(app, globals);
  app.add_flag("--quiet", globals.quiet, "Print nothing but data and errors");
  cli::add_commands(app, commands, chosen);
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  globals.after_dashes = take_after_dashes(words);
  try {
    app.parse(std::vector(words.rbegin(), words.rend()));  // as CLI11 takes them
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fail(
        unknown_command(app, words).value_or(error.what()) +
        "\n  lazaret --help lists the commands, lazaret COMMAND --help their flags");
    return status_of_mistake(words);
  }
  const auto code = chosen(globals);
  return code ? *code : fail(code.error().to_string());
} catch (const std::exception& error) {
  return fail(std::string("internal error: ") + error.what());
}
