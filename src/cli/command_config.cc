// SPDX-License-Identifier: Apache-2.0
// lazaret config init|show|check|path|reference

#include <filesystem>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/config_flags.h"
#include "config/certificates.h"
#include "config/load.h"
#include "config/reference.h"
#include "config/show.h"

namespace cli {
namespace {

struct ConfigOptions {
  session::ConfigRequest request{};
  bool force = false;
  bool origins = false;
  bool json = false;
  std::filesystem::path file{};
};

base::Result<int> init(const ConfigOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto file = project.places.user_file();
  if (std::filesystem::exists(file) && !options.force) {
    return base::fail(
        base::ErrorKind::invalid, file.string() + " is there already", "--force replaces it");
  }
  TRY_VOID(base::make_directories(file.parent_path(), 0755));
  TRY_VOID(base::write_file(file, config::default_file(), 0644));
  tell(globals, "every key is in the file, commented out");
  TRY_VOID(print(file.string() + "\n"));
  return 0;
}

base::Result<int> show(const ConfigOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto loaded = TRY(session::require_config(project, options.request));
  for (const auto& warning : loaded.warnings)
    tell(globals, warning);
  if (options.json) {
    TRY_VOID(print(config::to_json(loaded.effective) + "\n"));
  } else {
    TRY_VOID(print(config::to_toml(
        loaded.effective, options.origins ? config::Origins::shown : config::Origins::hidden)));
  }
  return 0;
}

/// What is wrong with all that holds here; what holds only seemingly is told.
config::Problems problems_of_all(
    const ConfigOptions& options, const session::Project& project, const Globals& globals) {
  auto loaded = session::load_config(project, options.request);
  for (const auto& warning : loaded.warnings)
    tell(globals, warning);
  config::check_certificates(loaded.effective, project.places.home, loaded.problems);
  return std::move(loaded.problems);
}

base::Result<int> check_config(const ConfigOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const bool own = options.file.empty();
  const auto problems = own ? problems_of_all(options, project, globals)
                            : config::check_file(
                                  std::filesystem::absolute(options.file), project.places.home,
                                  config::NamedFiles::read);
  std::string out;
  for (const auto& problem : problems)
    out += problem.to_string() + "\n";
  TRY_VOID(print(out));
  if (problems.empty())
    tell(globals, own ? "the configuration is right" : options.file.string() + " is right");
  return problems.empty() ? 0 : 1;
}

base::Result<int> path(const ConfigOptions&, const Globals&) {
  const auto project = TRY(session::Project::here());
  TRY_VOID(print(project.places.user_file().string() + "\n"));
  return 0;
}

base::Result<int> reference(const ConfigOptions&, const Globals&) {
  TRY_VOID(print(config::reference_markdown()));
  return 0;
}

}  // namespace

void add_config(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto options = std::make_shared<ConfigOptions>();
  add_subcommand(
      app, chosen, "init", "Write a configuration file with every key explained", options, init)
      .add_flag("--force,-f", options->force, "Replace a file that is there");
  auto& shown = add_subcommand(
      app, chosen, "show", "Print the effective configuration as TOML", options, show);
  add_config_flags(shown, options->request);
  shown.add_flag("--origins", options->origins, "Say for each value where it was set");
  shown.add_flag("--json", options->json, "As one JSON object");
  auto& checked = add_subcommand(
      app, chosen, "check", "List every mistake of a file, or of the whole configuration", options,
      check_config);
  checked.add_option("FILE", options->file, "A configuration file");
  add_file_flags(checked, options->request);
  add_subcommand(
      app, chosen, "path", "Print where the user's configuration file is", options, path);
  add_subcommand(
      app, chosen, "reference", "Print the reference of all keys as Markdown", options, reference);
}

}  // namespace cli
