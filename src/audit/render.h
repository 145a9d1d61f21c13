// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records as text for a person or a script. Nothing that came out of a sandbox reaches the terminal
// unescaped.

#include <span>
#include <string>

#include "audit/json_line.h"
#include "audit/record.h"
#include "audit/statistics.h"

namespace audit {

struct Style {
  bool color = false;
  bool body = false;  // with bodies
  bool wide = false;  // the table's columns as long as they are, with what was put where
};

/// A box with TIME METHOD STATUS DURATION URL; REASON when a record was refused, redacted or
/// failed; WHERE, when it is wide, of what was injected, substituted and found; REQ BODY and RESP
/// BODY when asked for. Columns of a narrow one are cut.
std::string render_table(std::span<const Record> records, Style style);

/// One record: "10:30:05 GET 200 150ms https://example.com/ [block: reason]"; with bodies, a line
/// for each.
std::string render_compact(const Record& record, Style style);

/// An array of the stored objects, indented.
std::string render_json(std::span<const Record> records, Bodies bodies);

/// Counts by class of status with percentages; classes without a record are left out.
std::string render_statistics(const Statistics& statistics);

}  // namespace audit
