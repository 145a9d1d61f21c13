// SPDX-License-Identifier: Apache-2.0
#pragma once
// What redaction does to a body.

#include <memory>

#include "content/format.h"
#include "flow/body_filter.h"
#include "flow/notes.h"
#include "redact/scanner.h"

namespace flow {

struct RedactionPlan {
  std::size_t longest = 0;  // a body is held up to so many bytes, to be looked into as a whole
  bool is_fixed = false;  // it is longer than that, as was told: its length cannot change any more
  std::string_view place = "body";  // how the log calls it
};

/// The filter for a body of this format. A body that is not longer than `longest` is looked into as
/// a whole when its end is there, one of gRPC message by message, one of JSON lines line by line; a
/// longer one is refused when a rule blocks, else looked into as it streams by.
std::unique_ptr<BodyFilter> make_redaction(
    std::shared_ptr<const redact::Scanner> scanner,
    RedactionPlan plan,
    const content::Format& format,
    std::string_view message_coding,
    std::shared_ptr<Notes> notes);

/// The filter for what was redacted and then encoded: only secrets are looked for, and can only be
/// refused.
std::unique_ptr<BodyFilter> make_redaction_of_encoded(
    std::shared_ptr<const redact::Scanner> scanner, std::shared_ptr<Notes> notes);

/// For a body that nobody can look into.
std::unique_ptr<BodyFilter> refuse_unread(std::string why);

/// Whether any of its rules blocks.
bool blocks(const redact::Scanner& scanner);

}  // namespace flow
