// SPDX-License-Identifier: Apache-2.0
#pragma once
// Programs of the host, run for what they print.

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "secrets/source.h"

namespace secrets {

struct Command {
  std::string name;                    // how errors call it: "the command of a source"
  std::vector<std::string> arguments;  // the program first: a path, or a name that PATH leads to

  /// A line for /bin/sh.
  static Command shell(std::string line);
};

/// What it prints on its standard output (at most 64 KiB), with this environment, without input;
/// its standard error is discarded. A process that it leaves running and that still holds this
/// output is killed. Errors: not_found without the program; else when it fails or is not done at
/// the deadline: then it is killed with the processes it started. They never hold what it printed.
base::Result<base::Secret> output_of(
    const Command& command, const Environment& environment, std::chrono::milliseconds deadline);

}  // namespace secrets
