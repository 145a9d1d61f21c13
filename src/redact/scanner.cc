// SPDX-License-Identifier: Apache-2.0
#include "redact/scanner.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <ranges>
#include <utility>

#include "base/text.h"
#include "redact/deep.h"
#include "redact/detectors.h"
#include "secrets/disguises.h"
#include "secrets/env_file.h"

namespace redact {
namespace {

using base::ErrorKind;
using base::fail;
using base::Result;
using base::Secret;

constexpr int most_layers = 3;

std::string title_of(std::string_view name, const base::Origin& origin) {
  std::string title = "redaction rule \"" + std::string(name) + "\"";
  return origin.file.empty() ? title : title + " (" + origin.to_string() + ")";
}

base::Error named(base::Error error, const RuleSpec& spec) {
  error.message = title_of(spec.name, spec.origin) + ": " + error.message;
  return error;
}

std::string why_empty(const RuleSpec& spec) {
  if (!spec.is_in_env_files()) return secrets::why_empty(spec.source);
  return "no .env file of the project has a value for " + spec.source.env_file_key;
}

bool is_too_short(const Secret& value) { return value.size() < secrets::shortest_secret; }

Result<std::vector<Secret>> resolve(const RuleSpec& spec, const Surroundings& surroundings) {
  if (spec.is_in_env_files())
    return secrets::find_in_env_files(surroundings.env_files, spec.source.env_file_key);
  std::vector<Secret> values;
  if (auto value = TRY(secrets::resolve(spec.source, surroundings.environment, surroundings.home)))
    values.push_back(*std::move(value));
  return values;
}

/// At least one. Of several, those that are too short to be looked for are left out.
Result<std::vector<Secret>> read(const RuleSpec& spec, const Surroundings& surroundings) {
  auto values = TRY(resolve(spec, surroundings));
  std::erase_if(values, [](const Secret& value) { return value.empty(); });
  if (values.empty())
    return fail(
        ErrorKind::not_found, why_empty(spec),
        "give the rule a source that has a value, or take the rule away");
  std::erase_if(values, is_too_short);
  if (values.empty())
    return fail(
        ErrorKind::invalid, "the secret is too short to be told from ordinary text",
        "it needs at least " + std::to_string(secrets::shortest_secret) + " bytes");
  return values;
}

Rule make_rule(std::string name, Action action, base::Origin origin) {
  Rule rule{.name = std::move(name), .action = action, .origin = std::move(origin)};
  rule.label = secrets::mark_of(rule.name);
  return rule;
}

/// Such a pattern misses a secret that stands behind a `\n` as JSON writes it.
bool looks_at_borders(std::string_view pattern) {
  return pattern.contains("\\b") || pattern.contains('^') || pattern.contains('$');
}

PatternSpec pattern_of(const Detector& detector, std::uint32_t rule) {
  return {
      .text = std::string(detector.pattern),
      .rule = rule,
      .group = detector.group,
      .trigger = std::string(detector.trigger),
      .width = detector.width,
      .next_place = detector.next_place,
      .accepts = detector.accepts};
}

std::vector<Secret> folded(const std::vector<Secret>& needles) {
  std::vector<Secret> out;
  out.reserve(needles.size());
  for (const auto& needle : needles) {
    std::string text = base::lower(needle.reveal());
    out.emplace_back(text);
    base::wipe(text.data(), text.size());
  }
  return out;
}

/// What the findings of each rule cover: asking takes hardly longer with many.
class Covered {
public:
  explicit Covered(const Findings& findings) {
    for (const auto& finding : findings)
      add(finding);
  }
  bool overlaps(const Finding& finding) const {
    const auto behind = spans_.lower_bound({finding.rule, finding.end});
    return behind != spans_.begin() && overlaps(finding, *std::prev(behind));
  }
  void add(Finding finding) {
    for (auto each = spans_.lower_bound({finding.rule, finding.end});
         each != spans_.begin() && overlaps(finding, *std::prev(each));) {
      each = std::prev(each);
      finding.at = std::min(finding.at, each->first.second);
      finding.end = std::max(finding.end, each->second);
      each = spans_.erase(each);
    }
    spans_.insert_or_assign({finding.rule, finding.at}, finding.end);
  }

private:
  using Spans = std::map<std::pair<std::uint32_t, std::size_t>, std::size_t>;  // no two overlap

  /// Of a span that begins before the finding ends.
  static bool overlaps(const Finding& finding, const Spans::value_type& span) {
    return span.first.first == finding.rule && span.second > finding.at;
  }

  Spans spans_;
};

}  // namespace

Result<std::shared_ptr<const Scanner>> Scanner::create(
    const Settings& settings, const Surroundings& surroundings) {
  std::shared_ptr<Scanner> scanner(new Scanner);
  std::vector<Secret> needles;
  std::vector<PatternSpec> patterns;
  for (const auto& spec : settings.rules) {
    const auto number = static_cast<std::uint32_t>(scanner->rules_.size());
    if (auto name = check_name(spec.name); !name)
      return std::unexpected(named(std::move(name).error(), spec));
    if (!spec.pattern.empty()) {
      if (auto usable = check_pattern(spec.pattern); !usable)
        return std::unexpected(named(std::move(usable).error(), spec));
      patterns.push_back({.text = spec.pattern, .rule = number});
      scanner->sees_escapes_ = scanner->sees_escapes_ || looks_at_borders(spec.pattern);
    } else {
      auto values = read(spec, surroundings);
      if (!values) return std::unexpected(named(std::move(values).error(), spec));
      for (auto& value : *values)
        scanner->add_secret(std::move(value), number, needles);
      if (surroundings.former != nullptr)
        scanner->add_former(*surroundings.former, spec.name, number, needles);
    }
    scanner->rules_.push_back(make_rule(spec.name, spec.action, spec.origin));
  }
  scanner->first_detector_ = static_cast<std::uint32_t>(scanner->rules_.size());
  for (const auto* detector : TRY(detectors_named(settings.detectors))) {
    patterns.push_back(pattern_of(*detector, static_cast<std::uint32_t>(scanner->rules_.size())));
    scanner->rules_.push_back(make_rule(
        std::string(detector->name), settings.detectors_action, settings.detectors_origin));
  }
  scanner->needles_ = secrets::Needles(needles);
  scanner->folded_ = secrets::Needles(folded(needles));
  if (!patterns.empty())
    scanner->patterns_ = std::make_unique<const Patterns>(
        std::move(patterns), surroundings.cache, surroundings.is_given);
  return scanner;
}

/// A source may lie where the sandbox can write: what it wrote there does not end the search for
/// what was there before.
void Scanner::add_former(
    const Scanner& former,
    std::string_view name,
    std::uint32_t rule,
    std::vector<Secret>& needles) {
  // Of a rule, the newest ones, which come first. So many reloads would have to follow what the
  // sandbox wrote, each with another value, before the true one is forgotten.
  constexpr std::size_t most_values = 64;
  std::size_t count = 0;
  for (const auto& value : former.values_) {
    const auto is_known = [&](const Value& each) {
      return each.rule == rule && each.text.equals(value.text.reveal());
    };
    if (former.rules_[value.rule].name != name || std::ranges::any_of(values_, is_known)) continue;
    if (++count < most_values) add_secret(value.text.clone(), rule, needles);
  }
}

void Scanner::add_secret(Secret value, std::uint32_t rule, std::vector<Secret>& needles) {
  for (auto& spelling : secrets::spellings_of(value.reveal()))
    needles.push_back(std::move(spelling));
  needle_rules_.resize(needles.size(), rule);
  values_.push_back({std::move(value), rule});
}

Result<> Scanner::check_against(std::span<const secrets::NamedSecret> credentials) const {
  for (const auto& credential : credentials) {
    for (const auto& finding : find(credential.value)) {
      if (finding.rule >= first_detector_) continue;
      const auto& rule = rules_[finding.rule];
      return fail(
          ErrorKind::invalid,
          title_of(rule.name, rule.origin) + " finds the credential \"" +
              std::string(credential.name) + "\", which is added to requests",
          "take one of the two away: a credential never reaches the sandbox, so it need not be "
          "looked for");
    }
  }
  return {};
}

Findings Scanner::find(std::string_view text, std::span<const Patterns::Part> parts) const {
  Findings found;
  append_secrets(text, found);
  if (patterns_) {
    const Patterns::Part whole{.at = 0, .end = text.size()};
    patterns_->find(text, parts.empty() ? std::span(&whole, 1) : parts, found);
  }
  if (found.size() > 1) std::ranges::sort(found);
  return found;
}

Findings Scanner::find_secrets(std::string_view text) const {
  Findings found;
  append_secrets(text, found);
  std::ranges::sort(found);
  return found;
}

const Rule* Scanner::find_in_name(std::string_view name) const {
  Findings found = find_deeply(name);
  std::string text = base::lower(name) + '\n';
  std::ranges::remove_copy(base::lower(name), std::back_inserter(text), '.');
  append_matches(folded_, text, found);
  const Rule* worst = nullptr;
  for (const auto& finding : found) {
    const auto& rule = rules_[finding.rule];
    if (worst == nullptr || rule.action > worst->action) worst = &rule;
  }
  return worst;
}

void Scanner::append_secrets(std::string_view text, Findings& out) const {
  append_matches(needles_, text, out);
}

void Scanner::append_matches(
    const secrets::Needles& needles, std::string_view text, Findings& out) const {
  std::vector<secrets::Needles::Match> matches;
  needles.find_all(text, matches);
  for (const auto& match : matches)
    out.push_back(
        {.at = match.at, .end = match.at + match.size, .rule = needle_rules_[match.needle]});
}

std::vector<secrets::NamedSecret> Scanner::hidden() const {
  std::vector<secrets::NamedSecret> out;
  for (const auto& [text, rule] : values_) {
    if (rules_[rule].action > Action::log)
      out.push_back({.name = rules_[rule].name, .value = text.reveal()});
  }
  return out;
}

Findings Scanner::find_deeply(std::string_view text, std::span<const Patterns::Part> parts) const {
  Findings found = find(text, parts);
  std::vector<Layer> layers;
  layers.reserve(most_layers);  // each looks into the one before
  std::string_view outer = text;
  for (int depth = 0; depth < most_layers; ++depth) {
    auto layer = Layer::below(
        outer, sees_escapes_ ? Escapes::all : Escapes::unusual,
        std::max(least_margin, needles_.longest()));
    if (layer.empty()) break;
    layers.push_back(std::move(layer));
    outer = layers.back().text();
    auto below = find(outer);
    if (below.empty()) continue;
    for (const auto& each : layers | std::views::reverse)
      each.trace(below);
    Covered covered(found);
    for (const auto& finding : below) {
      if (covered.overlaps(finding)) continue;
      covered.add(finding);
      found.push_back(finding);
    }
  }
  if (found.size() > 1) std::ranges::sort(found);
  return found;
}

std::optional<Action> Scanner::worst(const Findings& findings) const {
  std::optional<Action> worst;
  for (const auto& finding : findings)
    worst = std::max(worst, std::optional(rules_[finding.rule].action));
  return worst;
}

std::string Scanner::replaced(std::string_view text, const Findings& findings, Action least) const {
  std::string out;
  std::size_t written = 0;
  for (const auto& finding : findings) {
    const auto& rule = rules_[finding.rule];
    if (rule.action < least) continue;
    if (finding.at >= written) out.append(text.substr(written, finding.at - written)) += rule.label;
    written = std::max(written, finding.end);
  }
  return out.append(text.substr(written));
}

}  // namespace redact
