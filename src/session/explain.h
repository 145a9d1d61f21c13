// SPDX-License-Identifier: Apache-2.0
#pragma once
// "What would happen to this request, by which rule, from which file and line?", answered by the
// stages that would decide it, without sending anything.

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "flow/pipeline.h"

namespace session {

/// `{secret:NAME}` in the URL, a header or the body stands for that secret's placeholder.
struct Question {
  std::string method;
  std::string url;  // http:// or https://, or udp://host:port; or dns://NAME?type=TYPE
  std::vector<std::string> headers{};  // "Name: value"
  std::optional<std::string> body{};
};

struct Explanation {
  enum class Outcome { allow, block, ask };
  Outcome outcome = Outcome::block;
  int status = 0;  // what the program would get from the gateway; 0 when the request is sent on
  std::string stage;
  std::string reason;
  std::optional<policy::Rule> rule{};
  std::string host;
  std::string path;
  std::string url;                         // as normalised; empty when it cannot be
  std::vector<std::string> inject{};       // names of the credentials that would be added
  std::vector<std::string> injected_at{};  // where each of them: "header:authorization"
  std::vector<std::string> substitute{};   // names of the secrets that would replace placeholders
  std::vector<std::string> redact{};       // names of the redaction rules that find something
  std::vector<std::string> where{};        // of secrets and rules: "NAME PLACE"
  std::vector<std::string> notes{};        // why a credential or a secret that fits is not used
  bool logged = true;
};

/// Errors: invalid, for a question that is no request.
base::Result<Explanation> explain(
    const flow::Pipeline& pipeline, const config::Config& config, const Question& question);

std::string to_text(const Explanation& explanation);
/// One JSON object: decision, status, stage, reason, rule, host, path, url, inject, injected_at,
/// substitute, redact, where, notes, log.
std::string to_json(const Explanation& explanation);

}  // namespace session
