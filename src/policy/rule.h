// SPDX-License-Identifier: Apache-2.0
#pragma once
// A rule as it was written (RuleSpec) and as it is used (Rule).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/origin.h"
#include "base/result.h"
#include "policy/pattern.h"

namespace policy {

enum class Action { allow, block, ask };

std::string_view name_of(Action action);
std::optional<Action> action_named(std::string_view name);

enum class Tls { inspect, passthrough };

std::string_view name_of(Tls tls);
std::optional<Tls> tls_named(std::string_view name);

/// What carries the bytes.
enum class Protocol { tcp, udp };

std::string_view name_of(Protocol protocol);
std::optional<Protocol> protocol_named(std::string_view name);

/// Where in answers secrets are searched for.
enum class Scrub { all, headers };

std::string_view name_of(Scrub scrub);
std::optional<Scrub> scrub_named(std::string_view name);

struct PatternSpec {
  std::string text;
  std::optional<PatternType> type{};
  bool operator==(const PatternSpec&) const = default;
};

/// All conditions that are given must hold; at least one is.
struct RuleSpec {
  Action action = Action::block;
  std::optional<PatternSpec> host{};
  std::optional<PatternSpec> path{};
  std::optional<PatternSpec> url{};
  std::vector<std::string> methods{};
  std::vector<std::string> schemes{};
  std::vector<std::int64_t> ports{};
  std::optional<Protocol> protocol{};
  std::string reason{};
  bool allow_private = false;
  bool brokered = false;  // requests carry no credential but those of the gateway
  Tls tls = Tls::inspect;
  Scrub scrub = Scrub::all;
  base::Origin origin{};
};

/// devsandbox's `pattern` + `scope` + `type`: the condition of that scope. An error when the rule
/// has one already.
base::Result<> add_sugar(RuleSpec& spec, Scope scope, PatternSpec pattern);

/// Compiled and immutable. Rules are made by compile().
class Rule {
public:
  const RuleSpec& spec() const { return spec_; }
  Action action() const { return spec_.action; }
  /// The rule's own reason, else "matched rule: PATTERN".
  const std::string& reason() const { return reason_; }

  const std::optional<Pattern>& host() const { return host_; }
  const std::optional<Pattern>& path() const { return path_; }
  const std::optional<Pattern>& url() const { return url_; }
  /// The same for texts that were loosened (loose.h). Of rules that do not allow.
  const std::optional<Pattern>& loose_path() const { return loose_path_; }
  const std::optional<Pattern>& loose_url() const { return loose_url_; }
  /// A pattern for the host of every request this rule can match: `host`, else what `url` says
  /// about it.
  /// Null when there is none.
  const Pattern* reach() const {
    if (host_) return &*host_;
    return url_host_ ? &*url_host_ : nullptr;
  }

  /// True as well when the rule has no such condition. All arguments are normalised.
  bool matches_method(std::string_view method) const;
  bool matches_scheme(std::string_view scheme) const;
  bool matches_port(std::uint16_t port) const;
  /// A rule that names no protocol is about TCP, and about UDP unless it allows: nobody lets
  /// datagrams through by accident.
  bool matches_protocol(Protocol protocol) const;
  bool reaches(std::string_view host) const { return !reach() || reach()->matches(host); }

  /// Path, URL and method are visible only inside an intercepted connection.
  bool needs_interception() const { return path_ || url_ || !spec_.methods.empty(); }

private:
  friend base::Result<Rule> compile(RuleSpec spec);
  explicit Rule(RuleSpec spec) : spec_(std::move(spec)) {}

  RuleSpec spec_;  // methods and schemes normalised
  std::string reason_;
  std::optional<Pattern> host_;
  std::optional<Pattern> path_;
  std::optional<Pattern> url_;
  std::optional<Pattern> loose_path_;
  std::optional<Pattern> loose_url_;
  std::optional<Pattern> url_host_;
};

/// The error says what is wrong with which condition; where it was written is for the caller to
/// add.
base::Result<Rule> compile(RuleSpec spec);

/// The conditions in one line: `*.example.com`, or `host *.example.com, methods GET HEAD`.
std::string conditions_of(const RuleSpec& spec);
/// "block *.example.com (config.toml:12)".
std::string describe(const Rule& rule);
/// One JSON object: "pattern", "scope" and "type" of a rule with a single pattern, else
/// "conditions"; "action", "file", "line".
std::string to_json(const Rule& rule);

}  // namespace policy
