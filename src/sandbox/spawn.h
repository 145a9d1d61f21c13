// SPDX-License-Identifier: Apache-2.0
#pragma once
// Starting a program with exactly what it is given.

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/warden_wire.h"

namespace sandbox {

/// Runs a program as a child that is killed when the calling process ends, and with it whatever it
/// has started: it is process 1 of a namespace of its own. It has `files` as its descriptors 0, 1,
/// 2 … and no others, no signal blocked or ignored, no ambient capability. Needs CAP_SYS_ADMIN.
/// An error when it cannot be executed; then no child is left.
base::Result<pid_t> spawn(const wire::Words& words, std::vector<base::Fd> files);

/// fork() by the kernel alone, into new `namespaces` (CLONE_NEWPID …). The C library's would run
/// what others registered, and ThreadSanitizer's starts a thread in the child, which then could
/// enter no user namespace. The calling process has one thread.
pid_t fork_plainly(int namespaces = 0);

/// Has the kernel kill the calling process as soon as `parent`, which forked it, has ended.
void die_with(pid_t parent);

}  // namespace sandbox
