// SPDX-License-Identifier: Apache-2.0
#include "tokens/path_glob.h"

#include <algorithm>

#include "base/text.h"
#include "policy/decide.h"
#include "policy/normalise.h"

namespace tokens {
namespace {

/// A segment that no path has any more when it is normalised: "..", "%2e".
bool is_dots(std::string_view segment) {
  const auto normal = policy::normalise_path("/" + std::string(segment));
  return !segment.empty() && normal && *normal == "/";
}

bool has_dot_segment(std::string_view pattern) {
  const bool may_have = pattern.contains("/.") || pattern.contains("/%2");  // spares the others
  return may_have && std::ranges::any_of(base::split(pattern, '/'), is_dots);
}

}  // namespace

base::Result<policy::Pattern> compile_path(std::string_view pattern) {
  if (pattern.find_first_of(R"(?[]{}\)") != std::string_view::npos) {
    return base::fail(
        base::ErrorKind::invalid, R"(the paths of a token know the wildcards * and ** only)",
        "write a pattern for each path, without ? [ ] { } and backslash; a query is never looked "
        "at");
  }
  if (has_dot_segment(pattern)) {
    const auto without = policy::normalise_path(pattern);
    return base::fail(
        base::ErrorKind::invalid, "a dot segment never matches: requests have none left",
        "write " + (without ? *without : "the path without it"));
  }
  return policy::Pattern::compile(pattern, policy::Scope::path, policy::PatternType::glob);
}

bool path_matches(std::string_view pattern, std::string_view path) {
  const auto compiled = compile_path(pattern);
  return compiled && compiled->matches(path);
}

bool permit_path(std::span<const std::string> patterns, std::string_view path) {
  const auto matches_as_sent = [&](const std::string& pattern) {
    return path_matches(pattern, path);
  };
  if (!std::ranges::any_of(patterns, matches_as_sent)) return false;
  const std::string folded = policy::fold_path(path);
  const auto matches_folded = [&](const std::string& pattern) {
    return path_matches(policy::fold_path(pattern), folded);
  };
  return folded == path || std::ranges::any_of(patterns, matches_folded);
}

}  // namespace tokens
