// SPDX-License-Identifier: Apache-2.0
// lazaret redact check

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/config_flags.h"
#include "redact/json_path.h"
#include "session/redaction.h"

namespace cli {
namespace {

struct RedactOptions {
  session::ConfigRequest request{};
  std::string file{};
  bool json = false;
};

constexpr int nothing_found = 0;
constexpr int something_found = 1;

base::Result<std::string> read_input(const std::string& file) {
  if (file != "-") return base::read_file(file);
  std::string text;
  std::array<char, 65536> buffer;
  while (const auto count = std::fread(buffer.data(), 1, buffer.size(), stdin))
    text.append(buffer.data(), count);
  if (std::ferror(stdin) != 0) return base::fail_errno("reading", "standard input");
  return text;
}

/// A place as editors count: lines and bytes from one.
struct LineAndColumn {
  std::size_t line = 1;
  std::size_t column = 1;
};

LineAndColumn place_in(std::string_view text, std::size_t at) {
  const auto before = text.substr(0, at);
  const auto line_begin = before.rfind('\n');
  return {
      .line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
      .column = at - (line_begin == before.npos ? 0 : line_begin + 1) + 1};
}

struct Checked {
  std::string text;
  std::shared_ptr<const redact::Scanner> scanner;  // null: there are no rules
  redact::Findings findings;
};

std::string to_text(const Checked& checked, std::string_view file) {
  std::string out;
  for (const auto& finding : checked.findings) {
    const auto& rule = checked.scanner->rule_of(finding);
    const auto place = place_in(checked.text, finding.at);
    out += fmt::format(
        "{}:{}:{}: {}: \"{}\" ({}), {} bytes", base::escape_for_terminal(file), place.line,
        place.column, redact::name_of(rule.action), rule.name,
        base::escape_for_terminal(rule.origin.to_string()), finding.end - finding.at);
    if (const auto path = redact::json_path(checked.text, finding.at); !path.empty())
      out += ", body:" + base::escape_for_terminal(path);
    out += '\n';
  }
  return out;
}

std::string to_json(const Checked& checked) {
  std::string out = "[";
  for (const auto& finding : checked.findings) {
    const auto& rule = checked.scanner->rule_of(finding);
    const auto place = place_in(checked.text, finding.at);
    if (out.size() > 1) out += ',';
    out += fmt::format(
        R"({{"rule":{},"action":"{}","file":{},"file_line":{},"line":{},"column":{},"at":{},"bytes":{})",
        base::to_json_string(rule.name), redact::name_of(rule.action),
        base::to_json_string(rule.origin.file), rule.origin.line, place.line, place.column,
        finding.at, finding.end - finding.at);
    const auto path = redact::json_path(checked.text, finding.at);
    out += ",\"where\":" + base::to_json_string(path.empty() ? "body" : "body:" + path) + "}";
  }
  return out + "]\n";
}

base::Result<Checked> look(const RedactOptions& options, const Globals& globals) {
  const auto project = TRY(session::Project::here());
  const auto loaded = TRY(session::require_config(project, options.request));
  for (const auto& warning : loaded.warnings)
    tell(globals, warning);
  Checked checked{.text = TRY(read_input(options.file))};
  checked.scanner = TRY(session::make_scanner(loaded.config->redaction, project));
  if (!checked.scanner)
    tell(globals, "there are no redaction rules and no detectors: nothing is looked for");
  else
    checked.findings = checked.scanner->find_deeply(checked.text);
  return checked;
}

base::Result<int> check_text(const RedactOptions& options, const Globals& globals) {
  const auto checked = look(options, globals);
  if (!checked) {
    std::fprintf(stderr, "lazaret: %s\n", checked.error().to_string().c_str());
    return mistaken;
  }
  TRY_VOID(print(options.json ? to_json(*checked) : to_text(*checked, options.file)));
  return checked->findings.empty() ? nothing_found : something_found;
}

}  // namespace

void add_redact(CLI::App& app, Chosen& chosen) {
  app.require_subcommand(1);
  const auto options = std::make_shared<RedactOptions>();
  auto& checked = add_subcommand(
      app, chosen, "check",
      "Say what the redaction rules would find in a body, where, and what would happen; never what "
      "it is",
      options, check_text);
  checked.add_option("FILE", options->file, "A file, or - for standard input")->required();
  checked.add_flag("--json", options->json, "As a JSON array");
  add_config_flags(checked, options->request);
  checked.footer("Exit status: 0 nothing is found, 1 something is, 2 a mistake.");
}

}  // namespace cli
