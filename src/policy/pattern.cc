// SPDX-License-Identifier: Apache-2.0
#include "policy/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "policy/braces.h"
#include "policy/glob_parse.h"
#include "policy/glob_pieces.h"
#include "policy/glob_url.h"
#include "policy/normalise.h"
#include "policy/target.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;

constexpr std::size_t longest_pattern = 4096;

/// Where brackets hold an IPv6 address, as in "[::1]" or "https://[::1]/": then they are no class.
struct Ipv6Literal {
  std::size_t begin;
  std::size_t end;
};

std::optional<Ipv6Literal> find_ipv6(std::string_view text, Scope scope) {
  const std::size_t scheme = text.find("://[");
  if (scope == Scope::path || (scope == Scope::url && scheme == std::string_view::npos)) return {};
  const std::size_t begin = scope == Scope::host ? 0 : scheme + 3;
  const std::size_t end = text.find(']', begin) + 1;
  if (end == 0 || (scope == Scope::host && end != text.size())) return {};
  if (text[begin] != '[' || !normalise_host(text.substr(begin, end - begin))) return {};
  return Ipv6Literal{begin, end};
}

Result<PatternType> detect_type(std::string text, Scope scope) {
  if (const auto literal = find_ipv6(text, scope)) {
    text.erase(literal->begin, literal->end - literal->begin);
  }
  if (text.find_first_of("^$|()+\\") != std::string::npos) return PatternType::regex;
  if (text.find_first_of("[]{}") == std::string::npos) return PatternType::glob;
  return fail(
      ErrorKind::invalid, "brackets and braces mean one thing in a glob, another in a regex",
      R"(add type = "glob" or type = "regex")");
}

/// Brackets around an IPv6 address become literal.
std::string with_literal_ipv6(std::string text, Scope scope) {
  const auto literal = find_ipv6(text, scope);
  if (!literal) return text;
  text.insert(literal->end - 1, "\\");
  return text.insert(literal->begin, "\\");
}

Result<std::string> normalise_exact(std::string_view text, Scope scope) {
  switch (scope) {
    case Scope::host:
      return normalise_host(text);
    case Scope::path:
      return normalise_path(text);
    case Scope::url: {
      const Url url = TRY(parse_url(text));
      return url_of(url.target(""));
    }
  }
  std::unreachable();
}

Result<std::vector<Glob>> compile_globs(std::string_view text, Scope scope) {
  std::vector<Glob> globs;
  for (const auto& alternative : TRY(expand_braces(text))) {
    globs.push_back(TRY(parse_glob(alternative, scope)));
  }
  return globs;
}

/// One host pattern for each alternative of a URL pattern, or none at all.
Result<std::vector<Glob>> hosts_of_url(std::string_view text) {
  std::vector<Glob> hosts;
  for (const auto& alternative : TRY(expand_braces(text))) {
    const auto pieces = TRY(lex_glob(alternative));
    auto host = TRY(host_of_url_glob(pieces));
    if (!host) return std::vector<Glob>();
    hosts.push_back(*std::move(host));
  }
  return hosts;
}

Result<std::shared_ptr<const RE2>> compile_regex(const std::string& text, Scope scope) {
  RE2::Options options(RE2::Quiet);
  options.set_case_sensitive(scope != Scope::host);
  auto regex = std::make_shared<RE2>(text, options);
  if (!regex->ok()) return fail(ErrorKind::invalid, "not a regex: " + regex->error());
  return regex;
}

bool is_printable(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; }

}  // namespace

std::string_view name_of(PatternType type) {
  constexpr std::array<std::string_view, 3> names{"exact", "glob", "regex"};
  return names[static_cast<std::size_t>(type)];
}

std::optional<PatternType> pattern_type_named(std::string_view name) {
  for (const auto type : {PatternType::exact, PatternType::glob, PatternType::regex}) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

Result<Pattern> Pattern::compile(
    std::string_view text, Scope scope, std::optional<PatternType> type) {
  if (text.empty()) return fail(ErrorKind::invalid, "an empty pattern");
  if (text.size() > longest_pattern) return fail(ErrorKind::invalid, "over 4096 bytes long");
  if (!std::ranges::all_of(text, is_printable)) {
    return fail(ErrorKind::invalid, "a control character in a pattern");
  }
  if (!type) type = TRY(detect_type(std::string(text), scope));
  Pattern pattern(text, scope, *type);
  if (*type == PatternType::regex) {
    pattern.regex_ = TRY(compile_regex(pattern.text_, scope));
  } else if (*type == PatternType::exact) {
    pattern.globs_.push_back(Glob::literal(TRY(normalise_exact(text, scope))));
    if (scope == Scope::url) pattern.hosts_.push_back(Glob::literal(TRY(parse_url(text)).host));
  } else {
    const std::string glob = with_literal_ipv6(pattern.text_, scope);
    pattern.globs_ = TRY(compile_globs(glob, scope));
    if (scope == Scope::url) pattern.hosts_ = TRY(hosts_of_url(glob));
  }
  return pattern;
}

bool Pattern::matches(std::string_view subject) const {
  if (regex_) return RE2::PartialMatch(subject, *regex_);
  return std::ranges::any_of(globs_, [&](const Glob& glob) { return glob.matches(subject); });
}

std::optional<Pattern> Pattern::host() const {
  if (hosts_.empty()) return std::nullopt;
  Pattern pattern(text_, Scope::host, type_);
  pattern.globs_ = hosts_;
  return pattern;
}

bool may_overlap(const Pattern& a, const Pattern& b) {
  const auto touches = [](const Pattern& one, const Pattern& other) {
    return std::ranges::any_of(one.globs(), [&](const Glob& glob) {
      if (glob.is_literal()) return other.matches(glob.prefix());
      return other.globs().empty() || std::ranges::any_of(other.globs(), [&](const Glob& match) {
               return may_overlap(glob, match);
             });
    });
  };
  if (a.globs().empty() && b.globs().empty()) return true;
  return a.globs().empty() ? touches(b, a) : touches(a, b);
}

}  // namespace policy
