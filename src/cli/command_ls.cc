// SPDX-License-Identifier: Apache-2.0
// lazaret ls

#include <fmt/format.h>

#include "audit/text_table.h"
#include "base/text.h"
#include "cli/commands.h"
#include "session/project.h"
#include "session/status.h"

namespace cli {
namespace {

struct LsOptions {
  bool json = false;
};

/// "3d", "2h", "5m", "40s": the largest unit that fits.
std::string age_of(base::WallTime started) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(base::now() - started).count();
  constexpr std::array<std::pair<long, char>, 3> units{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}}};
  for (const auto& [size, name] : units) {
    if (seconds >= size) return fmt::format("{}{}", seconds / size, name);
  }
  return fmt::format("{}s", std::max(seconds, 0L));
}

std::string to_text(const std::vector<session::Status>& sessions) {
  if (sessions.empty()) return "no sandbox is running\n";
  const auto cell = [](std::string text) { return audit::Cell{.text = std::move(text)}; };
  std::vector<audit::Row> rows{
      {cell("SANDBOX"), cell("PID"), cell("AGE"), cell("LOGGED"), cell("COMMAND"),
       cell("PROJECT")}};
  std::string distrusted;
  for (const auto& each : sessions) {
    const std::string command = base::escape_for_terminal(base::join(each.command, " "));
    rows.push_back(
        {cell(base::escape_for_terminal(each.sandbox)), cell(std::to_string(each.process)),
         cell(age_of(each.started)), cell(std::to_string(each.records)),
         cell(audit::cut_to_width(command, 40)), cell(base::escape_for_terminal(each.project))});
    for (const auto& place : each.distrusted)
      distrusted += fmt::format("{}: {}\n", each.process, gateway::to_text(place));
  }
  return audit::draw_table(rows) + distrusted;
}

std::string to_json(const std::vector<session::Status>& sessions) {
  std::string out = "[";
  for (const auto& each : sessions)
    out += (out.size() > 1 ? ",\n  " : "\n  ") + session::to_json(each);
  return out + "\n]\n";
}

base::Result<int> list_sessions(const LsOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto sessions = session::running_sessions(project.places.runtime);
  for (const auto& warning : sessions.warnings)
    tell(globals, warning);
  TRY_VOID(print(options.json ? to_json(sessions.running) : to_text(sessions.running)));
  return 0;
}

}  // namespace

void add_ls(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<LsOptions>();
  app.add_flag("--json", options->json, "As a JSON array");
  choose(app, chosen, options, list_sessions);
}

}  // namespace cli
