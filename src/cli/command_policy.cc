// SPDX-License-Identifier: Apache-2.0
// lazaret policy explain|allow

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/config_flags.h"
#include "policy/address.h"
#include "policy/normalise.h"
#include "secrets/store.h"
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

using Outcome = session::Explanation::Outcome;

/// What the rules say, and whether anybody would ask them.
struct Answer {
  session::Explanation explanation;
  config::Network network = config::Network::gateway;
};

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::allow:
      return "allow";
    case Outcome::ask:
      return "ask";
    case Outcome::block:
      break;
  }
  return "block";
}

/// What a rule for an address lacks; empty for a name, which may lead anywhere.
std::string lack_of_rule_for(const std::string& host, const std::optional<policy::Rule>& rule) {
  const auto address = policy::parse_address(host);
  if (!address || policy::is_public(*address)) return {};
  if (rule && rule->spec().allow_private) return {};
  return host + " is no public address (" +
         std::string(policy::name_of(policy::classify(*address))) +
         "): the gateway connects to it only where the rule says allow_private = true";
}

/// The names in `{secret:NAME}`.
std::vector<std::string> secrets_named_in(std::string_view text) {
  constexpr std::string_view begin = "{secret:";
  std::vector<std::string> names;
  for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
    at += begin.size();
    const auto end = text.find('}', at);
    if (end != text.npos && secrets::is_secret_name(text.substr(at, end - at)))
      names.emplace_back(text.substr(at, end - at));
  }
  return names;
}

/// A name that no secret has would stand in the question as text, and be explained as such.
base::Result<> check_secrets_named_in(
    const session::Question& question, const std::vector<secrets::PlaceholderSpec>& secrets) {
  std::vector<std::string> known;
  std::ranges::transform(secrets, std::back_inserter(known), &secrets::PlaceholderSpec::name);
  const auto all =
      question.url + "\n" + base::join(question.headers, "\n") + "\n" + question.body.value_or("");
  for (const auto& name : secrets_named_in(all)) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto near = base::nearest(name, known);
    return base::fail(
        base::ErrorKind::invalid, "there is no secret " + name + " in [secrets]",
        near            ? "did you mean {secret:" + *near + "}?"
        : known.empty() ? "the configuration has none"
                        : "there are " + base::join(known, ", "));
  }
  return {};
}

base::Result<Answer> explain_question(const PolicyOptions& options, const Globals& globals) {
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
  TRY_VOID(check_secrets_named_in(question, loaded.config->secrets));
  auto out = TRY(session::explain(*decider.pipeline, *loaded.config, question));
  if (out.outcome == Outcome::allow) {
    if (auto lack = lack_of_rule_for(out.host, out.rule); !lack.empty())
      out.notes.push_back(std::move(lack));
  }
  return Answer{.explanation = std::move(out), .network = loaded.config->network};
}

/// Rules are the gateway's: where nothing goes through it, nobody asks them.
session::Explanation what_happens(Answer answer, bool in_words) {
  auto& by_rules = answer.explanation;
  if (answer.network == config::Network::gateway) return std::move(by_rules);
  const bool is_open = answer.network == config::Network::host;
  return {
      .outcome = is_open ? Outcome::allow : Outcome::block,
      .stage = "network",
      .reason = is_open ? "the network is the host's own: nothing is captured, filtered, logged or "
                          "given a credential"
                        : "the sandbox has no network",
      .host = std::move(by_rules.host),
      .path = std::move(by_rules.path),
      .url = std::move(by_rules.url),
      .notes =
          {"with network = \"gateway\": " + std::string(name_of(by_rules.outcome)) + ", " +
           by_rules.reason},
      .logged = in_words};  // there the reason says it
}

base::Result<int> explain(const PolicyOptions& options, const Globals& globals) {
  auto answer = explain_question(options, globals);
  if (!answer) {
    std::fprintf(stderr, "lazaret: %s\n", answer.error().to_string().c_str());
    return mistaken;
  }
  const auto explanation = what_happens(*std::move(answer), !options.json);
  TRY_VOID(print(options.json ? session::to_json(explanation) : session::to_text(explanation)));
  switch (explanation.outcome) {
    case Outcome::allow:
      return allowed;
    case Outcome::ask:
      return asked;
    case Outcome::block:
      break;
  }
  return blocked;
}

/// What the rules say about the host now.
base::Result<session::Explanation> explain_host(const std::string& host) {
  PolicyOptions options;
  const auto authority = host.contains(':') ? "[" + host + "]" : host;
  options.question = {.method = "GET", .url = "https://" + authority + "/"};
  return TRY(explain_question(options, {.quiet = true})).explanation;
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

/// That a private address may be reached is for a person to write, not for a command.
void tell_lack(
    const std::string& host, const std::optional<policy::Rule>& rule, const Globals& globals) {
  const auto lack = lack_of_rule_for(host, rule);
  if (!lack.empty()) tell(globals, lack + "; add that to the rule");
}

/// Adds a rule to the user's file.
base::Result<int> allow(const PolicyOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto host = TRY(policy::normalise_host(options.host));
  const auto before = TRY(explain_host(host));
  if (before.rule) {
    const auto said = base::escape_for_terminal(policy::describe(*before.rule));
    if (before.outcome == Outcome::allow) {
      TRY_VOID(print(host + " is allowed already: " + said + "\n"));
      tell_lack(host, before.rule, globals);
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
  tell_lack(host, std::nullopt, globals);
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
