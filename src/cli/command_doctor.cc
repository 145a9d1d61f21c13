// SPDX-License-Identifier: Apache-2.0
// lazaret doctor

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/config_flags.h"
#include "session/doctor.h"

namespace cli {
namespace {

struct DoctorOptions {
  session::ConfigRequest request{};
  bool json = false;
};

using sandbox::Check;

std::string_view name_of(Check::Status status) {
  switch (status) {
    case Check::Status::ok:
      return "ok";
    case Check::Status::warning:
      return "warning";
    case Check::Status::error:
      return "error";
  }
  return "error";
}

std::string_view color_of(Check::Status status) {
  switch (status) {
    case Check::Status::ok:
      return "\x1b[32m";
    case Check::Status::warning:
      return "\x1b[33m";
    case Check::Status::error:
      return "\x1b[1;31m";
  }
  return "";
}

std::string to_text(const std::vector<Check>& checks, bool colored) {
  std::size_t width = 0;
  for (const auto& check : checks)
    width = std::max(width, check.name.size());
  std::string out;
  for (const auto& check : checks) {
    const std::string status = fmt::format("{:<8}", name_of(check.status));
    out += colored ? std::string(color_of(check.status)) + status + "\x1b[0m" : status;
    out += fmt::format("{:<{}}  {}\n", check.name, width, base::escape_for_terminal(check.detail));
    for (const auto line : base::split(check.remedy, '\n')) {
      if (!line.empty())
        out += fmt::format("{:{}}-> {}\n", "", width + 10, base::escape_for_terminal(line));
    }
  }
  return out;
}

std::string to_json(const std::vector<Check>& checks) {
  std::string out = "[";
  for (const auto& check : checks) {
    if (out.size() > 1) out += ",";
    out += "\n  {\"check\":" + base::to_json_string(check.name) +
           ",\"status\":" + base::to_json_string(name_of(check.status)) +
           ",\"detail\":" + base::to_json_string(check.detail) +
           ",\"remedy\":" + base::to_json_string(check.remedy) + "}";
  }
  return out + "\n]\n";
}

base::Result<int> doctor(const DoctorOptions& options, const Globals& globals) {
  const auto checks = session::examine(options.request);
  TRY_VOID(print(options.json ? to_json(checks) : to_text(checks, globals.colored())));
  const bool broken = std::any_of(checks.begin(), checks.end(), [](const auto& check) {
    return check.status == Check::Status::error;
  });
  if (!options.json)
    tell(
        globals,
        broken ? "this machine cannot run sandboxes as it is" : "this machine can run sandboxes");
  return broken ? 1 : 0;
}

}  // namespace

void add_doctor(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<DoctorOptions>();
  app.add_flag("--json", options->json, "As a JSON array");
  add_file_flags(app, options->request);
  choose(app, chosen, options, doctor);
}

}  // namespace cli
