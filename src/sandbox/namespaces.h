// SPDX-License-Identifier: Apache-2.0
#pragma once
// Leaving the host's namespaces, as root and as an ordinary user, also from inside a chroot.

#include "base/result.h"

namespace sandbox {

enum class NetworkNamespace { fresh, host };

/// Moves the calling process, which must have one thread, into a new user and mount namespace and,
/// when `fresh`, a new network namespace, with every capability there. The user and group stay what
/// they are; mounts made from now on are seen by nobody outside. Errors say what stands in the way
/// and how to remove it.
base::Result<> enter_namespaces(NetworkNamespace network);

}  // namespace sandbox
