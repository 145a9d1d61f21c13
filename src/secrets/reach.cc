// SPDX-License-Identifier: Apache-2.0
#include "secrets/reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "policy/normalise.h"
#include "secrets/among.h"

namespace secrets {
namespace {

using base::ErrorKind;
using base::Result;
using policy::Pattern;
using policy::PatternType;

bool any_matches(const std::vector<Pattern>& patterns, std::string_view subject) {
  return std::ranges::any_of(
      patterns, [&](const Pattern& pattern) { return pattern.matches(subject); });
}

/// Empty means "all".
template <class T, class Overlap>
bool lists_overlap(const std::vector<T>& a, const std::vector<T>& b, Overlap overlap) {
  if (a.empty() || b.empty()) return true;
  return std::ranges::any_of(a, [&](const T& one) {
    return std::ranges::any_of(b, [&](const T& other) { return overlap(one, other); });
  });
}

Result<std::vector<Pattern>> compile_hosts(const ReachSpec& spec) {
  std::vector<Pattern> hosts;
  for (const auto& written : spec.hosts) {
    const bool glob = written.find_first_of("*?[{") != std::string::npos;
    hosts.push_back(TRY(Pattern::compile(
        written, policy::Scope::host, glob ? PatternType::glob : PatternType::exact)));
  }
  return hosts;
}

Result<std::vector<std::string>> compile_schemes(const ReachSpec& spec) {
  std::vector<std::string> schemes;
  for (const auto& written : spec.schemes) {
    auto scheme = base::lower(written);
    if (scheme != "https" && scheme != "http")
      return base::fail(
          ErrorKind::invalid, fmt::format("`{}` is no scheme", base::escape_for_terminal(written)),
          "the schemes are https and http");
    if (scheme == "http" && !spec.allow_plaintext)
      return base::fail(
          ErrorKind::invalid, "http is unencrypted",
          "say `allow_plaintext = true` too, if that is meant");
    schemes.push_back(std::move(scheme));
  }
  if (!schemes.empty()) return schemes;
  schemes.emplace_back("https");
  if (spec.allow_plaintext) schemes.emplace_back("http");
  return schemes;
}

Result<std::vector<std::string>> compile_methods(const ReachSpec& spec) {
  std::vector<std::string> methods;
  for (const auto& written : spec.methods)
    methods.push_back(TRY(policy::normalise_method(written)));
  return methods;
}

Result<std::vector<Pattern>> compile_paths(const ReachSpec& spec) {
  std::vector<Pattern> paths;
  for (const auto& written : spec.paths)
    paths.push_back(TRY(Pattern::compile(written, policy::Scope::path)));
  return paths;
}

}  // namespace

Result<Reach> Reach::compile(const ReachSpec& spec) {
  Reach reach;
  reach.hosts_ = TRY(compile_hosts(spec));
  reach.schemes_ = TRY(compile_schemes(spec));
  reach.ports_ = spec.ports;
  if (among(reach.ports_, 0)) return base::fail(ErrorKind::invalid, "0 is not a port");
  reach.methods_ = TRY(compile_methods(spec));
  reach.paths_ = TRY(compile_paths(spec));
  return reach;
}

bool Reach::covers(const policy::Target& target) const {
  return has_scheme(target.scheme) && has_port(target) && has_host(target.host) &&
         has_method(target.method) && has_path(target.path);
}

std::string Reach::why_not(const policy::Target& target) const {
  if (!has_host(target.host)) return fmt::format("is not for {}", target.host);
  if (!has_scheme(target.scheme))
    return target.scheme == "http" ? "does not go over a connection without TLS"
                                   : fmt::format("is not for {}", target.scheme);
  if (!has_port(target)) return fmt::format("is not for port {}", target.port);
  if (!has_method(target.method)) return fmt::format("is not for {} requests", target.method);
  if (!has_path(target.path)) return "is not for this path";
  return {};
}

bool Reach::overlaps_beside_host(const Reach& other) const {
  return lists_overlap(schemes_, other.schemes_, std::equal_to<>()) &&
         lists_overlap(ports_, other.ports_, std::equal_to<>()) &&
         lists_overlap(methods_, other.methods_, std::equal_to<>()) &&
         lists_overlap(paths_, other.paths_, [](const Pattern& a, const Pattern& b) {
           return policy::may_overlap(a, b);
         });
}

bool Reach::overlaps(const Reach& other) const {
  return lists_overlap(
             hosts_, other.hosts_,
             [](const Pattern& a, const Pattern& b) { return policy::may_overlap(a, b); }) &&
         overlaps_beside_host(other);
}

bool Reach::has_host(std::string_view host) const { return any_matches(hosts_, host); }

bool Reach::has_scheme(std::string_view scheme) const { return among(schemes_, scheme); }

bool Reach::has_port(const policy::Target& target) const {
  if (ports_.empty()) return target.port == policy::default_port(target.scheme);
  return among(ports_, target.port);
}

bool Reach::has_method(std::string_view method) const {
  return methods_.empty() || among(methods_, method);
}

bool Reach::has_path(std::string_view path) const {
  return paths_.empty() || any_matches(paths_, path);
}

}  // namespace secrets
