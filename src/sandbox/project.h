// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which directories can be a project. Pure.

#include "base/result.h"
#include "sandbox/plan.h"

namespace sandbox {

/// Refuses a project that would show too much (the root, the user's home or what holds it,
/// lazaret's own directories) and one that lies where the sandbox puts its own things (/usr, /etc,
/// /run…).
base::Result<> check_project(const PlanInput& input);

}  // namespace sandbox
