// SPDX-License-Identifier: Apache-2.0
// lazaret policy explain|allow

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/config_flags.h"
#include "policy/normalise.h"
#include "session/explain.h"
#include "session/pipeline.h"

namespace cli {
namespace {

struct PolicyOptions {
  session::ConfigRequest request{};
  session::Question question{};
  std::string body_file{};
  std::string host{};
  bool json = false;
};

constexpr int allowed = 0;
constexpr int blocked = 1;
constexpr int asked = 3;

base::Result<session::Explanation> explain_question(
    const PolicyOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  auto loaded = TRY(session::require_config(project, options.request));
  for (const auto& warning : loaded.warnings)
    tell(globals, warning);
  auto decider = TRY(session::make_decider(*loaded.config, project, {.sandbox = project.slug}));
  for (const auto* warnings : {&decider.warnings, &decider.unwise}) {
    for (const auto& warning : *warnings)
      tell(globals, warning);
  }
  session::Question question = options.question;
  if (!options.body_file.empty()) question.body = TRY(base::read_file(options.body_file));
  return session::explain(*decider.pipeline, *loaded.config, question);
}

base::Result<int> explain(const PolicyOptions& options, const Globals& globals) {
  const auto explanation = explain_question(options, globals);
  if (!explanation) {
    std::fprintf(stderr, "lazaret: %s\n", explanation.error().to_string().c_str());
    return mistaken;
  }
  TRY_VOID(print(options.json ? session::to_json(*explanation) : session::to_text(*explanation)));
  switch (explanation->outcome) {
    case session::Explanation::Outcome::allow:
      return allowed;
    case session::Explanation::Outcome::ask:
      return asked;
    case session::Explanation::Outcome::block:
      break;
  }
  return blocked;
}

/// What the rules say about the host now.
base::Result<session::Explanation> explain_host(const std::string& host) {
  PolicyOptions options;
  const auto authority = host.contains(':') ? "[" + host + "]" : host;
  options.question = {.method = "GET", .url = "https://" + authority + "/"};
  return explain_question(options, {.quiet = true});
}

/// The file's text with the rule behind it; what is there stays as it is.
std::string with_rule_for(const std::string& host, std::string text) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  if (!text.empty()) text += '\n';
  return text + "[[proxy.filter.rules]]\nhost = \"" + host + "\"\naction = \"allow\"\n";
}

/// A file that can be read has to stay one. Tried beside it, where it finds what it includes.
base::Result<> check_text(
    const std::filesystem::path& file,
    std::string_view text,
    mode_t mode,
    const std::filesystem::path& home) {
  auto trial = file;
  trial += ".trial-" + std::to_string(::getpid());
  TRY_VOID(base::write_file(trial, text, mode));
  const auto problems = config::check_file(trial, home);
  std::error_code ignored;
  std::filesystem::remove(trial, ignored);
  if (problems.empty()) return {};
  return base::fail(
      base::ErrorKind::invalid,
      "a rule cannot be added behind what is in " + base::escape_for_terminal(file.string()) +
          "; nothing was changed",
      "write the rule where the others are, if the file is right as it is: lazaret config check");
}

/// Adds a rule to the user's file.
base::Result<int> allow(const PolicyOptions& options, const Globals&) {
  const auto project = TRY(session::Project::here());
  const auto host = TRY(policy::normalise_host(options.host));
  const auto before = TRY(explain_host(host));
  if (before.rule) {
    const auto said = policy::describe(*before.rule) + " (" +
                      base::escape_for_terminal(before.rule->spec().origin.to_string()) + ")";
    if (before.outcome == session::Explanation::Outcome::allow) {
      TRY_VOID(print(host + " is allowed already: " + said + "\n"));
      return 0;
    }
    return base::fail(
        base::ErrorKind::invalid, "another rule comes first: " + said + "; nothing was changed",
        "change that rule, or write one that allows the host in front of it");
  }
  std::error_code missing;
  const auto file =
      std::filesystem::weakly_canonical(project.places.user_file(), missing);  // a link stays one
  std::string text;
  mode_t mode = 0600;
  if (struct stat status{}; ::stat(file.c_str(), &status) == 0) {
    text = TRY(base::read_file(file));
    mode = status.st_mode & 0777U;
  }
  text = with_rule_for(host, std::move(text));
  TRY_VOID(base::make_directories(file.parent_path(), 0755));
  TRY_VOID(check_text(file, text, mode, project.places.home));
  TRY_VOID(base::write_file(file, text, mode));
  TRY_VOID(print(
      host + " is allowed by " + file.string() +
      "; sandboxes that are running take it up with `lazaret reload`\n"));
  return 0;
}

}  // namespace

void add_policy(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto options = std::make_shared<PolicyOptions>();
  auto& explained = add_subcommand(
      app, chosen, "explain",
      "Say what would happen to a request, and by which rule, without sending it", options,
      explain);
  explained.add_option("METHOD", options->question.method, "GET, POST …; DNS for a query")
      ->required();
  explained
      .add_option(
          "URL", options->question.url,
          "http://, https://, udp://host:port or dns://NAME?type=TXT (the last two with any "
          "METHOD)")
      ->required();
  explained
      .add_option("-H,--header", options->question.headers, "A header, 'Name: value'; repeatable")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  explained.add_option("--body", options->body_file, "A file with the request's body");
  explained.add_flag("--json", options->json, "As one JSON object");
  add_config_flags(explained, options->request);
  explained.footer("Exit status: 0 allowed, 1 blocked, 2 a mistake, 3 a person would be asked.");

  add_subcommand(
      app, chosen, "allow", "Allow a host from now on, in the user's configuration", options, allow)
      .add_option("HOST", options->host, "A host name")
      ->required();
}

}  // namespace cli
