// SPDX-License-Identifier: Apache-2.0
#pragma once
// Work that takes long, away from the loop.

#include <functional>

#include "base/result.h"
#include "net/task.h"

namespace net {

/// Runs `work` on a thread of its own, with every signal blocked, and comes back to the caller's
/// loop when it is done; what it wrote can be read then. A caller that is cancelled leaves the work
/// behind, so `work` owns all that it uses. Errors: `unavailable` when there is no thread to be had
/// (then it did not run), `closed` when the caller was cancelled.
Task<base::Result<>> offload(std::function<void()> work);

}  // namespace net
