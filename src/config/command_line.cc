// SPDX-License-Identifier: Apache-2.0
#include "config/command_line.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "config/check.h"
#include "config/merge.h"
#include "config/toml.h"

namespace config {
namespace {

base::Origin origin_of(std::string_view flag) {
  return {flag.empty() ? "command line" : fmt::format("command line ({})", flag)};
}

Value text(std::string_view value, std::string_view flag) {
  return {std::string(value), origin_of(flag)};
}

void set_text(
    Table& layer,
    std::string_view key,
    const std::optional<std::string>& value,
    std::string_view flag) {
  if (value) set_path(layer, key, text(*value, flag));
}

/// Captured or not is one question with two keys; the flags answer both, so that no lower layer
/// contradicts.
void set_network(Table& layer, const std::string& network, std::string_view flag) {
  set_path(layer, "sandbox.network", text(network, flag));
  set_path(layer, "proxy.enabled", {network == "gateway", origin_of(flag)});
}

void add_rules(
    Array& rules,
    const std::vector<std::string>& domains,
    std::string_view action,
    std::string_view flag) {
  for (const auto& list : domains) {
    for (const auto domain : base::split(list, ',')) {
      Table rule;
      rule.set("action", origin_of(flag), text(action, flag));
      rule.set("host", origin_of(flag), text(base::trim(domain), flag));
      rules.push_back({std::move(rule), origin_of(flag)});
    }
  }
}

/// Refusals before permissions: where both name a host, the host stays closed.
void set_rules(Table& layer, const CommandLine& flags) {
  Array rules;
  add_rules(rules, flags.block_domains, "block", "--block-domain");
  add_rules(rules, flags.allow_domains, "allow", "--allow-domain");
  if (!rules.empty()) set_path(layer, "proxy.filter.rules", {std::move(rules), origin_of({})});
}

/// The text up to the next ':' outside brackets, which is taken off `rest` with it.
std::string_view take_part(std::string_view& rest) {
  const auto from = rest.starts_with('[') ? rest.find(']') : 0;
  const auto colon = from == std::string_view::npos ? from : rest.find(':', from);
  const auto part = rest.substr(0, colon);
  rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  return part;
}

/// HOST:PORT:ADDR:PORT as in curl; an empty HOST or PORT means any, an empty last PORT the same.
std::optional<Table> connect_to_of(std::string_view spec, const base::Origin& origin) {
  auto rest = spec;
  const auto host = take_part(rest);
  const auto port = take_part(rest);
  const auto address = take_part(rest);
  const auto number = base::parse_number(port);
  if (address.empty() || rest.contains(':') || (!port.empty() && !number)) return std::nullopt;
  Table entry;
  entry.set("host", origin, {std::string(host.empty() ? "*" : host), origin});
  if (number) entry.set("port", origin, {static_cast<std::int64_t>(*number), origin});
  const auto target = rest.empty() ? std::string(address) : fmt::format("{}:{}", address, rest);
  entry.set("address", origin, {target, origin});
  return entry;
}

void set_connect_to(Table& layer, const CommandLine& flags, Problems& problems) {
  const auto origin = origin_of("--connect-to");
  Array entries;
  for (const auto& spec : flags.connect_to) {
    if (auto entry = connect_to_of(spec, origin)) {
      entries.push_back({*std::move(entry), origin});
    } else {
      problems.push_back({origin, toml_string(spec) + " is not HOST:PORT:ADDR:PORT"});
    }
  }
  if (!entries.empty()) set_path(layer, "upstream.connect_to", {std::move(entries), origin});
}

void set_upstream_ca(Table& layer, const CommandLine& flags) {
  Array files;
  for (const auto& file : flags.upstream_ca)
    files.push_back(text(file, "--upstream-ca"));
  if (!files.empty()) {
    set_path(layer, "upstream.ca_files", {std::move(files), origin_of("--upstream-ca")});
  }
}

void merge_set(Table& layer, const std::string& setting, Problems& problems) {
  const auto key = std::string(base::trim(setting.substr(0, setting.find('='))));
  const auto parsed = parse_toml(setting, "command line (--set " + key + ")");
  if (!parsed) {
    // The parser's message is left out: it may quote a value that is a secret.
    problems.push_back(
        {origin_of("--set " + key),
         "expected key.path=VALUE with a TOML value; a string needs its own quotes: "
         "key='\"text\"'"});
    return;
  }
  merge(layer, check(*parsed, problems));
}

}  // namespace

Table layer_of(const CommandLine& flags, Problems& problems) {
  Table layer;
  if (flags.proxy) set_network(layer, *flags.proxy ? "gateway" : "host", "--proxy");
  if (flags.network) set_network(layer, *flags.network, "--network");
  if (flags.proxy_port) {
    set_path(layer, "proxy.port", {*flags.proxy_port, origin_of("--proxy-port")});
  }
  if (flags.no_mitm) set_path(layer, "proxy.mitm", {false, origin_of("--no-mitm")});
  if (flags.no_hide_env) {
    set_path(layer, "sandbox.hide_env_files", {false, origin_of("--no-hide-env")});
  }
  set_text(layer, "proxy.filter.profile", flags.profile, "--profile");
  set_text(layer, "proxy.filter.default_action", flags.filter_default, "--filter-default");
  set_text(layer, "sandbox.isolation", flags.isolation, "--isolation");
  set_text(layer, "tools.git.mode", flags.git_mode, "--git-mode");
  set_rules(layer, flags);
  set_connect_to(layer, flags, problems);
  set_upstream_ca(layer, flags);
  layer = check(layer, problems);
  for (const auto& setting : flags.set)
    merge_set(layer, setting, problems);
  return layer;
}

}  // namespace config
