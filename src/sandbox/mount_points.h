// SPDX-License-Identifier: Apache-2.0
#pragma once
// Mount points that lie in the sandbox's home. That directory was written by earlier programs, so a
// link planted there must not lead the making of a directory somewhere else on the host.

#include "base/result.h"
#include "sandbox/plan.h"

namespace sandbox {

/// Makes what the plan mounts below a writable directory other than the project. `denied` when a
/// link or a file of the wrong kind is in the way.
base::Result<> make_mount_points(const Plan& plan);

}  // namespace sandbox
