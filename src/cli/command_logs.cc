// SPDX-License-Identifier: Apache-2.0
// lazaret logs proxy|internal

#include <unistd.h>

#include <csignal>
#include <set>
#include <stop_token>
#include <thread>

#include "audit/follow.h"
#include "audit/internal_lines.h"
#include "audit/query.h"
#include "audit/render.h"
#include "base/text.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/config_flags.h"

namespace cli {
namespace {

struct LogsOptions {
  session::ConfigRequest request{};
  std::string sandbox{};  // empty: the current project's
  std::size_t last = 100;
  bool follow = false;
  bool json = false;
  bool body = false;
  bool compact = false;
  bool wide = false;
  bool stats = false;
  bool no_color = false;
  std::string url{};
  std::string host{};
  std::string method{};
  std::string status{};
  std::string since{};
  std::string until{};
  std::string action{};
  std::string stage{};
  std::string id{};
  std::string type{"all"};
  bool errors = false;
};

/// The data of the sandbox that was named, else of the current project.
base::Result<config::SandboxPlaces> places_of(const LogsOptions& options) {
  const auto project = TRY(session::Project::here());
  const auto loaded = session::load_config(project, options.request);
  const auto base_path = loaded.config ? loaded.config->sandbox.base_path : std::nullopt;
  if (options.sandbox.empty()) return project.sandbox_places(base_path);
  if (options.sandbox.find('/') != std::string::npos || options.sandbox.starts_with('.')) {
    return base::fail(
        base::ErrorKind::invalid,
        "a sandbox has no such name: " + base::escape_for_terminal(options.sandbox));
  }
  auto places = config::places_of_sandbox(base_path.value_or(project.places.data), options.sandbox);
  if (std::error_code missing; !std::filesystem::exists(places.root, missing)) {
    return base::fail(
        base::ErrorKind::not_found,
        "there is no sandbox with logs of this name: " + base::escape_for_terminal(options.sandbox),
        "it is a name below " + base::escape_for_terminal(places.root.parent_path().string()) +
            ", which a project's directory gives, not what --name calls it in the log");
  }
  return places;
}

base::Result<audit::Query> query_of(const LogsOptions& options) {
  audit::Query query{
      .url = options.url,
      .host = options.host,
      .method = options.method,
      .errors = options.errors,
      .action = options.action,
      .stage = options.stage,
      .id = options.id,
      .last = options.last};
  const auto now = base::now();
  if (!options.status.empty()) query.status = TRY(audit::parse_status(options.status));
  if (!options.since.empty()) query.since = TRY(audit::parse_when(options.since, now));
  if (!options.until.empty()) query.until = TRY(audit::parse_when(options.until, now));
  return query;
}

/// Ends on Ctrl-C or SIGTERM. Made before any thread, so that all of them leave the signals to it.
class Interruption {
public:
  Interruption() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    std::thread([signals = signals_, stop = stop_] {
      int number = 0;
      sigwait(&signals, &number);
      std::stop_source(stop).request_stop();
    }).detach();
  }
  std::stop_token token() const { return stop_.get_token(); }
  void request() { stop_.request_stop(); }

private:
  sigset_t signals_{};
  std::stop_source stop_;
};

base::Result<int> follow_proxy(
    const LogsOptions& options,
    const audit::Query& query,
    const audit::Style& style,
    const std::filesystem::path& directory) {
  Interruption interruption;
  audit::Query from_here = query;
  from_here.last = std::min<std::size_t>(query.last, 10);
  audit::follow(
      directory, from_here,
      [&](const audit::Record& record) {
        std::string line;
        if (options.json) {
          audit::append_json(
              line, record, options.body ? audit::Bodies::keep : audit::Bodies::leave_out);
        } else {
          line = audit::render_compact(record, style);
        }
        if (!line.ends_with('\n')) line += '\n';
        if (!print(line)) interruption.request();
      },
      interruption.token());
  return 0;
}

/// What is known of the stages is in the log: each part of the gateway names its own.
std::string stages_in(const std::filesystem::path& directory) {
  const auto newest = audit::select(directory, {.last = 1000});
  std::set<std::string> stages;
  for (const auto& record : newest ? newest->records : std::vector<audit::Record>())
    if (!record.stage.empty()) stages.insert(record.stage);
  return base::join(std::vector(stages.begin(), stages.end()), ", ");
}

void tell_no_match(
    const LogsOptions& options, const std::filesystem::path& directory, const Globals& globals) {
  if (options.stage.empty()) return;
  const auto stages = stages_in(directory);
  if (!stages.empty())
    tell(globals, "the stages of the newest records are " + base::escape_for_terminal(stages));
}

/// A summary has no place among records as a program reads them, and no end to stand at.
base::Result<> check_summary(const LogsOptions& options) {
  if (!options.stats || (!options.json && !options.follow)) return {};
  return base::fail(
      base::ErrorKind::invalid,
      std::string("--stats does not go with ") + (options.json ? "--json" : "--follow"),
      "leave one of the two out");
}

base::Result<int> proxy(const LogsOptions& options, const Globals& globals) {
  TRY_VOID(check_summary(options));
  const auto places = TRY(places_of(options));
  const auto query = TRY(query_of(options));
  // Programs have no edge to cut at.
  const bool is_wide = options.wide || ::isatty(STDOUT_FILENO) == 0;
  const audit::Style style{
      .color = globals.colored() && !options.no_color, .body = options.body, .wide = is_wide};
  if (options.follow) return follow_proxy(options, query, style, places.proxy_logs());

  const auto selection = TRY(audit::select(places.proxy_logs(), query));
  for (const auto& warning : selection.warnings)
    tell(globals, warning);
  if (selection.records.empty()) tell_no_match(options, places.proxy_logs(), globals);
  if (options.json) {
    TRY_VOID(print(audit::render_json(
        selection.records, options.body ? audit::Bodies::keep : audit::Bodies::leave_out)));
    return 0;
  }
  if (selection.files == 0) {
    TRY_VOID(print("No log files found in " + places.proxy_logs().string() + "\n"));
    return 0;
  }
  if (selection.records.empty()) {
    TRY_VOID(print("No matching log entries.\n"));
    return 0;
  }
  std::string out;
  if (options.compact) {
    for (const auto& record : selection.records) {
      out += audit::render_compact(record, style);
      if (!out.ends_with('\n')) out += '\n';
    }
  } else {
    out = audit::render_table(selection.records, style);
  }
  if (options.stats) out += "\n" + audit::render_statistics(selection.statistics);
  TRY_VOID(print(out));
  return 0;
}

base::Result<int> internal(const LogsOptions& options, const Globals&) {
  const auto places = TRY(places_of(options));
  audit::InternalQuery query{.last = options.last};
  if (!options.since.empty()) query.since = TRY(audit::parse_when(options.since, base::now()));
  if (options.follow) {
    Interruption interruption;
    query.last = std::min<std::size_t>(query.last, 10);
    audit::follow_internal(
        places.internal_logs(), query,
        [&](std::string_view line) {
          if (!print(std::string(line) + "\n")) interruption.request();
        },
        interruption.token());
    return 0;
  }
  std::string out;
  for (const auto& line : TRY(audit::select_internal(places.internal_logs(), query)))
    out += line + "\n";
  TRY_VOID(print(out));
  return 0;
}

}  // namespace

void add_logs(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto options = std::make_shared<LogsOptions>();

  auto& requests = add_subcommand(
      app, chosen, "proxy", "Show requests, connections, names and refusals", options, proxy);
  requests.add_option(
      "SANDBOX,-s,--sandbox", options->sandbox,
      "Another sandbox's name; the current project's if left out");
  requests.add_option("-n,--last", options->last, "How many, the newest; 0 for all")
      ->check(is_count())
      ->capture_default_str();
  requests.add_flag("-f,--follow", options->follow, "Go on as they come");
  requests.add_flag("--json", options->json, "As a JSON array; with -f one object a line");
  requests.add_flag("--body", options->body, "With bodies");
  requests.add_flag("--compact", options->compact, "One line each");
  requests.add_flag(
      "--wide", options->wide,
      "Columns as long as they are, also where a credential or a secret stood; so it is, too, when "
      "standard output is no terminal");
  requests.add_flag("--stats", options->stats, "With a summary of everything that matches");
  requests.add_flag("--no-color", options->no_color, "Without colours");
  requests.add_option("--url", options->url, "URLs with this text");
  requests.add_option("--host", options->host, "This host");
  requests.add_option("--method", options->method, "This method");
  requests.add_option("--status", options->status, "200, 400-599, >=400, <300 …");
  requests.add_option(
      "--since", options->since,
      "today, yesterday, 15m, 2h, 3d, 2026-01-31, 2026-01-31T12:00:00, RFC 3339");
  requests.add_option("--until", options->until, "Likewise");
  requests.add_flag("--errors", options->errors, "Errors, refusals, and status 400 and above");
  requests.add_option("--action", options->action, "What the filter did: allow, block or ask")
      ->check(one_of({"allow", "block", "ask"}));
  requests.add_option(
      "--stage", options->stage, "The stage that decided or failed: filter, resolve, tls …");
  requests.add_option("--id", options->id, "An id, or its beginning");
  add_file_flags(requests, options->request);

  auto& own =
      add_subcommand(app, chosen, "internal", "Show lazaret's own diagnostics", options, internal);
  own.add_option(
      "SANDBOX,-s,--sandbox", options->sandbox,
      "Another sandbox's name; the current project's if left out");
  own.add_option("-n,--last", options->last, "How many lines, the newest; 0 for all")
      ->check(is_count())
      ->capture_default_str();
  own.add_flag("-f,--follow", options->follow, "Go on as they come");
  own.add_option("--type", options->type, "proxy or all")
      ->check(one_of({"proxy", "all"}))
      ->capture_default_str();
  own.add_option("--since", options->since, "As for logs proxy");
  add_file_flags(own, options->request);
}

}  // namespace cli
