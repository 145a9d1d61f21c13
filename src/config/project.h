// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a project's own file may never do, trusted or not: weaken what protects the user from the
// project.

#include "config/problem.h"
#include "config/value.h"

namespace config {

/// Appends what `project` may not say over the layers below it. Floor rules need no check here:
/// lists only grow.
void check_project(const Table& project, const Table& below, Problems& problems);

}  // namespace config
