// SPDX-License-Identifier: Apache-2.0
#include "config/sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "config/check.h"
#include "config/mistake_place.h"
#include "config/reader.h"
#include "config/source_keys.h"
#include "config/toml.h"

namespace config {
namespace {

Problem empty_source(const std::string& path, const base::Origin& origin) {
  return {origin, path + ": no source; set value, env, file, command, secret, keyring, op or pass"};
}

/// [proxy.credentials.x.permissions]: name = "level"
std::map<std::string, std::string, std::less<>> permissions_of(const Reader& reader) {
  std::map<std::string, std::string, std::less<>> permissions;
  const Value* table = reader.find("permissions");
  if (table == nullptr) return permissions;
  for (const auto& [name, origin, level] : table->as<Table>()->entries())
    permissions.emplace(name, *level.as<std::string>());
  return permissions;
}

/// All of it but its sources.
secrets::FetchSpec fetch_of(const Reader& reader) {
  secrets::FetchSpec fetch;
  fetch.token_url = reader.text("token_url");
  fetch.client_id = reader.text("client_id");
  fetch.client_auth = reader.text("client_auth");
  fetch.audience = reader.text("audience");
  fetch.scopes = reader.texts("scopes");
  fetch.app_id = reader.text("app_id");
  fetch.installation_id = reader.text("installation_id");
  fetch.repository = reader.text("repository");
  fetch.repositories = reader.texts("repositories");
  fetch.permissions = permissions_of(reader);
  fetch.api_url = reader.text("api_url");
  fetch.git_host = reader.text("git_host");
  fetch.url = reader.text("url");
  fetch.collection = reader.text("collection");
  if (const auto timeout = reader.text("fetch_timeout"))
    fetch.timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(*base::parse_duration(*timeout));
  return fetch;
}

secrets::InjectorSpec injector_of(const std::string& name, const Value& value) {
  const Reader reader(*value.as<Table>());
  secrets::InjectorSpec spec{.name = name};
  spec.enabled = reader.flag("enabled").value_or(false);
  spec.preset = reader.text("preset");
  spec.type = reader.text("type");
  spec.host = reader.text("host");
  spec.header = reader.text("header");
  spec.parameter = reader.text("parameter");
  spec.cookie = reader.text("cookie");
  spec.value_format = reader.text("value_format");
  spec.username = reader.text("username");
  spec.region = reader.text("region");
  spec.service = reader.text("service");
  spec.dummy = reader.text("dummy");
  if (value.as<Table>()->find("env") != nullptr) spec.env = reader.texts("env");
  spec.fetch = fetch_of(reader);
  spec.overwrite = reader.flag("overwrite").value_or(false);
  spec.allow_plaintext = reader.flag("allow_plaintext").value_or(false);
  for (const auto port : reader.integers("ports")) {
    spec.ports.push_back(static_cast<std::uint16_t>(port));
  }
  spec.schemes = reader.texts("schemes");
  spec.methods = reader.texts("methods");
  spec.paths = reader.texts("paths");
  spec.origin = value.origin;
  return spec;
}

std::vector<secrets::Part> parts_of(
    const Table& table, const std::string& path, Problems& problems) {
  std::vector<secrets::Part> parts;
  const Value* in = table.find("in");
  if (in == nullptr) return parts;
  for (const Value& written : *in->as<Array>()) {
    const auto part = secrets::part_named(*written.as<std::string>());
    if (part)
      parts.push_back(*part);
    else
      problems.push_back(
          {written.origin, path + ".in: only `path`, `query`, `header` and `body` are parts"});
  }
  return parts;
}

secrets::PlaceholderSpec placeholder_of(
    const std::string& name, const Value& value, const std::string& path, Problems& problems) {
  const Table& table = *value.as<Table>();
  const Reader reader(table);
  secrets::PlaceholderSpec spec{.name = name};
  spec.hosts = reader.texts("hosts");
  spec.env = reader.text("env");
  spec.placeholder = reader.text("placeholder");
  spec.in = parts_of(table, path, problems);
  spec.methods = reader.texts("methods");
  spec.paths = reader.texts("paths");
  for (const auto port : reader.integers("ports"))
    spec.ports.push_back(static_cast<std::uint16_t>(port));
  if (reader.text("mention") == "inert") spec.mention = secrets::Mention::inert;
  spec.allow_plaintext = reader.flag("allow_plaintext").value_or(false);
  spec.origin = value.origin;
  return spec;
}

/// A key that the credential's type does not use would be a wish that nobody grants.
void check_keys_of_type(
    const secrets::InjectorSpec& spec,
    const Table& table,
    const std::string& path,
    Problems& problems) {
  const auto type = secrets::type_of(spec);
  if (!type) return;  // said when the whole is compiled
  const auto used = secrets::own_keys_of(*type);
  for (const auto key : secrets::keys_of_some_types()) {
    const Value* value = table.find(key);
    if (value == nullptr || std::ranges::find(used, key) != used.end()) continue;
    problems.push_back(
        {value->origin, fmt::format(
                            "{}.{}: a credential of the type {} has no such key", path, key,
                            secrets::name_of(*type))});
  }
  for (const auto key : secrets::idle_keys_of(*type)) {
    if (const Value* value = table.find(key))
      problems.push_back(
          {value->origin, fmt::format(
                              "{}.{}: means nothing to a credential of the type {}", path, key,
                              secrets::name_of(*type))});
  }
  if (spec.username && spec.username_source.configured())
    problems.push_back(
        {table.find("username")->origin,
         path + ".username: also in username_source; keep one of the two"});
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !base::is_digit(name[0]) && std::ranges::all_of(name, [](char c) {
    return base::is_alpha(c) || base::is_digit(c) || c == '_';
  });
}

/// The entries of a table of tables; none when it is not there.
const std::vector<Entry>& sections(const Table& effective, std::string_view path) {
  static const std::vector<Entry> none;
  const Value* value = find_path(effective, path);
  return value == nullptr ? none : value->as<Table>()->entries();
}

/// ["service=example"]; what is malformed is left out (source_keys.h tells it).
std::map<std::string, std::string, std::less<>> attributes_of(
    const std::vector<std::string>& texts) {
  std::map<std::string, std::string, std::less<>> attributes;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals != std::string::npos)
      attributes.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return attributes;
}

/// "55m" or "on-demand"; anything else is left out (source_keys.h tells it).
void take_refresh(const std::string& text, secrets::Source& source) {
  source.on_demand = text == on_demand;
  if (const auto age = base::parse_duration(text))
    source.max_age = std::chrono::duration_cast<std::chrono::seconds>(*age);
}

void check_names(const Value& list, std::string_view path, Problems& problems) {
  for (const Value& name : *list.as<Array>()) {
    const auto& text = *name.as<std::string>();
    if (is_variable_name(text)) continue;
    problems.push_back(
        {name.origin, fmt::format("{}: {} is not a variable's name", path, toml_string(text))});
  }
}

void check_names(const Table& effective, Problems& problems) {
  for (const auto path : {"sandbox.env_passthrough", "proxy.extra_env", "proxy.extra_ca_env"})
    check_names(*find_path(effective, path), path, problems);
}

}  // namespace

secrets::Source source_of(const Table& table, const std::filesystem::path& home) {
  const Reader reader(table);
  secrets::Source source;
  if (const auto* value = reader.find("value")) source.value.emplace(*value->as<std::string>());
  source.env = reader.text("env").value_or("");
  source.command = reader.text("command").value_or("");
  source.program = reader.texts("command");
  source.secret = reader.text("secret").value_or("");
  source.keyring = attributes_of(reader.texts("keyring"));
  source.op = reader.text("op").value_or("");
  source.pass = reader.text("pass").value_or("");
  source.json = reader.text("json").value_or("");
  source.env_file_key = reader.text("env_file_key").value_or("");
  take_refresh(reader.text("refresh").value_or(""), source);
  if (const auto file = reader.text("file")) {
    source.file = path_of(*file, reader.find("file")->origin, home).string();
  }
  return source;
}

std::vector<secrets::InjectorSpec> credentials_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  std::vector<secrets::InjectorSpec> specs;
  for (const auto& [name, origin, value] : sections(effective, "proxy.credentials")) {
    const auto path = join_path("proxy.credentials", name);
    const Table& table = *value.as<Table>();
    auto spec = injector_of(name, value);
    const auto read = [&](std::string_view key, secrets::Source& into) {
      const Value* source = table.find(key);
      if (source == nullptr) return;
      into = source_of(*source->as<Table>(), home);
      if (!into.configured())
        problems.push_back(empty_source(join_path(path, std::string(key)), source->origin));
    };
    read("source", spec.source);
    read("username_source", spec.username_source);
    read("access_key_id", spec.access_key_id);
    read("session_token", spec.session_token);
    read("client_secret", spec.fetch.client_secret);
    read("refresh_token", spec.fetch.refresh_token);
    read("certificate", spec.certificate);
    read("passphrase", spec.passphrase);
    if (const Value* env = table.find("env")) check_names(*env, join_path(path, "env"), problems);
    if (spec.enabled) {
      check_keys_of_type(spec, table, path, problems);
      const auto rule = secrets::InjectorRule::compile(spec);
      if (!rule)
        problems.push_back(problem_of(rule.error(), place_of_mistake(rule.error(), value), path));
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::vector<secrets::PlaceholderSpec> secrets_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  std::vector<secrets::PlaceholderSpec> specs;
  for (const auto& [name, origin, value] : sections(effective, "secrets")) {
    const auto path = join_path("secrets", name);
    const Table& table = *value.as<Table>();
    auto spec = placeholder_of(name, value, path, problems);
    const Value* source = table.find("source");
    if (source != nullptr) spec.source = source_of(*source->as<Table>(), home);
    if (!spec.source.configured())
      problems.push_back(empty_source(path + ".source", source ? source->origin : value.origin));
    // {rand} has this length in each session.
    const auto rule = secrets::PlaceholderRule::compile(spec, std::string(32, 'x'));
    if (!rule)
      problems.push_back(problem_of(rule.error(), place_of_mistake(rule.error(), value), path));
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::vector<secrets::LoginSpec> logins_of(const Table& effective, Problems& problems) {
  std::vector<secrets::LoginSpec> specs;
  for (const auto& [name, origin, value] : sections(effective, "proxy.oauth")) {
    const Reader reader(*value.as<Table>());
    secrets::LoginSpec spec{.name = name};
    spec.token_endpoints = reader.texts("token_endpoints");
    spec.hosts = reader.texts("hosts");
    for (const auto port : reader.integers("ports"))
      spec.ports.push_back(static_cast<std::uint16_t>(port));
    spec.access_tokens = {"access_token", "id_token"};
    spec.refresh_tokens = {"refresh_token"};
    if (reader.find("access_tokens") != nullptr) spec.access_tokens = reader.texts("access_tokens");
    if (reader.find("refresh_tokens") != nullptr)
      spec.refresh_tokens = reader.texts("refresh_tokens");
    if (reader.text("mention") == "inert") spec.mention = secrets::Mention::inert;
    spec.origin = value.origin;
    const auto rule = secrets::LoginRule::compile(spec);
    if (!rule)
      problems.push_back(problem_of(
          rule.error(), place_of_mistake(rule.error(), value), join_path("proxy.oauth", name)));
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::vector<Variable> environment_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems) {
  check_names(effective, problems);
  const auto passed = Reader(effective).texts("sandbox.env_passthrough");
  std::vector<Variable> variables;
  for (const auto& [name, origin, value] : sections(effective, "sandbox.environment")) {
    const auto path = join_path("sandbox.environment", name);
    auto source = source_of(*value.as<Table>(), home);
    if (!is_variable_name(name)) {
      problems.push_back({origin, path + ": not a variable's name"});
    } else if (!source.configured()) {
      problems.push_back(empty_source(path, value.origin));
    } else if (std::ranges::find(passed, name) != passed.end()) {
      problems.push_back({origin, path + ": also in sandbox.env_passthrough; keep one of the two"});
    } else {
      variables.push_back({name, std::move(source), value.origin});
    }
  }
  return variables;
}

}  // namespace config
