// SPDX-License-Identifier: Apache-2.0
#include "session/reload.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "config/changes.h"
#include "session/own_files.h"

namespace session {
namespace {

namespace fs = std::filesystem;
using base::ErrorKind;
using base::Result;

std::string shown(const fs::path& path) { return base::escape_for_terminal(path.native()); }

template <class Range, class Value>
bool has(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

/// A program may have changed its project's file, or moved it away. To go on without what the file
/// said, restrictions too, is nothing to be done silently.
Result<> check_project_file(
    const Start& start, const std::vector<fs::path>& before, const config::Loaded& loaded) {
  const auto file = start.project.directory / config::project_file_name;
  if (!has(before, file) || has(loaded.files, file)) return {};
  return base::fail(
      ErrorKind::denied, shown(file) + " counted until now, and cannot be used as it is now",
      "look at it, then run `lazaret trust add` there and reload again; to do without it, end the "
      "sandbox and start it again");
}

/// The sandbox's view is made at the start: a file that holds a secret and was no secret then is
/// there to be read.
Result<> check_view(const Start& start, const config::Loaded& loaded) {
  for (const auto& file : own_files(start.project, loaded.files, *loaded.config)) {
    if (!has(start.hidden, file))
      return base::fail(
          ErrorKind::denied, "the running sandbox can see " + shown(file),
          "move the file out of the project, or end the sandbox and start it again");
  }
  return {};
}

bool are_captured(const policy::Datagrams& wanted, const policy::Datagrams& captured) {
  const auto has_all = [](const auto& all, const auto& some) {
    return std::ranges::all_of(some, [&](const auto& each) { return has(all, each); });
  };
  return has_all(captured.ports, wanted.ports) &&
         has_all(captured.name_servers, wanted.name_servers);
}

/// What only the next start takes up.
std::vector<std::string> left_for_next_start(
    const Start& start, const config::Table& effective, const flow::Pipeline& pipeline) {
  std::vector<std::string> out;
  const std::string verb = " counts from the next start of the sandbox on";
  if (const auto keys = config::keys_for_next_start(start.effective, effective); !keys.empty())
    out.push_back("what changed of `" + base::join(keys, "`, `") + "`" + verb);
  if (!are_captured(policy::datagrams_of(pipeline.policy()), start.datagrams))
    out.push_back("a rule with `protocol = \"udp\"` for a port that no rule had before" + verb);
  std::vector<std::string> names;
  for (const auto& [name, value] : variables_for_secrets(pipeline)) {
    const auto found = start.variables.find(name);
    if (found == start.variables.end() || found->second != value) names.push_back(name);
  }
  if (!names.empty())
    out.push_back("programs that run already do not have `" + base::join(names, "`, `") + "`");
  return out;
}

}  // namespace

std::map<std::string, std::string> variables_for_secrets(const flow::Pipeline& pipeline) {
  auto out = pipeline.injectors().environment();
  for (auto& [name, placeholder] : pipeline.placeholders().environment())
    out[name] = placeholder;
  return out;
}

Result<std::vector<std::string>> reload(
    const Start& start, std::vector<fs::path>& files, GatewayHost& gateway) {
  auto loaded = TRY(require_config(start.project, start.config));
  TRY_VOID(check_project_file(start, files, loaded));
  TRY_VOID(check_view(start, loaded));
  const auto former = gateway.pipeline();
  auto decider = TRY(make_decider(*loaded.config, start.project, start.occasion, former.get()));
  auto warnings = std::move(loaded.warnings);
  std::ranges::move(decider.warnings, std::back_inserter(warnings));
  std::ranges::move(decider.unwise, std::back_inserter(warnings));
  std::ranges::move(
      left_for_next_start(start, loaded.effective, *decider.pipeline),
      std::back_inserter(warnings));
  gateway.take_up(*std::move(loaded.config), std::move(decider.pipeline));
  files = std::move(loaded.files);
  return warnings;
}

std::string reload_to_json(const Result<std::vector<std::string>>& warnings) {
  if (!warnings) return "{\"error\":" + base::to_json_string(warnings.error().to_string()) + "}\n";
  std::string out = "{\"warnings\":[";
  for (const auto& warning : *warnings)
    out += (out.back() == '[' ? "" : ",") + base::to_json_string(warning);
  return out + "]}\n";
}

Result<std::vector<std::string>> reload_from_json(std::string_view text) try {
  const auto answer = boost::json::parse(text);
  if (const auto* error = answer.as_object().if_contains("error"))
    return base::fail(ErrorKind::invalid, std::string(error->as_string()));
  std::vector<std::string> warnings;
  for (const auto& warning : answer.at("warnings").as_array())
    warnings.emplace_back(warning.as_string());
  return warnings;
} catch (const std::exception&) {
  return base::fail(ErrorKind::invalid, "the session's answer cannot be understood");
}

}  // namespace session
