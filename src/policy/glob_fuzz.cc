// SPDX-License-Identifier: Apache-2.0
// Two patterns and a subject on three lines. Patterns that both match are said to overlap, and the
// host that a URL pattern names is the host of every URL it matches.
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "policy/normalise.h"
#include "policy/pattern.h"
#include "policy/target.h"

namespace {

using policy::Pattern;
using policy::PatternType;
using policy::Scope;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(std::string_view one, std::string_view other, std::string_view subject, Scope scope) {
  const auto first = Pattern::compile(one, scope, PatternType::glob);
  const auto second = Pattern::compile(other, scope, PatternType::glob);
  if (!first || !first->matches(subject)) return;
  if (second && second->matches(subject)) require(may_overlap(*first, *second));
}

void check_host_of_url(std::string_view pattern, std::string_view text) {
  const auto url = policy::parse_url(text);
  const auto compiled = Pattern::compile(pattern, Scope::url, PatternType::glob);
  if (!url || !compiled || !compiled->matches(policy::url_of(url->target("GET")))) return;
  const auto host = compiled->host();
  require(!host || host->matches(url->host));
}

void check_exact(std::string_view text) {
  const auto host = policy::normalise_host(text);
  if (!host) return;
  require(Pattern::compile(text, Scope::host, PatternType::exact).value().matches(*host));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = base::split(text, '\n');
  if (lines.size() != 3) return 0;
  for (const Scope scope : {Scope::host, Scope::path, Scope::url}) {
    check(lines[0], lines[1], lines[2], scope);
  }
  check_host_of_url(lines[0], lines[2]);
  check_exact(lines[2]);
  return 0;
}
