// SPDX-License-Identifier: Apache-2.0
#pragma once
// The inside of the warden: what its process does from fork to end.

#include <sys/types.h>

#include "base/fd.h"
#include "sandbox/warden.h"

namespace sandbox {

/// Becomes the warden, in a child that was just forked by `parent`: leaves the host's namespaces,
/// sends the listeners (or why not) over `requests`, then answers there and tells ends over
/// `events`. Returns never; ends when `parent` ends.
[[noreturn]] void be_warden(
    pid_t parent, CaptureOptions options, base::Fd requests, base::Fd events);

}  // namespace sandbox
