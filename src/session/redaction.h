// SPDX-License-Identifier: Apache-2.0
#pragma once
// [proxy.redaction] as the scanner of a session: sources read, patterns compiled or loaded.

#include <memory>

#include "base/result.h"
#include "config/config.h"
#include "redact/scanner.h"
#include "session/project.h"

namespace session {

/// Null when there is no rule and no detector. Whether redaction is enabled is the caller's
/// business. No pattern finds what `is_given` to the sandbox. Values of `former`, if there was one
/// before in this session, are looked for still. Errors: see Scanner::create.
base::Result<std::shared_ptr<const redact::Scanner>> make_scanner(
    const config::Redaction& redaction,
    const Project& project,
    redact::IsGiven is_given = {},
    const redact::Scanner* former = nullptr);

}  // namespace session
