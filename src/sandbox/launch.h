// SPDX-License-Identifier: Apache-2.0
#pragma once
// Carries out a plan: makes what it needs on the host, and starts bubblewrap with it inside the
// warden's namespaces. The program itself waits for supervise(): whoever launches has until then to
// prepare what it will need, while bubblewrap works.

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/plan.h"
#include "sandbox/streams.h"
#include "sandbox/warden.h"

namespace sandbox {

/// A sandbox on its way; supervise() starts its program and stays with it. Dropping `control` ends
/// it and all it started.
struct Started {
  pid_t pid = 0;     // of bubblewrap, as the warden knows it
  base::Fd control;  // to init, see init/protocol.h
  std::optional<TerminalSession> session{};
};

/// `bubblewrap` is its path, from find_bubblewrap().
base::Result<Started> launch(
    Warden& warden, Plan plan, const std::string& bubblewrap, Streams streams);

}  // namespace sandbox
