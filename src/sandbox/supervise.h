// SPDX-License-Identifier: Apache-2.0
#pragma once
// Starts the program of a sandbox and stays with it until it has ended: relays its terminal, passes
// signals on, takes part in the job control of the shell that lazaret was called from.
//
//   signals   HUP, INT, QUIT, TERM, USR1, USR2 go to the program. After a second HUP or TERM, or
//   ten seconds after the
//             first, everything inside is killed.
//   stopping  A program that stops (Ctrl-Z) stops lazaret; when the shell continues lazaret, the
//   program goes on. terminal  Where keyboard and screen are both ours, the user's terminal is raw
//   from the start. In a pipeline or in
//             the background it stays as it is until the program wants it.

#include "base/result.h"
#include "sandbox/ending.h"
#include "sandbox/launch.h"
#include "sandbox/signals.h"
#include "sandbox/warden.h"

namespace sandbox {

/// Blocks the calling thread. An error says that the sandbox could not be built, or that the warden
/// is gone.
base::Result<Ending> supervise(Warden& warden, Signals& signals, Started started);

}  // namespace sandbox
