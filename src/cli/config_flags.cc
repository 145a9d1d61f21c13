// SPDX-License-Identifier: Apache-2.0
#include "cli/config_flags.h"

#include "cli/choices.h"

namespace cli {
namespace {

/// A flag that may be repeated, one value each time.
void add_repeatable(
    CLI::App& app,
    const std::string& name,
    std::vector<std::string>& values,
    const std::string& help) {
  app.add_option(name, values, help)->expected(1)->take_all()->allow_extra_args(false);
}

}  // namespace

void add_file_flags(CLI::App& app, session::ConfigRequest& request) {
  app.add_option("--config", request.file, "Use this file instead of the user's configuration")
      ->type_name("FILE");
  app.add_flag_callback(
      "--no-project-config", [&request] { request.use_project_file = false; },
      "Ignore the project's .lazaret.toml");
}

void add_config_flags(CLI::App& app, session::ConfigRequest& request) {
  add_file_flags(app, request);
  auto& flags = request.command_line;
  app.add_option("--profile", flags.profile, "open, balanced, locked-down or ask")
      ->type_name("NAME");
  app.add_option(
         "--filter-default", flags.filter_default,
         "What happens to requests no rule matches: allow, block or ask")
      ->type_name("ACTION");
  add_repeatable(
      app, "--allow-domain", flags.allow_domains, "Allow a host or a glob of hosts; repeatable");
  add_repeatable(
      app, "--block-domain", flags.block_domains, "Block a host or a glob of hosts; repeatable");
  app.add_option("--network", flags.network, "gateway, host or none")->type_name("KIND");
  app.add_flag_callback(
      "--proxy", [&flags] { flags.proxy = true; },
      "Send everything through the gateway (the default)");
  app.add_option("--proxy-port", flags.proxy_port, "Port of the explicit proxy at 10.0.2.2")
      ->check(is_port())
      ->type_name("PORT");
  app.add_flag("--no-mitm", flags.no_mitm, "Relay TLS unopened: only hosts are judged");
  app.add_flag("--no-hide-env", flags.no_hide_env, "Leave .env files visible");
  app.add_option("--isolation", flags.isolation, "auto or bwrap")->type_name("KIND");
  app.add_option("--git-mode", flags.git_mode, "readonly")->type_name("MODE");
  add_repeatable(
      app, "--connect-to", flags.connect_to,
      "HOST:PORT:ADDRESS:PORT, dial that address for that host; repeatable");
  add_repeatable(
      app, "--upstream-ca", flags.upstream_ca,
      "Trust the certificates of this file upstream, too; repeatable");
  add_repeatable(
      app, "--set", flags.set, "key.path=VALUE, any key of the configuration; repeatable");
}

}  // namespace cli
