// SPDX-License-Identifier: Apache-2.0
// lazaret reload [SANDBOX ...]

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "control/client.h"
#include "session/project.h"
#include "session/reload.h"
#include "session/status.h"

namespace cli {
namespace {

using session::Status;

struct ReloadOptions {
  std::vector<std::string> wanted{};
  bool all = false;
};

/// Sources are asked again, and a command among them may take its time.
constexpr std::chrono::minutes patience{5};

bool is_called(const Status& status, std::string_view wanted) {
  return status.sandbox == wanted || std::to_string(status.process) == wanted;
}

/// Those that were asked for: by name or process, all, or the project's.
base::Result<std::vector<Status>> choose_sessions(
    const ReloadOptions& options, std::string_view project, std::vector<Status> running) {
  for (const auto& wanted : options.wanted) {
    if (std::ranges::none_of(running, [&](const auto& each) { return is_called(each, wanted); }))
      return base::fail(
          base::ErrorKind::not_found,
          "no sandbox that is running is called " + base::escape_for_terminal(wanted),
          "lazaret ls lists them");
  }
  std::erase_if(running, [&](const Status& status) {
    if (options.all) return false;
    if (options.wanted.empty()) return status.project != project;
    return std::ranges::none_of(
        options.wanted, [&](const auto& wanted) { return is_called(status, wanted); });
  });
  if (running.empty())
    return base::fail(
        base::ErrorKind::not_found,
        options.all ? "no sandbox is running" : "no sandbox of this project is running",
        options.all ? "" : "name one that lazaret ls lists, or say --all");
  return running;
}

base::Result<std::vector<std::string>> reload_one(
    const session::Project& project, const Status& status) {
  const auto answer =
      TRY(control::ask(project.places.control_socket(status.process), "POST", "/reload", patience));
  return session::reload_from_json(answer.json);
}

base::Result<int> reload(const ReloadOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  auto sessions = session::running_sessions(project.places.runtime);
  for (const auto& warning : sessions.warnings)
    tell(globals, warning);
  const auto chosen =
      TRY(choose_sessions(options, project.directory.string(), std::move(sessions.running)));
  int failed = 0;
  for (const auto& status : chosen) {
    const auto name =
        fmt::format("{} ({})", base::escape_for_terminal(status.sandbox), status.process);
    const auto done = reload_one(project, status);
    if (!done) {
      std::fprintf(
          stderr, "lazaret: %s goes on as it was: %s\n", name.c_str(),
          done.error().to_string().c_str());
      failed = 1;
      continue;
    }
    for (const auto& warning : *done)
      tell(globals, fmt::format("{}: {}", name, warning));
    TRY_VOID(print(name + " goes by the configuration as it is now\n"));
  }
  return failed;
}

}  // namespace

void add_reload(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<ReloadOptions>();
  app.add_option(
      "SANDBOX", options->wanted,
      "Names or process numbers, as `lazaret ls` shows them; without, those of this project");
  app.add_flag("--all", options->all, "All that are running");
  app.footer(
      "What is sent from then on goes by the new rules, credentials and secrets; what is under way "
      "ends by the old ones. With a mistake in the configuration nothing changes.\nExit status: 0 "
      "all did, 1 some go on as they were.");
  choose(app, chosen, options, reload);
}

}  // namespace cli
