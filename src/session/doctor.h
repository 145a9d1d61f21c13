// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything a sandbox needs, checked by doing it.

#include <vector>

#include "sandbox/preflight.h"
#include "session/project.h"

namespace session {

/// One check a line, each with a remedy unless it is ok. Forks: call it before any thread exists.
std::vector<sandbox::Check> examine(const ConfigRequest& request);

}  // namespace session
