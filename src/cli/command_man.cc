// SPDX-License-Identifier: Apache-2.0
// lazaret man: the manual page, from the same table that --help prints.

#include <CLI/App.hpp>

#include "cli/commands.h"
#include "cli/version.h"

namespace cli {
namespace {

/// Text for troff: backslashes, hyphens and a leading dot or quote have meanings of their own
/// there.
std::string troff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string option_name(const CLI::Option& option) {
  std::string name = option.get_name(true, true);
  if (option.get_type_size() != 0 && !option.get_positional()) name += " " + option.get_type_name();
  return name;
}

void append_options(std::string& out, const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    out += ".TP\n\\fB" + troff(option_name(*option)) + "\\fR\n" + troff(option->get_description()) +
           "\n";
  }
}

void append_command(std::string& out, const CLI::App& app, const std::string& name) {
  const auto below = app.get_subcommands([](const CLI::App*) { return true; });
  if (!below.empty()) {
    for (const CLI::App* each : below)
      append_command(out, *each, name + " " + each->get_name());
    return;
  }
  out += ".SS " + troff(name) + "\n" + troff(app.get_description()) + ".\n";
  append_options(out, app);
  if (!app.get_footer().empty()) out += ".PP\n" + troff(app.get_footer()) + "\n";
}

std::string page_of(const CLI::App& program) {
  std::string out = ".TH LAZARET 1 \"\" \"" + std::string(version_text()) + "\"\n";
  out += ".SH NAME\nlazaret \\- run programs you do not fully trust\n";
  out +=
      ".SH SYNOPSIS\n.B lazaret run\n[flags] [\\-\\-] COMMAND [ARGUMENT ...]\n.br\n.B "
      "lazaret\nCOMMAND [flags]\n";
  out += ".SH DESCRIPTION\n" + troff(program.get_description()) + "\n";
  append_options(out, program);
  out += ".SH COMMANDS\n";
  for (const CLI::App* each : program.get_subcommands([](const CLI::App*) { return true; })) {
    append_command(out, *each, each->get_name());
  }
  out += ".SH EXIT STATUS\n";
  out += "That of the program that was run; a program that died of a signal: the same signal.\n";
  out +=
      "125: lazaret itself failed. 126: the program cannot be executed. 127: it was not found.\n";
  out +=
      ".SH FILES\n.TP\n\\fI$XDG_CONFIG_HOME/lazaret/config.toml\\fR\nThe user's configuration.\n";
  out += ".TP\n\\fI.lazaret.toml\\fR\nThe project's, used only when trusted.\n";
  out +=
      ".TP\n\\fI$XDG_DATA_HOME/lazaret/\\fR\nThe certificate authority, and each project's home "
      "and logs.\n";
  return out;
}

}  // namespace

void add_man(CLI::App& app, Chosen& chosen) {
  app.callback([&chosen, &app] {
    chosen = [&app](const Globals&) -> base::Result<int> {
      TRY_VOID(print(page_of(*app.get_parent())));
      return 0;
    };
  });
}

}  // namespace cli
