// SPDX-License-Identifier: Apache-2.0
#include "sandbox/environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "sandbox/git_askpass.h"

namespace sandbox {
namespace {

using Variables = std::map<std::string, Variable>;

void set(Variables& variables, const std::string& name, std::string value) {
  variables.insert_or_assign(name, Variable{.name = name, .value = std::move(value)});
}

void set_private(Variables& variables, const std::string& name, std::string value) {
  variables.insert_or_assign(
      name, Variable{.name = name, .value = std::move(value), .is_private = true});
}

bool is_harmless(std::string_view name) {
  static constexpr std::array harmless = {"TERM",     "LANG", "LANGUAGE", "COLORTERM",
                                          "NO_COLOR", "TZ",   "SHELL"};
  return name.starts_with("LC_") || std::ranges::find(harmless, name) != harmless.end();
}

// The host's search path, less what is not there inside; relative entries would follow the program
// around.
std::string search_path(const PlanInput& input, const std::string& home) {
  std::vector<std::string> entries = {home + "/.local/bin"};
  auto add = [&](std::string entry) {
    if (std::ranges::find(entries, entry) == entries.end()) entries.push_back(std::move(entry));
  };
  auto is_shown = [&](std::string_view entry) {
    return is_within(entry, input.project) ||
           std::ranges::any_of(
               input.host.roots, [&](const Entry& root) { return is_within(entry, root.name); });
  };
  if (auto path = input.host_environment.find("PATH"); path != input.host_environment.end())
    for (auto entry : base::split(path->second, ':'))
      if (entry.starts_with('/') && is_shown(entry)) add(std::string(entry));
  for (const char* usual :
       {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"})
    add(usual);
  return base::join(entries, ":");
}

void set_proxy(Variables& variables, const PlanInput& input) {
  if (!input.proxy_url) return;
  for (const char* name :
       {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "YARN_HTTP_PROXY",
        "YARN_HTTPS_PROXY"})
    set(variables, name, *input.proxy_url);
  for (const auto& name : input.extra_env)
    set(variables, name, *input.proxy_url);
  for (const char* name : {"NO_PROXY", "no_proxy"})
    set(variables, name, "localhost,127.0.0.1,::1");
  set(variables, "NODE_USE_ENV_PROXY", "1");
}

void set_certificates(Variables& variables, const PlanInput& input) {
  if (!input.authority) return;
  // These replace the roots a program has, so they get all of them.
  for (const char* name :
       {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
        "CARGO_HTTP_CAINFO", "AWS_CA_BUNDLE", "PIP_CERT", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"})
    set(variables, name, std::string(bundle_path));
  // These are added to the roots a program has.
  for (const char* name : {"NODE_EXTRA_CA_CERTS", "DENO_CERT"})
    set(variables, name, std::string(authority_path));
  for (const auto& name : input.extra_ca_env)
    set(variables, name, std::string(bundle_path));
}

void set_identity(Variables& variables, const PlanInput& input, const std::string& home) {
  set(variables, "HOME", home);
  set(variables, "USER", input.user.name);
  set(variables, "LOGNAME", input.user.name);
  set(variables, "XDG_RUNTIME_DIR", runtime_directory(input.user));
  set(variables, "LAZARET", "1");
  set(variables, "LAZARET_SANDBOX", input.name);
}

/// What programs find that insist on having a credential, unless somebody has said what they find.
void set_dummies(Variables& variables, const PlanInput& input) {
  for (const auto& [name, value] : input.dummies)
    variables.try_emplace(name, Variable{.name = name, .value = value});
}

/// Unless somebody has said whom git is to ask.
void answer_git(Variables& variables, const PlanInput& input) {
  if (!input.git_answer) return;
  const auto set_default = [&](const char* name, std::string value) {
    variables.try_emplace(name, Variable{.name = name, .value = std::move(value)});
  };
  set_default("GIT_ASKPASS", std::string(git_askpass_path));
  set_default("GIT_TERMINAL_PROMPT", "0");
}

}  // namespace

std::string home_inside(const PlanInput& input) {
  static constexpr std::array no_homes = {"/usr",  "/etc", "/bin", "/sbin", "/lib", "/lib64",
                                          "/proc", "/sys", "/dev", "/run",  "/tmp", "/nix"};
  bool is_plain = input.home.starts_with('/') && input.home != "/" &&
                  std::ranges::find(no_homes, input.home) == no_homes.end();
  for (std::string_view system : {"/usr", "/etc", "/proc", "/sys", "/dev", "/run", "/nix"})
    is_plain = is_plain && !is_within(input.home, system);
  return is_plain ? input.home : "/home/" + input.user.name;
}

std::string runtime_directory(const User& user) { return fmt::format("/run/user/{}", user.uid); }

std::vector<Variable> make_environment(const PlanInput& input, const std::string& home) {
  Variables variables;
  for (const auto& [name, value] : input.host_environment)
    if (is_harmless(name)) set(variables, name, value);
  set(variables, "PATH", search_path(input, home));
  for (const auto& name : input.env_passthrough)
    if (auto found = input.host_environment.find(name); found != input.host_environment.end())
      set_private(variables, name, found->second);
  for (const auto& [name, value] : input.environment)
    set_private(variables, name, value);
  set_dummies(variables, input);
  answer_git(variables, input);
  set_proxy(variables, input);
  set_certificates(variables, input);
  set_identity(variables, input, home);

  std::vector<Variable> all;
  for (auto& [name, variable] : variables)
    all.push_back(std::move(variable));
  return all;
}

}  // namespace sandbox
