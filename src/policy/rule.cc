// SPDX-License-Identifier: Apache-2.0
#include "policy/rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/json.h"
#include "base/text.h"
#include "policy/loose.h"
#include "policy/normalise.h"
#include "policy/target.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::array<std::string_view, 3> action_names{"allow", "block", "ask"};
constexpr std::array<std::string_view, 2> tls_names{"inspect", "passthrough"};
constexpr std::array<std::string_view, 2> protocol_names{"tcp", "udp"};
constexpr std::array<std::string_view, 2> scrub_names{"all", "headers"};

template <class Enum>
std::optional<Enum> find_name(std::span<const std::string_view> names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

Result<std::optional<Pattern>> compile_condition(
    const std::optional<PatternSpec>& spec, Scope scope) {
  if (!spec) return std::optional<Pattern>();
  auto pattern = Pattern::compile(spec->text, scope, spec->type);
  if (pattern) return std::optional(*std::move(pattern));
  base::Error error = std::move(pattern).error();
  error.message = fmt::format(
      "{} pattern \"{}\": {}", name_of(scope), base::escape_for_terminal(spec->text),
      error.message);
  return std::unexpected(std::move(error));
}

/// A pattern that cannot be loosened stays as it is: none would match everything.
std::optional<Pattern> loosened_or_same(const std::optional<Pattern>& pattern) {
  if (!pattern) return std::nullopt;
  auto loose = loosened(*pattern);
  return loose ? std::move(loose) : pattern;
}

Result<> normalise_methods(std::vector<std::string>& methods) {
  for (std::string& method : methods)
    method = TRY(normalise_method(method));
  return {};
}

Result<> normalise_schemes(std::vector<std::string>& schemes) {
  for (std::string& scheme : schemes) {
    scheme = base::lower(scheme);
    if (default_port(scheme) != 0) continue;
    return fail(
        ErrorKind::invalid, "a scheme is \"http\" or \"https\"",
        "a WebSocket begins as one of the two");
  }
  return {};
}

Result<> check_ports(const std::vector<std::int64_t>& ports) {
  for (const std::int64_t port : ports) {
    if (port >= 1 && port <= 65535) continue;
    return fail(ErrorKind::invalid, fmt::format("{} is not a port (1 to 65535)", port));
  }
  return {};
}

/// Datagrams are not looked into: only host and port can be asked of them.
Result<> check_datagrams(const RuleSpec& spec) {
  if (spec.action == Action::ask) {
    return fail(
        ErrorKind::invalid, "protocol = \"udp\" in a rule that asks",
        "a datagram does not wait for an answer: allow or block it");
  }
  const bool looks_inside = spec.path || spec.url || !spec.methods.empty() || !spec.schemes.empty();
  if (looks_inside || spec.tls == Tls::passthrough) {
    return fail(
        ErrorKind::invalid, "protocol = \"udp\" with a condition about requests",
        "datagrams are not looked into: name only `host` and `ports`");
  }
  if (spec.action == Action::allow && (!spec.host || spec.ports.empty())) {
    return fail(
        ErrorKind::invalid, "protocol = \"udp\" allows only a `host` and `ports` that it names",
        "give the rule both");
  }
  return {};
}

Result<> check_combination(const RuleSpec& spec) {
  const bool has_condition = spec.host || spec.path || spec.url || !spec.methods.empty() ||
                             !spec.schemes.empty() || !spec.ports.empty() || spec.protocol;
  if (!has_condition) {
    return fail(
        ErrorKind::invalid, "a rule without a condition",
        "give it `host`, `path`, `url`, `methods`, `schemes`, `ports` or `protocol`");
  }
  if (spec.allow_private && spec.action == Action::block) {
    return fail(ErrorKind::invalid, "allow_private in a rule that blocks", "remove it");
  }
  if (spec.brokered && spec.action == Action::block) {
    return fail(ErrorKind::invalid, "require in a rule that blocks", "remove it");
  }
  if (spec.brokered && (spec.tls == Tls::passthrough || spec.protocol == Protocol::udp)) {
    return fail(
        ErrorKind::invalid, "require = \"brokered\" in a rule about what nobody looks into",
        "remove it: what credentials such traffic carries is not seen");
  }
  if (spec.scrub == Scrub::headers && spec.action == Action::block) {
    return fail(ErrorKind::invalid, "scrub in a rule that blocks", "remove it");
  }
  if (spec.scrub == Scrub::headers && (spec.tls == Tls::passthrough || spec.protocol)) {
    return fail(
        ErrorKind::invalid, "scrub in a rule about what nobody looks into",
        "remove it: such traffic is never searched");
  }
  if (spec.allow_private && !spec.host) {
    return fail(ErrorKind::invalid, "allow_private without a `host`", "name the host it is for");
  }
  if (spec.tls == Tls::passthrough && (spec.path || spec.url || !spec.methods.empty())) {
    return fail(
        ErrorKind::invalid,
        "tls = \"passthrough\" hides the path, URL and method that the rule asks for",
        "remove one or the other");
  }
  return spec.protocol == Protocol::udp ? check_datagrams(spec) : Result<>();
}

void add_list(std::vector<std::string>& parts, std::string_view name, const auto& values) {
  if (!values.empty()) parts.push_back(fmt::format("{} {}", name, fmt::join(values, " ")));
}

struct Named {
  std::string_view name;
  const std::optional<PatternSpec>& pattern;
};

std::array<Named, 3> patterns_of(const RuleSpec& spec) {
  return {{{"host", spec.host}, {"path", spec.path}, {"url", spec.url}}};
}

/// The pattern of a rule that has nothing else.
const Pattern* only_pattern(const Rule& rule) {
  const RuleSpec& spec = rule.spec();
  const bool has_lists = !spec.methods.empty() || !spec.schemes.empty() || !spec.ports.empty();
  if (has_lists || spec.protocol) return nullptr;
  const Pattern* found = nullptr;
  for (const auto* pattern : {&rule.host(), &rule.path(), &rule.url()}) {
    if (*pattern && found) return nullptr;
    if (*pattern) found = &**pattern;
  }
  return found;
}

void append_json_list(std::vector<std::string>& members, std::string_view name, const auto& list) {
  if (!list.empty()) members.push_back(fmt::format("\"{}\":[{}]", name, fmt::join(list, ",")));
}

std::vector<std::string> quoted(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  std::ranges::transform(texts, std::back_inserter(out), base::to_json_string);
  return out;
}

std::string conditions_to_json(const RuleSpec& spec) {
  std::vector<std::string> members;
  for (const auto& [name, pattern] : patterns_of(spec)) {
    if (!pattern) continue;
    members.push_back(fmt::format("\"{}\":{}", name, base::to_json_string(pattern->text)));
  }
  append_json_list(members, "methods", quoted(spec.methods));
  append_json_list(members, "schemes", quoted(spec.schemes));
  append_json_list(members, "ports", spec.ports);
  if (spec.protocol) members.push_back(fmt::format("\"protocol\":\"{}\"", name_of(*spec.protocol)));
  return fmt::format("{{{}}}", fmt::join(members, ","));
}

}  // namespace

std::string_view name_of(Action action) { return action_names[static_cast<std::size_t>(action)]; }
std::optional<Action> action_named(std::string_view name) {
  return find_name<Action>(action_names, name);
}

std::string_view name_of(Tls tls) { return tls_names[static_cast<std::size_t>(tls)]; }
std::optional<Tls> tls_named(std::string_view name) { return find_name<Tls>(tls_names, name); }

std::string_view name_of(Protocol protocol) {
  return protocol_names[static_cast<std::size_t>(protocol)];
}
std::optional<Protocol> protocol_named(std::string_view name) {
  return find_name<Protocol>(protocol_names, name);
}

std::string_view name_of(Scrub scrub) { return scrub_names[static_cast<std::size_t>(scrub)]; }
std::optional<Scrub> scrub_named(std::string_view name) {
  return find_name<Scrub>(scrub_names, name);
}

Result<> add_sugar(RuleSpec& spec, Scope scope, PatternSpec pattern) {
  auto& condition = scope == Scope::host ? spec.host : scope == Scope::path ? spec.path : spec.url;
  if (condition) {
    return fail(
        ErrorKind::invalid,
        fmt::format("`pattern` with scope \"{0}\" and `{0}` in one rule", name_of(scope)),
        "keep one of them");
  }
  condition = std::move(pattern);
  return {};
}

bool Rule::matches_method(std::string_view method) const {
  return spec_.methods.empty() || std::ranges::find(spec_.methods, method) != spec_.methods.end();
}

bool Rule::matches_scheme(std::string_view scheme) const {
  return spec_.schemes.empty() || std::ranges::find(spec_.schemes, scheme) != spec_.schemes.end();
}

bool Rule::matches_port(std::uint16_t port) const {
  return spec_.ports.empty() || std::ranges::find(spec_.ports, port) != spec_.ports.end();
}

bool Rule::matches_protocol(Protocol protocol) const {
  if (spec_.protocol) return *spec_.protocol == protocol;
  return protocol == Protocol::tcp || spec_.action != Action::allow;
}

Result<Rule> compile(RuleSpec spec) {
  TRY_VOID(check_combination(spec));
  TRY_VOID(normalise_methods(spec.methods));
  TRY_VOID(normalise_schemes(spec.schemes));
  TRY_VOID(check_ports(spec.ports));
  Rule rule(std::move(spec));
  rule.host_ = TRY(compile_condition(rule.spec_.host, Scope::host));
  rule.path_ = TRY(compile_condition(rule.spec_.path, Scope::path));
  rule.url_ = TRY(compile_condition(rule.spec_.url, Scope::url));
  if (rule.action() != Action::allow) {
    rule.loose_path_ = loosened_or_same(rule.path_);
    rule.loose_url_ = loosened_or_same(rule.url_);
  }
  if (rule.url_) rule.url_host_ = rule.url_->host();
  rule.reason_ =
      !rule.spec_.reason.empty() ? rule.spec_.reason : "matched rule: " + conditions_of(rule.spec_);
  return rule;
}

std::string conditions_of(const RuleSpec& spec) {
  std::vector<std::string> parts;
  std::string_view only;
  for (const auto& [name, pattern] : patterns_of(spec)) {
    if (!pattern) continue;
    parts.push_back(fmt::format("{} {}", name, pattern->text));
    only = pattern->text;
  }
  add_list(parts, "methods", spec.methods);
  add_list(parts, "schemes", spec.schemes);
  add_list(parts, "ports", spec.ports);
  if (spec.protocol) parts.push_back(fmt::format("protocol {}", name_of(*spec.protocol)));
  return parts.size() == 1 && !only.empty() ? std::string(only) : base::join(parts, ", ");
}

std::string describe(const Rule& rule) {
  const std::string where = rule.spec().origin.to_string();
  return fmt::format(
      "{} {}{}", name_of(rule.action()), conditions_of(rule.spec()),
      where.empty() ? "" : " (" + where + ")");
}

std::string to_json(const Rule& rule) {
  const RuleSpec& spec = rule.spec();
  const Pattern* pattern = only_pattern(rule);
  const std::string what =
      pattern
          ? fmt::format(
                R"("pattern":{},"scope":"{}","type":"{}")", base::to_json_string(pattern->text()),
                name_of(pattern->scope()), name_of(pattern->type()))
          : fmt::format(R"("conditions":{},"scope":null,"type":null)", conditions_to_json(spec));
  return fmt::format(
      R"({{{},"action":"{}","file":{},"line":{}}})", what, name_of(spec.action),
      base::to_json_string(spec.origin.file), spec.origin.line);
}

}  // namespace policy
