// SPDX-License-Identifier: Apache-2.0
#include "session/explain.h"

#include <algorithm>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "flow/cleared.h"
#include "flow/filter_chain.h"
#include "flow/request_filters.h"
#include "flow/request_view.h"
#include "http/target.h"
#include "http/write.h"
#include "policy/normalise.h"
#include "session/explain_dns.h"

namespace session {
namespace {

using base::ErrorKind;
using base::fail;

constexpr std::string_view udp_scheme = "udp://";

std::string_view name_of(Explanation::Outcome outcome) {
  switch (outcome) {
    case Explanation::Outcome::allow:
      return "allow";
    case Explanation::Outcome::block:
      return "block";
    case Explanation::Outcome::ask:
      return "ask";
  }
  return "block";
}

/// The request as it would arrive at the gateway on a captured connection.
base::Result<flow::Flow> flow_of(const Question& question) {
  const auto parts = http::split_target("GET", question.url);
  if (!parts || parts->form != http::TargetForm::absolute) {
    return fail(
        ErrorKind::invalid, "this is not a URL: " + base::escape_for_terminal(question.url),
        "write it like https://api.example.com/path");
  }
  const std::string scheme = base::lower(parts->scheme);
  if (scheme != "http" && scheme != "https") {
    return fail(
        ErrorKind::invalid, "only http://, https://, udp://host:port and dns:// can be explained");
  }
  auto authority = TRY(policy::split_authority(parts->authority));
  flow::Flow flow{.time = base::now()};
  flow.arrival.tls = scheme == "https";
  flow.arrival.host = authority.host;
  flow.arrival.port = authority.port.value_or(policy::default_port(scheme));
  flow.request.method = question.method;
  flow.request.target = parts->path.empty() ? "/" : std::string(parts->path);
  if (parts->query) flow.request.target += "?" + std::string(*parts->query);
  flow.request.fields.add("Host", std::string(parts->authority));
  for (const auto& header : question.headers) {
    const auto colon = header.find(':');
    if (colon == std::string::npos || colon == 0) {
      return fail(ErrorKind::invalid, "a header needs a name and a value: -H 'Name: value'");
    }
    const std::string name = header.substr(0, colon);
    std::string value(base::trim(std::string_view(header).substr(colon + 1)));
    if (base::iequals(name, "host"))
      flow.request.fields.set(name, std::move(value));
    else
      flow.request.fields.add(name, std::move(value));
  }
  if (question.body)
    flow.request.fields.set("Content-Length", std::to_string(question.body->size()));
  std::string discarded;
  TRY_VOID(http::append_request_head(discarded, flow.request));
  return flow;
}

bool is_logged(const config::Config& config, const flow::Flow& flow, const std::string& url) {
  return std::none_of(
      config.log_skip.begin(), config.log_skip.end(), [&](const policy::Pattern& pattern) {
        switch (pattern.scope()) {
          case policy::Scope::host:
            return pattern.matches(flow.host);
          case policy::Scope::path:
            return pattern.matches(flow.path);
          case policy::Scope::url:
            return pattern.matches(url);
        }
        return false;
      });
}

void append_list(std::string& out, std::string_view key, const std::vector<std::string>& values) {
  out += ",\"" + std::string(key) + "\":[";
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ",";
    base::append_json_string(out, values[i]);
  }
  out += "]";
}

void append_pair(std::string& out, std::string_view key, std::string_view value) {
  out += ",\"" + std::string(key) + "\":";
  base::append_json_string(out, value);
}

/// What would happen to datagrams for "udp://host:port". Nothing but the rules is asked: they have
/// no method, no head and no credential.
base::Result<Explanation> explain_datagrams(
    const flow::Pipeline& pipeline, std::string_view authority) {
  const auto place = TRY(policy::split_authority(authority));
  if (!place.port) return fail(ErrorKind::invalid, "datagrams go to a port: udp://host:port");
  const auto decision = policy::decide_datagrams(pipeline.policy(), place.host, *place.port);
  const bool passes = decision.action == policy::Action::allow;
  Explanation out{
      .outcome = passes ? Explanation::Outcome::allow : Explanation::Outcome::block,
      .stage = "filter",
      .reason = decision.reason,
      .host = place.host,
      .url = std::string(udp_scheme) + std::string(authority)};
  if (decision.rule != nullptr) out.rule = *decision.rule;
  if (passes) out.notes.emplace_back("datagrams are relayed uninspected");
  return out;
}

std::string with_placeholders(std::string text, const secrets::Placeholders& placeholders) {
  for (const auto& placeholder : placeholders.all()) {
    const std::string name = "{secret:" + placeholder.name() + "}";
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at))
      text.replace(at, name.size(), placeholder.text());
  }
  return text;
}

Question with_placeholders(Question question, const secrets::Placeholders& placeholders) {
  if (placeholders.empty()) return question;
  question.url = with_placeholders(std::move(question.url), placeholders);
  for (auto& header : question.headers)
    header = with_placeholders(std::move(header), placeholders);
  if (question.body) question.body = with_placeholders(*std::move(question.body), placeholders);
  return question;
}

/// Why the body would not be let on; what it holds is noted in the flow. At most `longest_held`
/// bytes are looked at as a whole.
std::optional<flow::Deny> refusal_of_body(
    const flow::Pipeline& pipeline,
    const flow::Flow& flow,
    const std::optional<std::string>& body,
    std::size_t longest_held) {
  if (!body) return std::nullopt;
  auto plan = flow::plan_body(pipeline, flow, http::Framing::length(body->size()), longest_held);
  flow::FilterChain chain(std::move(plan.filters));
  const bool passes = chain.empty() || chain.feed(*body, true);
  return passes ? std::nullopt : std::optional(*chain.refusal());
}

void note_finds(const flow::Flow& flow, Explanation& out) {
  if (!flow.notes) return;
  out.redact = flow.notes->redacted;
  out.where = flow.notes->where;
}

/// "github (header:authorization)"
std::string injections_of(const Explanation& explanation) {
  std::string out;
  for (std::size_t i = 0; i < explanation.inject.size(); ++i) {
    out += i == 0 ? "" : ", ";
    out += explanation.inject[i] + " (" + explanation.injected_at[i] + ")";
  }
  return out;
}

/// Why no credential is added, when there are some that come near.
void explain_absence(
    const secrets::Injectors& injectors, const policy::Target& target, Explanation& out) {
  for (const auto& injector : injectors.all()) {
    if (injector.rule().is_for(target.host)) {
      out.notes.push_back(
          "credential " + injector.name() +
          " is for this host, but not for this method, path, port or scheme");
    }
  }
  for (const auto& disabled : injectors.disabled()) {
    if (disabled.rule && disabled.rule->matches(target))
      out.notes.push_back(
          "credential " + disabled.name + " would be added, but is not used: " + disabled.reason);
  }
}

/// Secrets that the question names and that nothing can stand for.
void explain_missing(
    const secrets::Placeholders& placeholders, const Question& question, Explanation& out) {
  std::string all = question.url + "\n" + question.body.value_or("");
  for (const auto& header : question.headers)
    all += "\n" + header;
  for (const auto& missing : placeholders.missing()) {
    if (all.contains("{secret:" + missing.name + "}"))
      out.notes.push_back("secret " + missing.name + " has no value: " + missing.reason);
  }
}

/// Which credential the request would get, and where, or why it gets none.
void explain_credential(
    const flow::Pipeline& pipeline,
    const flow::Flow& flow,
    const std::optional<std::string>& body,
    Explanation& out) {
  if (const auto* certificate = pipeline.certificate_of(flow)) {
    out.inject.push_back(certificate->name());
    out.injected_at.push_back(certificate->slot().to_string());
  }
  const auto* injector = pipeline.injectors().find(flow.target());
  if (injector == nullptr) return explain_absence(pipeline.injectors(), flow.target(), out);
  const flow::ViewOf request(flow.request, flow.target(), http::request_framing(flow.request));
  const auto injection =
      injector->inject(request.view(), {.now = base::now(), .body = body.value_or("")});
  if (std::holds_alternative<secrets::Edits>(injection)) {
    out.inject.push_back(injector->name());
    out.injected_at.push_back(injector->slot().to_string());
  } else if (std::holds_alternative<secrets::Kept>(injection)) {
    out.notes.push_back(
        "credential " + injector->name() + " keeps the request's own " +
        injector->slot().in_words());
  } else {
    out.outcome = Explanation::Outcome::block;
    out.status = 403;
    out.stage = "inject";
    out.reason =
        "credential `" + injector->name() + "`: " + std::get<secrets::Unfit>(injection).reason;
  }
}

}  // namespace

base::Result<Explanation> explain(
    const flow::Pipeline& pipeline, const config::Config& config, const Question& asked) {
  const auto placeholders = pipeline.placeholders();
  const Question question = with_placeholders(asked, placeholders);
  if (question.url.starts_with(udp_scheme))
    return explain_datagrams(pipeline, std::string_view(question.url).substr(udp_scheme.size()));
  if (question.url.starts_with(dns_scheme))
    return explain_dns(pipeline.policy(), config, question.url);
  flow::Flow flow = TRY(flow_of(question));
  const flow::Verdict verdict = pipeline.judge(flow);
  Explanation out{.host = flow.host, .path = flow.path};
  if (!flow.path.empty()) out.url = flow.url();
  out.logged = is_logged(config, flow, out.url);
  explain_missing(pipeline.placeholders(), asked, out);
  const policy::Rule* rule = flow.decision.rule;

  if (std::holds_alternative<flow::Pass>(verdict)) {
    out.outcome = Explanation::Outcome::allow;
    out.stage = "filter";
    out.reason = flow.decision.reason;
    const auto refusal =
        refusal_of_body(pipeline, flow, question.body, config.redaction.max_scan_bytes);
    if (refusal) {
      out.outcome = Explanation::Outcome::block;
      out.status = refusal->status;
      out.stage = refusal->stage;
      out.reason = refusal->reason;
      note_finds(flow, out);
      return out;
    }
    if (flow.notes) out.substitute = flow.notes->substituted;
    if (flow.takes_credentials)
      explain_credential(pipeline, flow, question.body, out);
    else
      out.notes.emplace_back("without a token no credential is added (proxy.tokens.require)");
  } else if (const auto* ask = std::get_if<flow::Ask>(&verdict)) {
    out.outcome = Explanation::Outcome::ask;
    out.status = 403;
    out.stage = "ask";
    out.reason = ask->reason;
  } else {
    const auto& deny = std::get<flow::Deny>(verdict);
    out.status = deny.status;
    out.stage = deny.stage;
    out.reason = deny.reason;
    rule = deny.rule;
  }
  if (rule != nullptr) out.rule = *rule;
  note_finds(flow, out);
  return out;
}

std::string to_text(const Explanation& explanation) {
  std::string out(name_of(explanation.outcome));
  out += "  " + base::escape_for_terminal(explanation.url) + "\n";
  const auto row = [&](std::string_view name, const std::string& value) {
    if (!value.empty())
      out += "  " + std::string(name) + std::string(10 - name.size(), ' ') +
             base::escape_for_terminal(value) + "\n";
  };
  row("why", explanation.reason);
  row("stage", explanation.stage);
  if (explanation.rule) row("rule", policy::describe(*explanation.rule));
  if (explanation.status != 0)
    row("answer", std::to_string(explanation.status) + " from the gateway");
  row("inject", injections_of(explanation));
  row("replace", base::join(explanation.substitute, ", "));
  row("redact", base::join(explanation.redact, ", "));
  row("where", base::join(explanation.where, ", "));
  for (const auto& note : explanation.notes)
    row("note", note);
  if (!explanation.logged) row("log", "left out (proxy.log_skip)");
  const bool is_request = !explanation.url.starts_with(udp_scheme);
  const bool is_blocked = explanation.outcome == Explanation::Outcome::block;
  if (is_request && is_blocked && explanation.stage == "filter" && !explanation.rule) {
    row("allow it", "lazaret policy allow " + explanation.host);
  }
  return out;
}

std::string to_json(const Explanation& explanation) {
  std::string out = R"({"decision":)" + base::to_json_string(name_of(explanation.outcome));
  out += ",\"status\":" + std::to_string(explanation.status);
  append_pair(out, "stage", explanation.stage);
  append_pair(out, "reason", explanation.reason);
  out +=
      ",\"rule\":" + (explanation.rule ? policy::to_json(*explanation.rule) : std::string("null"));
  append_pair(out, "host", explanation.host);
  append_pair(out, "path", explanation.path);
  append_pair(out, "url", explanation.url);
  append_list(out, "inject", explanation.inject);
  append_list(out, "injected_at", explanation.injected_at);
  append_list(out, "substitute", explanation.substitute);
  append_list(out, "redact", explanation.redact);
  append_list(out, "where", explanation.where);
  append_list(out, "notes", explanation.notes);
  out += std::string(",\"log\":") + (explanation.logged ? "true" : "false") + "}\n";
  return out;
}

}  // namespace session
