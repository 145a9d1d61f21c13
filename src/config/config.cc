// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/reader.h"
#include "config/rules.h"
#include "config/sources.h"
#include "config/toml.h"
#include "policy/address.h"
#include "policy/normalise.h"

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

Proxy proxy_of(const Reader& reader) {
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

base::Result<ConnectTo> connect_to_of(const Reader& reader, const base::Origin& origin) {
  auto host = TRY(policy::Pattern::compile(reader.text("host").value_or(""), policy::Scope::host));
  const auto text = reader.text("address").value_or("");
  const auto unbracketed = policy::normalise_host(text);
  auto address =
      unbracketed ? policy::Authority{*unbracketed, {}} : TRY(policy::split_authority(text));
  if (!policy::parse_address(address.host)) {
    return base::fail(
        base::ErrorKind::invalid, "address is not an IP address",
        "write 127.0.0.1, 127.0.0.1:8443 or [::1]:8443");
  }
  ConnectTo entry{.host = std::move(host), .address = address.host, .origin = origin};
  if (const auto port = reader.integer("port")) entry.port = static_cast<std::uint16_t>(*port);
  entry.address_port = address.port;
  return entry;
}

Upstream upstream_of(const Reader& reader, const std::filesystem::path& home, Problems& problems) {
  Upstream upstream;
  constexpr std::string_view files = "upstream.ca_files";
  if (const Value* list = reader.find(files)) {
    for (const Value& file : *list->as<Array>()) {
      upstream.ca_files.push_back(path_of(*file.as<std::string>(), file.origin, home));
    }
  }
  for (const Value* element : reader.tables("upstream.connect_to")) {
    const Reader fields(*element->as<Table>());
    auto entry = connect_to_of(fields, element->origin);
    if (entry) {
      upstream.connect_to.push_back(*std::move(entry));
    } else {
      const auto origin = fields.origin({"address", "host"}, element->origin);
      problems.push_back(problem_of(entry.error(), origin, "upstream.connect_to"));
    }
  }
  return upstream;
}

}  // namespace

std::optional<Config> config_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  const Reader reader(effective);
  const auto before = problems.size();
  const auto network = network_of(reader, problems);
  auto proxy = proxy_of(reader);
  const auto interception = proxy.mitm ? Interception::on : Interception::off;
  auto policy = policy_of(effective, interception, problems);
  auto log_skip = log_skip_of(effective, problems);
  auto credentials = credentials_of(effective, home, problems);
  auto sandbox = sandbox_of(effective, home, problems);
  auto upstream = upstream_of(reader, home, problems);
  if (!policy || problems.size() > before) return std::nullopt;
  const bool goes_on = reader.text("logging.on_failure") == "continue";
  return Config{
      .network = network,
      .proxy = std::move(proxy),
      .policy = *std::move(policy),
      .log_skip = std::move(log_skip),
      .credentials = std::move(credentials),
      .sandbox = std::move(sandbox),
      .upstream = std::move(upstream),
      .on_log_failure = goes_on ? OnFailure::go_on : OnFailure::stop};
}

}  // namespace config
