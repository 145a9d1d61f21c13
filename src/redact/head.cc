// SPDX-License-Identifier: Apache-2.0
#include "redact/head.h"

#include <algorithm>

#include "base/text.h"

namespace redact {
namespace {

using Part = Patterns::Part;
using Place = HeadFinding::Place;

/// Target, name, value, name, value …, each on a line: one look sees them all.
struct Lines {
  std::string text;
  std::vector<Part> parts;

  void add(std::string_view line) {
    if (!parts.empty()) text += '\n';
    parts.push_back({text.size(), text.size() + line.size()});
    text += line;
  }
};

Lines lines_of(std::string_view target, std::span<const HeadField> fields) {
  Lines lines;
  std::size_t size = target.size();
  for (const auto& [name, value] : fields)
    size += name.size() + value.size() + 2;
  lines.text.reserve(size);
  lines.parts.reserve(2 * fields.size() + 1);
  lines.add(target);
  for (const auto& [name, value] : fields) {
    lines.add(name);
    lines.add(value);
  }
  return lines;
}

/// The part of the finding that is in one line.
HeadFinding in_line(const Finding& finding, std::size_t line, const Part& part) {
  HeadFinding out;
  out.finding = {
      .at = std::max(finding.at, part.at) - part.at,
      .end = std::min(finding.end, part.end) - part.at,
      .rule = finding.rule};
  if (line == 0) return out;
  out.place = line % 2 == 1 ? Place::name : Place::value;
  out.field = (line - 1) / 2;
  return out;
}

void append_values(std::string_view pairs, char separator, std::string& out) {
  for (const auto pair : base::split(pairs, separator)) {
    const auto equals = pair.find('=');
    out += base::trim(equals == pair.npos ? pair : pair.substr(equals + 1));
  }
  out += '\n';
}

void append_target(std::string_view target, std::string& out) {
  const auto query = target.find('?');
  for (const auto segment : base::split(target.substr(0, query), '/'))
    out += segment;
  out += '\n';
  if (query != target.npos) append_values(target.substr(query + 1), '&', out);
}

/// What several texts say when they are put together, each such text on a line.
std::string together(std::string_view target, std::span<const HeadField> fields) {
  std::string out;
  append_target(target, out);
  for (std::size_t at = 0; at < fields.size(); ++at) {
    const auto same = [&](const HeadField& other) {
      return base::iequals(other.name, fields[at].name);
    };
    if (base::iequals(fields[at].name, "cookie")) append_values(fields[at].value, ';', out);
    const auto rest = fields.subspan(at + 1);
    if (std::ranges::none_of(rest, same) || std::ranges::any_of(fields.first(at), same)) continue;
    out += fields[at].value;
    for (const auto& field : rest)
      if (same(field)) out += field.value;
    out += '\n';
  }
  return out;
}

bool names_rule(std::span<const HeadFinding> findings, std::uint32_t rule) {
  return std::ranges::any_of(
      findings, [&](const HeadFinding& each) { return each.finding.rule == rule; });
}

}  // namespace

Findings HeadFindings::in(Place place, std::size_t field) const {
  Findings out;
  for (const auto& each : all_)
    if (each.place == place && each.field == field) out.push_back(each.finding);
  return out;
}

HeadFindings scan_head(
    const Scanner& scanner, std::string_view target, std::span<const HeadField> fields) {
  HeadFindings out;
  const auto [text, parts] = lines_of(target, fields);
  for (const auto& finding : scanner.find_deeply(text, parts)) {
    for (std::size_t line = 0; line < parts.size(); ++line) {
      if (finding.at < parts[line].end && parts[line].at < finding.end)
        out.all_.push_back(in_line(finding, line, parts[line]));
    }
  }
  for (const auto& finding : scanner.find_secrets(together(target, fields))) {
    if (!names_rule(out.all_, finding.rule))
      out.all_.push_back({.finding = finding, .place = Place::pieces});
  }
  return out;
}

bool blocks(const Scanner& scanner, const HeadFinding& finding) {
  const auto action = scanner.rule_of(finding.finding).action;
  const bool replaceable = finding.place == Place::target || finding.place == Place::value;
  return action == Action::block || (action == Action::redact && !replaceable);
}

std::string where(const HeadFinding& finding, std::span<const HeadField> fields) {
  switch (finding.place) {
    case Place::target:
      return "url";
    case Place::pieces:
      return "head (pieces put together)";
    case Place::name:
      return "header (name)";
    case Place::value:
      break;
  }
  return "header:" + base::lower(fields[finding.field].name);
}

std::string replaced_in_target(
    const Scanner& scanner, std::string_view target, const Findings& findings) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  std::size_t written = 0;
  for (const auto& finding : findings) {
    const auto& rule = scanner.rule_of(finding);
    if (rule.action < Action::redact) continue;
    if (finding.at >= written) {
      out += target.substr(written, finding.at - written);
      for (const char c : rule.label) {
        const bool plain =
            base::is_alpha(c) || base::is_digit(c) || std::string_view("-._~:").contains(c);
        if (plain)
          out += c;
        else
          out.append({'%', digits[static_cast<unsigned char>(c) >> 4U], digits[c & 15]});
      }
    }
    written = std::max(written, finding.end);
  }
  return out.append(target.substr(written));
}

}  // namespace redact
