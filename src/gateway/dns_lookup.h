// SPDX-License-Identifier: Apache-2.0
#pragma once
// Records that a rule lets through, asked for outside: the one kind of query that leaves the host
// in the words of the program. Each is recorded.

#include <string>

#include "dns/answerer.h"
#include "gateway/shared.h"
#include "net/task.h"

namespace gateway {

/// The reply. Nothing is asked while the log cannot be written.
net::Task<std::string> look_up_and_respond(const Shared& shared, dns::Pending pending);

}  // namespace gateway
