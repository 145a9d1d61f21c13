// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "config/certificates.h"
#include "config/check.h"
#include "config/include.h"
#include "config/merge.h"
#include "config/project.h"
#include "config/reader.h"
#include "config/schema.h"
#include "config/shared_places.h"
#include "config/toml.h"

namespace config {
namespace {

constexpr std::size_t largest_file = 1UL << 20U;

/// The right part of a file's text; mistakes go to `problems`.
Table understand(std::string_view text, const std::filesystem::path& file, Problems& problems) {
  const auto parsed = parse_toml(text, file.native());
  if (parsed) return check(*parsed, problems);
  problems.push_back(parsed.error());
  return {};
}

bool is_devsandbox_file(const Table& file) {
  bool only_its_keys = true;
  walk(file, [&](const std::string&, const Row& row, const Value&) {
    only_its_keys = only_its_keys && row.dialect == Dialect::devsandbox;
  });
  const Value* filter = find_path(file, "proxy.filter");
  return only_its_keys && filter != nullptr && !filter->as<Table>()->empty();
}

/// Lays one layer after the other; the order of the calls in load() is the order of the layers.
class Loader {
public:
  explicit Loader(const LoadRequest& request) : request_(request) {
    loaded_.effective = defaults();
  }

  void user_file() {
    const auto path = request_.file.value_or(request_.places.user_file());
    std::error_code error;
    const bool missing = !std::filesystem::exists(path, error);
    if (missing && !request_.file) return;
    const auto text = base::read_file(path, largest_file);
    if (!text) return report(path, text.error());
    const auto layer = understand(*text, path, loaded_.problems);
    add(layer, path);
    includes(layer, path);
    if (request_.file && is_devsandbox_file(layer)) {
      devsandbox_filter_ = find_path(layer, "proxy.filter")->origin;
    }
  }

  void project_file() {
    const auto path = request_.project / project_file_name;
    std::error_code error;
    if (!request_.use_project_file || !std::filesystem::exists(path, error)) return;
    const auto real_path = std::filesystem::canonical(path, error);
    if (error || !std::filesystem::is_regular_file(real_path, error)) {
      return warn(path, "not a regular file; skipped");
    }
    const auto text = base::read_file(real_path, largest_file);
    if (!text) return report(path, text.error());
    // By the name that it has here: that a link leads to a file that is trusted elsewhere says
    // nothing about this project.
    if (!agreed(path, *text)) return;
    const auto layer = understand(*text, path, loaded_.problems);
    check_project(layer, loaded_.effective, loaded_.problems);
    add(layer, path);
  }

  void command_line() {
    merge(loaded_.effective, layer_of(request_.command_line, loaded_.problems));
  }

  Loaded finish() && {
    settle_profile();
    check_available(loaded_.effective, loaded_.problems);
    loaded_.config = config_of(loaded_.effective, request_.places.home, loaded_.problems);
    if (!loaded_.problems.empty()) loaded_.config.reset();
    if (loaded_.config) {
      tell_shared_places(*loaded_.config, request_.project, request_.places.home);
      warn_of_idle_credentials();
    }
    return std::move(loaded_);
  }

private:
  void add(const Table& layer, const std::filesystem::path& path) {
    loaded_.files.push_back(path);
    merge(loaded_.effective, layer);
  }

  void includes(const Table& user, const std::filesystem::path& file) {
    for (const Value* element : Reader(user).tables("include")) {
      const Reader reader(*element->as<Table>());
      const auto condition = reader.text("if");
      const auto path = reader.text("path");
      if (!condition || !path) continue;
      const auto holds = include_holds(*condition, request_.project, real_home());
      if (!holds) {
        loaded_.problems.push_back(
            problem_of(holds.error(), reader.find("if")->origin, "include.if"));
      } else if (*holds) {
        include(file.parent_path() / base::expand_home(*path, request_.places.home));
      }
    }
  }

  /// The project's path is real, so `~` in a condition must be too.
  std::filesystem::path real_home() const {
    std::error_code error;
    const auto home = std::filesystem::canonical(request_.places.home, error);
    return error ? request_.places.home : home;
  }

  void include(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error))
      return warn(path, "included, but not there; skipped");
    const auto text = base::read_file(path, largest_file);
    if (!text) return report(path, text.error());
    auto layer = understand(*text, path, loaded_.problems);
    if (layer.find("include") != nullptr)
      warn(path, "includes do not nest; [[include]] is ignored");
    layer.erase("include");
    add(layer, path);
  }

  bool agreed(const std::filesystem::path& path, const std::string& text) {
    TrustStore store(request_.places.trust_store());
    const auto entry = store.find(path);
    if (!entry) {
      report(request_.places.trust_store(), entry.error());
      return false;
    }
    if (is_trusted(*entry, text)) return true;
    if (request_.asker == nullptr) {
      const auto state = *entry ? "changed since it was trusted" : "not trusted";
      warn(path, fmt::format("{}, skipped; look at it, then run `lazaret trust add`", state));
      return false;
    }
    const auto old_text = *entry ? std::optional((*entry)->text) : std::nullopt;
    if (!request_.asker->trusts({path, text, old_text})) return false;
    const auto stored = store.trust(path, text, base::now());
    if (!stored) warn(path, "trusted for this start only: " + stored.error().message);
    return true;
  }

  /// What decides when nothing was said: see the head of docs/configuration.md.
  void settle_profile() {
    const Reader reader(loaded_.effective);
    const auto* profile = reader.find("proxy.filter.profile");
    if (profile->origin.file != "default") return;
    if (reader.text("proxy.filter.default_action")) {
      make_table(loaded_.effective, "proxy.filter", {}).erase("profile");
    } else if (devsandbox_filter_) {
      set_path(loaded_.effective, "proxy.filter.profile", {"open", *devsandbox_filter_});
      loaded_.warnings.push_back(
          place_of(*devsandbox_filter_) +
          ": [proxy.filter] has no default_action: whatever no rule blocks is allowed, as in "
          "devsandbox; "
          "set default_action or profile");
    }
  }

  void warn_of_idle_credentials() {
    if (loaded_.config->proxy.mitm) return;
    for (const auto& credential : loaded_.config->credentials) {
      if (!credential.enabled) continue;
      loaded_.warnings.push_back(
          place_of(credential.origin) + ": " + join_path("proxy.credentials", credential.name) +
          " is not injected: proxy.mitm = false keeps requests closed");
    }
  }

  void warn(const std::filesystem::path& path, std::string_view message) {
    loaded_.warnings.push_back(
        fmt::format("{}: {}", base::escape_for_terminal(path.native()), message));
  }

  void report(const std::filesystem::path& path, const base::Error& error) {
    const auto hint = error.hint.empty() ? "" : "; " + error.hint;
    loaded_.problems.push_back({{path.native()}, error.message + hint});
  }

  const LoadRequest& request_;
  Loaded loaded_;
  std::optional<base::Origin> devsandbox_filter_;  // of a --config file in its dialect
};

}  // namespace

Loaded load(const LoadRequest& request) {
  Loader loader(request);
  loader.user_file();
  loader.project_file();
  loader.command_line();
  return std::move(loader).finish();
}

Problems check_file(
    const std::filesystem::path& file, const std::filesystem::path& home, NamedFiles named) {
  const auto text = base::read_file(file, largest_file);
  if (!text) return {{{file.native()}, text.error().message}};
  Problems problems;
  Table effective = defaults();
  const auto layer = understand(*text, file, problems);
  if (file.filename() == project_file_name) check_project(layer, effective, problems);
  for (const Value* element : Reader(layer).tables("include")) {
    const auto condition = Reader(*element->as<Table>()).text("if").value_or("dir:/");
    const auto holds = include_holds(condition, "/", home);
    if (!holds) problems.push_back(problem_of(holds.error(), element->origin, "include.if"));
  }
  merge(effective, layer);
  check_available(effective, problems);
  config_of(effective, home, problems);
  if (named == NamedFiles::read) check_certificates(effective, home, problems);
  std::ranges::sort(problems, {}, [](const Problem& problem) {
    return std::pair(problem.origin.line, problem.origin.column);
  });
  return problems;
}

}  // namespace config
