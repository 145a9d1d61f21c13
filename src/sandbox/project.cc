// SPDX-License-Identifier: Apache-2.0
#include "sandbox/project.h"

#include <array>
#include <filesystem>

#include "base/text.h"

namespace sandbox {
namespace {

using base::ErrorKind;

bool is_normal(const std::string& path) {
  namespace fs = std::filesystem;
  return path.starts_with('/') && (path == "/" || !path.ends_with('/')) &&
         path.find('\0') == std::string::npos && fs::path(path).lexically_normal() == path;
}

base::Result<> refuse(const PlanInput& input, std::string_view because) {
  return base::fail(
      ErrorKind::invalid,
      "cannot use " + base::escape_for_terminal(input.project) +
          " as the project: " + std::string(because),
      "change to the directory the program should work in, for instance: mkdir ~/work && cd "
      "~/work");
}

}  // namespace

base::Result<> check_project(const PlanInput& input) {
  static constexpr std::array system = {"/usr",   "/etc",   "/bin",    "/sbin",     "/lib",
                                        "/lib32", "/lib64", "/libx32", "/proc",     "/sys",
                                        "/dev",   "/run",   "/boot",   "/nix/store"};
  const auto& project = input.project;
  if (!is_normal(project)) return refuse(input, "its path is not a plain absolute one");
  if (project == "/") return refuse(input, "it is the whole file system");
  if (is_within(input.home, project))
    return refuse(
        input, "it holds your home directory, and the program could read and change all of it");
  for (const char* path : system)
    if (is_within(project, path)) return refuse(input, "it lies in a system directory");
  if (project == "/tmp" || project == "/var" || project == "/var/tmp" || project == "/opt")
    return refuse(input, "it is a system directory");
  for (const auto& own : input.own_paths)
    if (is_within(project, own)) return refuse(input, "it lies in a directory of lazaret itself");
  return {};
}

}  // namespace sandbox
