// SPDX-License-Identifier: Apache-2.0
#include "policy/loose.h"

#include <array>

#include "base/text.h"
#include "policy/normalise.h"
#include "policy/target.h"

namespace policy {
namespace {

// As normal forms spell them.
constexpr std::string_view slash_escape = "%2F";
constexpr std::string_view backslash_escape = "%5C";
constexpr std::size_t escape_size = 3;

bool is_hex_pair(std::string_view text) {
  return text.size() >= 2 && base::hex_value(text[0]) >= 0 && base::hex_value(text[1]) >= 0;
}

bool begins_with_escape(std::string_view text, std::string_view escape) {
  return base::iequals(text.substr(0, escape_size), escape);
}

bool begins_with_any_escape(std::string_view text) {
  return text.size() >= escape_size && text[0] == '%' && is_hex_pair(text.substr(1));
}

/// `%2561` becomes `%61`, however often its percent sign was escaped, and an escaped semicolon one
/// that counts.
std::string decode_again(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t at = 0; at < path.size(); ++at) {
    const auto behind = [&] { return path.substr(at + 1); };
    out += path[at];
    if (path[at] != '%') continue;
    while (behind().starts_with("25") && is_hex_pair(behind().substr(2)))
      at += 2;
    if (!base::iequals(behind().substr(0, 2), "3B")) continue;
    out.back() = ';';
    at += 2;
  }
  return out;
}

/// File systems and frameworks leave these out at the end of a name.
std::string_view without_end(std::string_view segment) {
  constexpr auto ends = std::to_array<std::string_view>({".", "%20", "%09", "%0A", "%0D"});
  for (bool found = true; found;) {
    found = false;
    for (const auto end : ends) {
      if (!segment.ends_with(end)) continue;
      segment.remove_suffix(end.size());
      found = true;
    }
  }
  return segment;
}

/// A slash at the end that is neither all there is to a path nor behind a wildcard: what is left
/// says the same of one thing less.
std::string_view without_final_slash(std::string_view glob) {
  if (glob.size() < 2 || !glob.ends_with('/')) return glob;
  const auto rest = glob.substr(0, glob.size() - 1);
  const auto behind_scheme = rest.find("://");
  const bool is_authority =
      behind_scheme != rest.npos && !rest.substr(behind_scheme + 3).contains('/');
  return is_authority || rest.ends_with('*') || rest.ends_with('/') ? glob : rest;
}

/// An exact pattern as it reads in loosened text.
std::optional<std::string> loosen_exact(const Pattern& pattern) {
  if (pattern.scope() == Scope::path) {
    const auto path = normalise_path(pattern.text());
    return path ? std::optional(loosen_path(*path)) : std::nullopt;
  }
  auto url = parse_url(pattern.text());
  if (!url) return std::nullopt;
  url->path = loosen_path(url->path);
  url->query = loosen_query(url->query);
  return url_of(url->target(""));
}

std::optional<std::string> loosen_text(const Pattern& pattern) {
  switch (pattern.type()) {
    case PatternType::exact:
      return loosen_exact(pattern);
    case PatternType::glob:
      return base::lower(without_final_slash(pattern.text()));
    case PatternType::regex:
      return "(?i)" + pattern.text();
  }
  return std::nullopt;
}

}  // namespace

std::string fold_path(std::string_view path) {
  std::string out;
  bool in_parameter = false;
  while (!path.empty()) {
    const bool is_escape =
        begins_with_escape(path, slash_escape) || begins_with_escape(path, backslash_escape);
    const char c = is_escape ? '/' : path.front();
    path.remove_prefix(is_escape ? escape_size : 1);
    if (c == '/') in_parameter = false;
    if (c == ';') in_parameter = true;
    if (!in_parameter && (c != '/' || !out.ends_with('/'))) out += c;
  }
  return out;
}

std::string loosen_path(std::string_view path) {
  auto folded = fold_path(decode_again(path));
  // What was decoded may be a dot, or half of a segment of dots.
  if (auto normal = normalise_path(folded)) folded = *std::move(normal);
  std::string out;
  for (const auto segment : base::split(folded, '/')) {
    const auto name = without_end(segment);
    if (!name.empty()) out.append("/").append(loosen_query(name));
  }
  return out.empty() ? "/" : out;
}

std::string loosen_query(std::string_view query) {
  std::string out;
  out.reserve(query.size());
  while (!query.empty()) {
    const bool is_escape = begins_with_any_escape(query);
    const auto piece = query.substr(0, is_escape ? escape_size : 1);
    out += is_escape ? std::string(piece) : base::lower(piece);
    query.remove_prefix(piece.size());
  }
  return out;
}

std::optional<Pattern> loosened(const Pattern& pattern) {
  const auto text = loosen_text(pattern);
  if (!text) return std::nullopt;
  auto compiled = Pattern::compile(*text, pattern.scope(), pattern.type());
  return compiled ? std::optional(*std::move(compiled)) : std::nullopt;
}

}  // namespace policy
