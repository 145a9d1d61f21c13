// SPDX-License-Identifier: Apache-2.0
#include "tokens/path_glob.h"

namespace tokens {

base::Result<policy::Pattern> compile_path(std::string_view pattern) {
  if (pattern.find_first_of(R"(?[]{}\)") != std::string_view::npos) {
    return base::fail(
        base::ErrorKind::invalid, R"(the paths of a token know the wildcards * and ** only)",
        "write a pattern for each path, without ? [ ] { } and backslash; a query is never looked "
        "at");
  }
  return policy::Pattern::compile(pattern, policy::Scope::path, policy::PatternType::glob);
}

bool path_matches(std::string_view pattern, std::string_view path) {
  const auto compiled = compile_path(pattern);
  return compiled && compiled->matches(path);
}

}  // namespace tokens
