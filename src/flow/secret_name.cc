// SPDX-License-Identifier: Apache-2.0
#include "flow/secret_name.h"

#include <algorithm>

namespace flow {

Deny found_secret(const redact::Rule& rule, std::string_view where) {
  return {
      .status = 403,
      .stage = "redaction",
      .reason = "redaction rule \"" + rule.name + "\" found in " + std::string(where) +
                " what must not leave"};
}

std::optional<Deny> refuse_name(const redact::Scanner* scanner, std::string_view host) {
  const auto* rule = scanner != nullptr ? scanner->find_in_name(host) : nullptr;
  if (rule == nullptr || rule->action == redact::Action::log) return std::nullopt;
  return found_secret(*rule, "the host's name");
}

std::string hide_name(const redact::Scanner& scanner, std::string url) {
  constexpr std::string_view behind_scheme = "://";
  const auto scheme = url.find(behind_scheme);
  const auto begin = scheme == url.npos ? 0 : scheme + behind_scheme.size();
  const auto end = std::min(url.find_first_of("/?", begin), url.size());
  const auto* rule = scanner.find_in_name(std::string_view(url).substr(begin, end - begin));
  if (rule != nullptr) url.replace(begin, end - begin, rule->label);
  return url;
}

}  // namespace flow
