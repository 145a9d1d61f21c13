// SPDX-License-Identifier: Apache-2.0
// lazaret trust list|add|remove

#include <fmt/format.h>

#include <filesystem>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "config/load.h"
#include "config/trust.h"
#include "session/project.h"

namespace cli {
namespace {

struct TrustOptions {
  std::filesystem::path directory{"."};
  bool json = false;
};

/// Of a link, the link: what is agreed to is that this project uses what is there.
std::filesystem::path path_of(const TrustOptions& options) {
  std::error_code failed;
  return std::filesystem::weakly_canonical(options.directory, failed) / config::project_file_name;
}

base::Result<std::filesystem::path> project_file(const TrustOptions& options) {
  std::error_code failed;
  auto file = path_of(options);
  if (!std::filesystem::exists(file, failed)) {
    return base::fail(
        base::ErrorKind::not_found, "there is no " + std::string(config::project_file_name) +
                                        " in " + options.directory.string());
  }
  return file;
}

/// What has become of a file since somebody agreed to it.
struct State {
  std::string_view name;  // for programs
  std::size_t mistakes = 0;
};

State state_of(const config::TrustedFile& file, const session::Project& project) {
  std::error_code failed;
  if (!std::filesystem::exists(file.path, failed)) return {.name = "gone"};
  const auto text = base::read_file(file.path);
  if (!text) return {.name = "unreadable"};
  if (!config::is_trusted(file, *text)) return {.name = "changed"};
  return {.name = "trusted", .mistakes = config::check_file(file.path, project.places.home).size()};
}

/// Empty when all is well.
std::string remark_on(const State& state) {
  if (state.name == "gone") return "  (not there any more)";
  if (state.name == "unreadable") return "  (cannot be read)";
  if (state.name == "changed") return "  (changed since, not used: look at it and trust it again)";
  return state.mistakes == 0 ? "" : "  (has mistakes: lazaret config check FILE)";
}

base::Result<int> list_trusted(const TrustOptions& options, const Globals&) {
  const auto project = TRY(session::Project::here());
  const auto files = TRY(config::TrustStore(project.places.trust_store()).list());
  std::string out;
  if (options.json) {
    out = "[";
    for (const auto& file : files) {
      const auto state = state_of(file, project);
      if (out.size() > 1) out += ",";
      out += fmt::format(
          R"({{"path":{},"sha256":{},"added":{},"state":"{}","mistakes":{}}})",
          base::to_json_string(file.path), base::to_json_string(file.sha256),
          base::to_json_string(file.added), state.name, state.mistakes);
    }
    out += "]\n";
  } else {
    for (const auto& file : files)
      out += fmt::format(
          "{}  {}{}\n", file.added, base::escape_for_terminal(file.path),
          remark_on(state_of(file, project)));
    if (files.empty()) out = "no project file is trusted\n";
  }
  TRY_VOID(print(out));
  return 0;
}

/// With a mistake in it no sandbox starts in that project.
void tell_mistakes(
    const std::filesystem::path& file, const session::Project& project, const Globals& globals) {
  for (const auto& problem : config::check_file(file, project.places.home))
    tell(globals, "warning: " + problem.to_string());
}

base::Result<int> add_file(const TrustOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto file = TRY(project_file(options));
  const auto text = TRY(base::read_file(file));
  config::TrustStore store(project.places.trust_store());
  const auto known = TRY(store.find(file));
  if (config::is_trusted(known, text)) {
    TRY_VOID(print(file.string() + " was trusted already\n"));
    tell_mistakes(file, project, globals);
    return 0;
  }
  config::TrustQuestion question{.path = file, .text = text};
  if (known) question.old_text = known->text;
  TRY_VOID(store.trust(file, text, base::now()));
  TRY_VOID(print(config::to_text(question) + "trusted\n"));
  tell_mistakes(file, project, globals);
  return 0;
}

base::Result<int> remove_file(const TrustOptions& options, const Globals&) {
  const auto project = TRY(session::Project::here());
  const auto file = path_of(options);
  const bool was_there = TRY(config::TrustStore(project.places.trust_store()).distrust(file));
  TRY_VOID(print(file.string() + (was_there ? " is no longer trusted\n" : " was not trusted\n")));
  return 0;
}

}  // namespace

void add_trust(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto options = std::make_shared<TrustOptions>();
  add_subcommand(app, chosen, "list", "List the trusted project files", options, list_trusted)
      .add_flag("--json", options->json, "As a JSON array");
  add_subcommand(
      app, chosen, "add", "Trust a project's .lazaret.toml as it is now", options, add_file)
      .add_option(
          "DIRECTORY", options->directory, "The project; the current directory if left out");
  add_subcommand(app, chosen, "remove", "Trust it no longer", options, remove_file)
      .add_option(
          "DIRECTORY", options->directory, "The project; the current directory if left out");
}

}  // namespace cli
