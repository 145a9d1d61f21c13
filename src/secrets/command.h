// SPDX-License-Identifier: Apache-2.0
#pragma once
// A shell command of the user's configuration, run on the host for what it prints.

#include <chrono>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "secrets/source.h"

namespace secrets {

/// What `command` prints on its standard output (at most 64 KiB), run by /bin/sh with this
/// environment, without input; its standard error is discarded. An error when it fails or is not
/// done at the deadline; then it is killed with the processes it started. The error never holds
/// what it printed.
base::Result<base::Secret> output_of(
    const std::string& command, const Environment& environment, std::chrono::milliseconds deadline);

}  // namespace secrets
