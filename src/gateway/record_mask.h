// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes out of a record what no log may hold: what redaction looks for, wherever it stands and
// however names spell it, and capability tokens.

#include <string>
#include <vector>

#include "audit/record.h"
#include "flow/pipeline.h"

namespace gateway {

/// Stands for a capability token.
inline constexpr std::string_view token_mark = "[TOKEN]";

class RecordMask {
public:
  /// What the program sent.
  enum class Request {
    clean,   // was searched, and held nothing
    unsure,  // was refused before it was searched, or held something
  };

  /// For as long as the pipeline lives.
  explicit RecordMask(const flow::Pipeline& pipeline)
      : scanner_(pipeline.scanner().get()), masks_tokens_(pipeline.tokens() != nullptr) {}

  /// Headers that always carry credentials are masked already (audit::mask_headers).
  void hide(audit::Record& record, Request request) const;

private:
  void hide_request(audit::Record& record) const;
  void hide_answer(audit::Record& record) const;
  void hide_names_of_fields(audit::Record& record) const;
  void hide_values(audit::Headers& headers) const;
  void hide_pieces(audit::Record& record) const;
  void hide_body(std::string& body, bool is_cut, const audit::Headers& headers) const;
  void hide_text(std::string& text) const;
  void hide_words(std::string& text) const;

  const redact::Scanner* scanner_;  // null: nothing is looked for
  bool masks_tokens_;
};

}  // namespace gateway
