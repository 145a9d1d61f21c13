// SPDX-License-Identifier: Apache-2.0
#pragma once
// The part of the view that is the same for every project: programs and libraries, a cleaned /etc,
// fresh /proc, /dev, /tmp and /run, and the certificates. Pure.

#include <string>

#include "sandbox/plan.h"
#include "sandbox/view.h"

namespace sandbox {

/// What the machine calls itself inside: the sandbox's name as a host name.
std::string hostname_of(const PlanInput& input);

void add_system(View& view, const PlanInput& input);
/// /etc read-only, with its users, names and resolver replaced, and without what is not public.
void add_etc(View& view, const PlanInput& input, const std::string& home);
/// Our authority at every place where programs look for roots.
void add_authority(View& view, const PlanInput& input);

}  // namespace sandbox
