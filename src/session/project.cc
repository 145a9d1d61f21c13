// SPDX-License-Identifier: Apache-2.0
#include "session/project.h"

#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace session {
namespace {

config::Environment environment_of_process() {
  config::Environment out;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view entry(*each);
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos)
      out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

}  // namespace

base::Result<Project> Project::here() {
  Project project{.environment = environment_of_process()};
  project.places = TRY(config::places_of(project.environment));
  std::error_code failed;
  // A home that is reached through a link is still the home: paths are compared by what they are.
  auto& places = project.places;
  for (auto* place : {&places.home, &places.config, &places.data, &places.state, &places.runtime}) {
    *place = std::filesystem::weakly_canonical(*place, failed);
    if (failed)
      return base::fail(
          base::ErrorKind::not_found,
          "a directory of lazaret cannot be looked up: " + failed.message());
  }
  project.directory = std::filesystem::canonical(std::filesystem::current_path(failed), failed);
  if (failed) {
    return base::fail(
        base::ErrorKind::not_found, "the current directory cannot be read: " + failed.message(),
        "change to a directory that exists");
  }
  project.slug = config::slug_of(project.directory);
  return project;
}

config::Loaded load_config(const Project& project, const ConfigRequest& request) {
  return config::load(
      {.places = project.places,
       .project = project.directory,
       .file = request.file,
       .use_project_file = request.use_project_file,
       .command_line = request.command_line,
       .asker = request.asker});
}

base::Result<config::Loaded> require_config(const Project& project, const ConfigRequest& request) {
  auto loaded = load_config(project, request);
  if (loaded.config) return loaded;
  std::string text;
  for (const auto& problem : loaded.problems) {
    if (!text.empty()) text += "\n";
    text += problem.to_string();
  }
  return base::fail(base::ErrorKind::invalid, std::move(text));
}

}  // namespace session
