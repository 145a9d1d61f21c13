// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/redact.h"

#include <optional>
#include <vector>

#include "base/text.h"

namespace flow {
namespace {

using Place = redact::HeadFinding::Place;

std::string target_of(const Flow& flow) {
  return flow.query ? flow.path + "?" + *flow.query : flow.path;
}

std::vector<redact::HeadField> fields_of(const http::Request& request) {
  std::vector<redact::HeadField> fields;
  for (const auto& [name, value] : request.fields)
    fields.push_back({name, value});
  return fields;
}

/// The host was judged already and is not to be another one.
bool names_host(const redact::HeadFinding& finding, const std::vector<redact::HeadField>& fields) {
  return finding.place == Place::value && base::iequals(fields[finding.field].name, "host");
}

void replace_target(const redact::Scanner& scanner, const redact::Findings& findings, Flow& flow) {
  const auto target = redact::replaced_in_target(scanner, target_of(flow), findings);
  const auto query = target.find('?');
  flow.path = target.substr(0, query);
  if (query == target.npos)
    flow.query.reset();
  else
    flow.query = target.substr(query + 1);
}

void replace_values(
    const redact::Scanner& scanner, const redact::HeadFindings& found, http::Fields& fields) {
  http::Fields out;
  std::size_t number = 0;
  for (const auto& [name, value] : fields)
    out.add(name, scanner.replaced(value, found.in(Place::value, number++)));
  fields = std::move(out);
}

Deny refusal(const redact::Rule& rule, std::string_view where) {
  return {
      .status = 403,
      .stage = "redaction",
      .reason = "redaction rule \"" + rule.name + "\" found in " + std::string(where) +
                " what must not leave"};
}

void note(
    const redact::Scanner& scanner,
    const redact::HeadFindings& found,
    const std::vector<redact::HeadField>& fields,
    Flow& flow) {
  for (const auto& finding : found.all()) {
    const auto& rule = scanner.rule_of(finding.finding);
    Notes::add(flow.notes->redacted, rule.name);
    flow.notes->note_place(rule.name, redact::where(finding, fields));
    flow.notes->worsen(redact::blocks(scanner, finding) ? redact::Action::block : rule.action);
  }
}

}  // namespace

Verdict Redact::on_request(Flow& flow) const {
  if (!flow.notes) flow.notes = std::make_shared<Notes>();
  flow.notes->searched = true;
  const auto target = target_of(flow);
  const auto fields = fields_of(flow.request);
  const auto found = redact::scan_head(*scanner_, target, fields);
  if (found.empty()) return Pass{};
  note(*scanner_, found, fields, flow);
  std::optional<Deny> refused;
  for (const auto& finding : found.all()) {
    const auto& rule = scanner_->rule_of(finding.finding);
    const bool blocks = redact::blocks(*scanner_, finding) ||
                        (rule.action == redact::Action::redact && names_host(finding, fields));
    if (blocks && !refused) refused = refusal(rule, redact::where(finding, fields));
  }
  // Also what is refused: the log has it.
  if (const auto in_target = found.in(Place::target); !in_target.empty())
    replace_target(*scanner_, in_target, flow);
  replace_values(*scanner_, found, flow.request.fields);
  return refused ? Verdict(*std::move(refused)) : Pass{};
}

}  // namespace flow
