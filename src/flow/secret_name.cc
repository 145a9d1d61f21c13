// SPDX-License-Identifier: Apache-2.0
#include "flow/secret_name.h"

#include <algorithm>

#include "base/text.h"

namespace flow {
namespace {

/// As it stands behind the scheme, with its port.
std::string_view authority_of(std::string_view url) {
  constexpr std::string_view behind_scheme = "://";
  const auto scheme = url.find(behind_scheme);
  const auto begin = scheme == url.npos ? 0 : scheme + behind_scheme.size();
  return url.substr(begin, std::min(url.find_first_of("/?", begin), url.size()) - begin);
}

std::string_view host_of(std::string_view url) {
  const auto authority = authority_of(url);
  const auto port = authority.rfind(':');
  return authority.ends_with(']') ? authority : authority.substr(0, port);
}

/// Each place of `part`, in any case.
std::string replaced(std::string_view text, std::string_view part, std::string_view with) {
  const auto folded = base::lower(text);
  const auto wanted = base::lower(part);
  std::string out;
  std::size_t written = 0;
  for (auto at = folded.find(wanted); at != folded.npos; at = folded.find(wanted, written)) {
    out.append(text.substr(written, at - written)).append(with);
    written = at + wanted.size();
  }
  return out.append(text.substr(written));
}

}  // namespace

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

void hide_name(
    const redact::Scanner& scanner, std::string_view url, std::span<std::string* const> texts) {
  const std::string host(host_of(url));
  const auto* rule = scanner.find_in_name(host);
  if (rule == nullptr) return;
  for (auto* text : texts)
    *text = replaced(*text, host, rule->label);
}

}  // namespace flow
