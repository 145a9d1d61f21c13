// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a running session cannot take up of a configuration that has changed.

#include <string>
#include <vector>

#include "config/value.h"

namespace config {

/// The keys that differ and count only when a session starts ("sandbox.env_passthrough",
/// "upstream.connect_timeout"), in order. A running one takes up what the gateway decides by:
/// filter, log_skip, dns, credentials, oauth, tokens, redaction, secrets, and how much of bodies is
/// logged.
std::vector<std::string> keys_for_next_start(const Table& before, const Table& after);

}  // namespace config
