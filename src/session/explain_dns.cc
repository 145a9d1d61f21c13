// SPDX-License-Identifier: Apache-2.0
#include "session/explain_dns.h"

#include <algorithm>

#include "base/text.h"
#include "policy/address.h"
#include "policy/normalise.h"
#include "policy/record_rule.h"

namespace session {
namespace {

using base::ErrorKind;
using base::fail;
using Outcome = Explanation::Outcome;

struct NameQuestion {
  std::string name{};
  std::string type = "A";
};

base::Result<NameQuestion> parse(std::string_view url) {
  constexpr std::string_view type_key = "type=";
  url.remove_prefix(dns_scheme.size());
  NameQuestion out;
  if (const auto mark = url.find('?'); mark != std::string_view::npos) {
    const auto query = url.substr(mark + 1);
    if (!query.starts_with(type_key))
      return fail(ErrorKind::invalid, "only a type can be asked for", "write ?type=TXT");
    out.type = query.substr(type_key.size());
    std::ranges::transform(out.type, out.type.begin(), base::to_upper);
    url = url.substr(0, mark);
  }
  out.name = TRY(policy::normalise_host(url));
  if (policy::parse_address(out.name))
    return fail(ErrorKind::invalid, "an address is no name to ask for");
  return out;
}

bool is_address_type(std::string_view type) { return type == "A" || type == "AAAA"; }

/// Inside, a name has addresses when a request to it could be allowed.
void judge_addresses(const policy::Policy& policy, Explanation& out) {
  out.stage = "filter";
  if (policy::could_allow(policy, out.host)) {
    out.outcome = Outcome::allow;
    out.reason = "a rule could allow a request to it, so it has an address inside";
    return;
  }
  const auto decision =
      policy::decide_connection(policy, out.host, 443, policy::ConnectionKind::tunnel);
  out.reason = decision.reason;
  if (decision.rule != nullptr) out.rule = *decision.rule;
}

void judge_records(
    const policy::Policy& policy,
    const config::Config& config,
    std::string_view type,
    Explanation& out) {
  const auto decision = policy::decide_records(policy, config.record_rules, out.host, type);
  out.stage = "dns";
  out.outcome = decision.action == policy::Action::allow ? Outcome::allow : Outcome::block;
  out.reason = decision.reason;
  if (decision.rule != nullptr) out.rule = *decision.rule;
}

}  // namespace

base::Result<Explanation> explain_dns(
    const policy::Policy& policy, const config::Config& config, std::string_view url) {
  const auto question = TRY(parse(url));
  Explanation out{.host = question.name};
  out.url = std::string(dns_scheme) + question.name + "?type=" + question.type;
  if (is_address_type(question.type))
    judge_addresses(policy, out);
  else
    judge_records(policy, config, question.type, out);
  return out;
}

}  // namespace session
