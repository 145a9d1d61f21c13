// SPDX-License-Identifier: Apache-2.0
#include "audit/render.h"

#include <fmt/format.h>

#include <algorithm>

#include "audit/text_table.h"
#include "base/text.h"

namespace audit {
namespace {

constexpr std::size_t url_width = 60;
constexpr std::size_t reason_width = 80;
constexpr std::size_t table_body_width = 80;
constexpr std::size_t compact_body_width = 200;

constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view cyan = "\x1b[36m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view bold_red = "\x1b[1;31m";
constexpr std::string_view magenta = "\x1b[1;35m";

/// What the gateway refused must not look like a host's own 403.
std::string status_text(const Record& record) {
  if (was_blocked(record))
    return record.status > 0 ? fmt::format("{} BLOCK", record.status) : "BLOCK";
  if (record.status > 0) return std::to_string(record.status);
  return record.error.empty() ? "-" : "ERR";
}

std::string_view color_of(const Record& record) {
  if (was_blocked(record)) return magenta;
  switch (record.status / 100) {
    case 2:
      return green;
    case 3:
      return cyan;
    case 4:
      return yellow;
    case 5:
      return red;
    default:
      return record.error.empty() ? std::string_view() : bold_red;
  }
}

std::string colored(std::string text, std::string_view color, Style style) {
  if (!style.color || color.empty()) return text;
  return fmt::format("{}{}\x1b[0m", color, text);
}

std::string duration_text(std::chrono::duration<double, std::milli> duration) {
  if (duration.count() <= 0) return "-";
  return fmt::format("{:.0f}ms", duration.count());
}

/// Why it was refused, what was redacted, how it failed; empty for a record that needs no word.
std::string reason_of(const Record& record) {
  std::vector<std::string> parts;
  if (was_blocked(record)) {
    const auto& reason = record.filter_reason;
    parts.push_back(reason.empty() ? "block" : "block: " + reason);
    if (!record.rule.empty()) parts.back() += fmt::format(" ({})", record.rule);
  }
  if (!record.redaction_action.empty()) {
    parts.push_back(fmt::format(
        "{} secret: {}", record.redaction_action, base::join(record.redaction_matches, ", ")));
  }
  // Of what never became a request, the error is the reason once more.
  const bool is_said = was_blocked(record) && record.error == record.filter_reason;
  if (!record.error.empty() && !is_said) parts.push_back(record.error);
  return base::escape_for_terminal(base::join(parts, "; "));
}

std::string where_of(const Record& record) {
  return base::escape_for_terminal(base::join(record.where, ", "));
}

/// A beginning of the body on one line.
std::string body_text(std::string_view body, std::size_t width) {
  std::string flat;
  for (const char c : body.substr(0, width * 4)) {
    if (c == '\t')
      flat += ' ';
    else if (c != '\r')
      flat += c;
  }
  return cut_to_width(base::escape_for_terminal(flat), width);
}

/// What is shown besides the columns that are always there.
struct Columns {
  bool reason = false;
  bool where = false;
};

Columns columns_for(std::span<const Record> records, Style style) {
  return {
      .reason = std::ranges::any_of(records, [](const Record& r) { return !reason_of(r).empty(); }),
      .where = style.wide &&
               std::ranges::any_of(records, [](const Record& r) { return !r.where.empty(); })};
}

Row heading(Columns columns, Style style) {
  Row row;
  for (const char* name : {"TIME", "METHOD", "STATUS", "DURATION", "URL"})
    row.push_back({name});
  if (columns.reason) row.push_back({"REASON"});
  if (columns.where) row.push_back({"WHERE"});
  if (style.body) row.insert(row.end(), {{"REQ BODY"}, {"RESP BODY"}});
  return row;
}

Row table_row(const Record& record, Columns columns, Style style) {
  const std::string color(style.color ? color_of(record) : std::string_view());
  const auto cut = [&](const std::string& text, std::size_t width) {
    return style.wide ? text : cut_to_width(text, width);
  };
  Row row{
      {base::to_local_clock(record.time)},
      {cut_to_width(base::escape_for_terminal(record.method), url_width)},
      {status_text(record), color},
      {duration_text(record.duration)},
      {cut(base::escape_for_terminal(record.url), url_width)}};
  if (columns.reason) row.push_back({cut(reason_of(record), reason_width), color});
  if (columns.where) row.push_back({where_of(record)});
  if (style.body) {
    row.push_back({body_text(record.request_body, table_body_width)});
    row.push_back({body_text(record.response_body, table_body_width)});
  }
  return row;
}

void append_body(std::string& out, std::string_view name, std::string_view body) {
  if (!body.empty()) out += fmt::format("  {}: {}\n", name, body_text(body, compact_body_width));
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::string render_table(std::span<const Record> records, Style style) {
  const auto columns = columns_for(records, style);
  std::vector<Row> rows{heading(columns, style)};
  for (const Record& record : records)
    rows.push_back(table_row(record, columns, style));
  return draw_table(rows);
}

std::string render_compact(const Record& record, Style style) {
  std::string out = fmt::format(
      "{} {} {} {} {}", base::to_local_clock(record.time), base::escape_for_terminal(record.method),
      colored(status_text(record), color_of(record), style), duration_text(record.duration),
      base::escape_for_terminal(record.url));
  if (auto reason = reason_of(record); !reason.empty())
    out += ' ' + colored(fmt::format("[{}]", reason), color_of(record), style);
  out += '\n';
  if (style.body) {
    append_body(out, "request body", record.request_body);
    append_body(out, "response body", record.response_body);
  }
  return out;
}

std::string render_json(std::span<const Record> records, Bodies bodies) {
  std::string out = "[";
  for (const Record& record : records) {
    out += &record == records.data() ? "\n  " : ",\n  ";
    append_json(out, record, bodies);
  }
  out += records.empty() ? "]\n" : "\n]\n";
  return out;
}

std::string render_statistics(const Statistics& all) {
  std::string out = fmt::format("Summary:\n  {:<18}{}\n", "Total requests:", all.total);
  const std::pair<std::string_view, std::uint64_t> groups[] = {
      {"Info (1xx):", all.informational},
      {"Success (2xx):", all.success},
      {"Redirect (3xx):", all.redirect},
      {"Client err (4xx):", all.client_error},
      {"Server err (5xx):", all.server_error},
      {"No status:", all.no_status},
      {"Blocked:", all.blocked},
      {"Errors:", all.failed},
  };
  for (const auto& [name, count] : groups) {
    if (count == 0) continue;
    out += fmt::format("  {:<18}{} ({:.1f}%)\n", name, count, percent(count, all.total));
  }
  if (all.timed > 0)
    out += fmt::format("  {:<18}{}\n", "Avg duration:", duration_text(all.average()));
  if (all.total > 0) {
    out += fmt::format(
        "  {:<18}{} to {}\n", "Time range:", base::to_rfc3339(all.first),
        base::to_rfc3339(all.last));
  }
  return out;
}

}  // namespace audit
