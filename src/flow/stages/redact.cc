// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/redact.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"
#include "flow/secret_name.h"
#include "policy/normalise.h"

namespace flow {
namespace {

using HeadPlace = redact::HeadFinding::Place;

std::string target_of(const Flow& flow) {
  return flow.query ? flow.path + "?" + *flow.query : flow.path;
}

/// What such a field says is read, and written anew when it is sent.
bool frames_body(std::string_view name) {
  return base::iequals(name, "content-length") || base::iequals(name, "transfer-encoding");
}

std::vector<redact::HeadField> fields_of(const http::Request& request) {
  std::vector<redact::HeadField> fields;
  for (const auto& [name, value] : request.fields)
    fields.push_back({name, frames_body(name) ? std::string_view() : value});
  return fields;
}

/// The host was judged already and is not to be another one.
bool names_host(const redact::HeadFinding& finding, const std::vector<redact::HeadField>& fields) {
  return finding.place == HeadPlace::value && base::iequals(fields[finding.field].name, "host");
}

/// The path is another one then, and to be judged once more.
void replace_target(const redact::Scanner& scanner, const redact::Findings& findings, Flow& flow) {
  const auto target = redact::replaced_in_target(scanner, target_of(flow), findings);
  const auto query = target.find('?');
  flow.path_is_new = target.substr(0, query) != flow.path;
  flow.path = target.substr(0, query);
  if (query == target.npos)
    flow.query.reset();
  else
    flow.query = target.substr(query + 1);
}

bool is_path(std::string_view path) {
  const auto normal = policy::normalise_path(path);
  return path.starts_with('/') && normal && *normal == path;
}

void replace_values(
    const redact::Scanner& scanner, const redact::HeadFindings& found, http::Fields& fields) {
  http::Fields out;
  std::size_t number = 0;
  for (const auto& [name, value] : fields) {
    const auto findings = found.in(HeadPlace::value, number++);
    out.add(name, findings.empty() ? value : scanner.replaced(value, findings));
  }
  fields = std::move(out);
}

void note(const redact::Rule& rule, std::string_view where, redact::Action action, Notes& notes) {
  Notes::add(notes.redacted, rule.name);
  notes.note_place(rule.name, where);
  notes.worsen(action);
}

void note(
    const redact::Scanner& scanner,
    const redact::HeadFindings& found,
    const std::vector<redact::HeadField>& fields,
    Flow& flow) {
  for (const auto& finding : found.all()) {
    const auto& rule = scanner.rule_of(finding.finding);
    const auto action = redact::blocks(scanner, finding) ? redact::Action::block : rule.action;
    note(rule, redact::where(finding, fields), action, *flow.notes);
  }
}

/// One of the nine of RFC 9110, 9.3, and PATCH: they say nothing else.
bool is_registered(std::string_view method) {
  constexpr auto known = std::to_array<std::string_view>(
      {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"});
  return std::ranges::find(known, method) != known.end();
}

/// What would go out by `name`, where nothing can be replaced.
std::optional<Deny> look_at_name(
    const redact::Scanner& scanner, std::string_view name, std::string_view place, Notes& notes) {
  const auto* rule = scanner.find_in_name(name);
  if (rule == nullptr) return std::nullopt;
  const bool refuses = rule->action != redact::Action::log;
  note(*rule, place, refuses ? redact::Action::block : rule->action, notes);
  return refuses ? std::optional(found_secret(*rule, place)) : std::nullopt;
}

}  // namespace

Verdict Redact::on_request(Flow& flow) const {
  if (!flow.notes) flow.notes = std::make_shared<Notes>();
  flow.notes->searched = true;
  // The name as it goes to name servers and into TLS: the field may say the same otherwise.
  auto refused = look_at_name(*scanner_, flow.host, "host", *flow.notes);
  if (!refused && !is_registered(flow.request.method))
    refused = look_at_name(*scanner_, flow.request.method, "method", *flow.notes);
  const auto target = target_of(flow);
  const auto fields = fields_of(flow.request);
  const auto found = redact::scan_head(*scanner_, target, fields);
  note(*scanner_, found, fields, flow);
  for (const auto& finding : found.all()) {
    const auto& rule = scanner_->rule_of(finding.finding);
    const bool blocks = redact::blocks(*scanner_, finding) ||
                        (rule.action == redact::Action::redact && names_host(finding, fields));
    if (blocks && !refused) refused = found_secret(rule, redact::where(finding, fields));
  }
  // Also what is refused: the log has it.
  if (const auto in_target = found.in(HeadPlace::target); !in_target.empty())
    replace_target(*scanner_, in_target, flow);
  if (!refused && flow.path_is_new && !is_path(flow.path))
    refused = Deny{
        .status = 403,
        .stage = "redaction",
        .reason = "nothing can be redacted at the edge of a path: what is left is no path"};
  if (!found.empty()) replace_values(*scanner_, found, flow.request.fields);
  return refused ? Verdict(*std::move(refused)) : Pass{};
}

}  // namespace flow
