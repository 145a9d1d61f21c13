// SPDX-License-Identifier: Apache-2.0
#pragma once
// A record as it is stored: one JSON object on one line (docs/formats.md names every key). Keys
// that would be empty, zero or false are absent. Bodies are base64. Headers are an object of lists:
// {"Accept": ["*/*"]}.

#include <string>
#include <string_view>

#include "audit/record.h"
#include "base/result.h"

namespace audit {

enum class Bodies { keep, leave_out };

/// Appends the object without a line end. It never contains one, whatever bytes the record holds.
void append_json(std::string& out, const Record& record, Bodies bodies = Bodies::keep);
/// Appends the object and the line end.
void append_json_line(std::string& out, const Record& record);

/// The record of a line; unknown keys are ignored, a known key of the wrong type is an error.
base::Result<Record> parse_json_line(std::string_view line);

}  // namespace audit
