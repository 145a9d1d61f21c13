// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/reader.h"
#include "config/redaction.h"
#include "config/rules.h"
#include "config/source_keys.h"
#include "config/sources.h"
#include "config/upstream.h"

namespace config {
namespace {

Visibility visibility_named(std::string_view name) {
  if (name == "hidden") return Visibility::hidden;
  return name == "readwrite" ? Visibility::readwrite : Visibility::readonly;
}

/// `sandbox.network` and `proxy.enabled` answer one question; they must not contradict each other.
Network network_of(const Reader& reader, Problems& problems) {
  const bool enabled = reader.flag("proxy.enabled").value_or(true);
  const auto network = reader.text("sandbox.network");
  if (!network) return enabled ? Network::gateway : Network::host;
  if (*network == "none") return Network::none;
  const auto& proxy_origin = reader.find("proxy.enabled")->origin;
  if (proxy_origin.file != "default" && enabled != (*network == "gateway")) {
    problems.push_back(
        {reader.find("sandbox.network")->origin,
         fmt::format(
             "sandbox.network = \"{}\" contradicts proxy.enabled = {} ({})", *network, enabled,
             place_of(proxy_origin))});
  }
  return *network == "host" ? Network::host : Network::gateway;
}

/// Inside the sandbox whatever goes to port 53 is for the name server, also at 10.0.2.2.
void check_proxy_port(const Reader& reader, Problems& problems) {
  constexpr std::int64_t name_server = 53;
  constexpr std::string_view key = "proxy.port";
  if (reader.integer(key) != name_server) return;
  problems.push_back(
      {reader.find(key)->origin,
       fmt::format("{}: 53 is where names are asked for, also over TCP; take another", key)});
}

Proxy proxy_of(const Reader& reader, Problems& problems) {
  check_proxy_port(reader, problems);
  return {
      .mitm = reader.flag("proxy.mitm").value_or(true),
      .port = static_cast<std::uint16_t>(reader.integer("proxy.port").value_or(0)),
      .extra_env = reader.texts("proxy.extra_env"),
      .extra_ca_env = reader.texts("proxy.extra_ca_env"),
      .max_log_body_bytes =
          static_cast<std::size_t>(reader.integer("proxy.max_log_body_bytes").value_or(0))};
}

std::optional<std::filesystem::path> base_path_of(
    const Reader& reader, const std::filesystem::path& home, Problems& problems) {
  constexpr std::string_view key = "sandbox.base_path";
  const auto text = reader.text(key);
  if (!text) return std::nullopt;
  const auto& origin = reader.find(key)->origin;
  const std::filesystem::path written(*text);
  const bool climbs = std::ranges::find(written, "..") != written.end();
  const bool rooted = text->starts_with('/') || *text == "~" || text->starts_with("~/");
  if (climbs || !rooted) {
    problems.push_back(
        {origin, fmt::format("{}: must be absolute or below ~, without \"..\"", key)});
    return std::nullopt;
  }
  return path_of(*text, origin, home);
}

std::vector<MountRule> mounts_of(const Reader& reader) {
  std::vector<MountRule> mounts;
  for (const Value* element : reader.tables("sandbox.mounts.rules")) {
    const Reader rule(*element->as<Table>());
    mounts.push_back(
        {rule.text("pattern").value_or(""),
         visibility_named(rule.text("mode").value_or("readonly")), element->origin});
  }
  return mounts;
}

Sandbox sandbox_of(const Table& effective, const std::filesystem::path& home, Problems& problems) {
  const Reader reader(effective);
  Sandbox sandbox;
  sandbox.base_path = base_path_of(reader, home, problems);
  sandbox.hide_env_files = reader.flag("sandbox.hide_env_files").value_or(true);
  sandbox.config_visibility =
      visibility_named(reader.text("sandbox.config_visibility").value_or("hidden"));
  sandbox.env_passthrough = reader.texts("sandbox.env_passthrough");
  sandbox.environment = environment_of(effective, home, problems);
  sandbox.mounts = mounts_of(reader);
  return sandbox;
}

TokenNeed token_need_of(const Reader& reader) {
  const auto written = reader.text("proxy.tokens.require");
  if (written == "credentials") return TokenNeed::credentials;
  return written == "always" ? TokenNeed::always : TokenNeed::never;
}

}  // namespace

std::optional<Config> config_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  const Reader reader(effective);
  const auto before = problems.size();
  const auto network = network_of(reader, problems);
  auto proxy = proxy_of(reader, problems);
  const auto interception = proxy.mitm ? Interception::on : Interception::off;
  auto policy = policy_of(effective, interception, problems);
  if (policy) check_datagrams(*policy, effective, problems);
  auto log_skip = log_skip_of(effective, problems);
  auto record_rules = record_rules_of(effective, problems);
  auto credentials = credentials_of(effective, home, problems);
  auto secrets = secrets_of(effective, home, problems);
  auto logins = logins_of(effective, problems);
  auto redaction = redaction_of(effective, home, problems);
  auto sandbox = sandbox_of(effective, home, problems);
  auto upstream = upstream_of(effective, home, problems);
  check_source_keys(effective, problems);
  if (!policy || problems.size() > before) return std::nullopt;
  const bool goes_on = reader.text("logging.on_failure") == "continue";
  return Config{
      .network = network,
      .proxy = std::move(proxy),
      .policy = *std::move(policy),
      .log_skip = std::move(log_skip),
      .record_rules = std::move(record_rules),
      .credentials = std::move(credentials),
      .secrets = std::move(secrets),
      .logins = std::move(logins),
      .token_need = token_need_of(reader),
      .redaction = std::move(redaction),
      .sandbox = std::move(sandbox),
      .upstream = std::move(upstream),
      .on_log_failure = goes_on ? OnFailure::go_on : OnFailure::stop};
}

}  // namespace config
