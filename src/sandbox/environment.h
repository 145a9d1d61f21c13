// SPDX-License-Identifier: Apache-2.0
#pragma once
// The environment of a sandboxed program, made from nothing: a few harmless variables of the host,
// what lazaret sets, and what the configuration asks for. Pure.

#include <vector>

#include "sandbox/plan.h"

namespace sandbox {

/// Sorted by name. Later wins: harmless variables of the host, passed through ones, those of the
/// configuration, and last what the sandbox depends on (HOME, proxy, certificates, LAZARET…).
std::vector<Variable> make_environment(const PlanInput& input, const std::string& home);

/// Where the home of the program is inside: the user's own path, or /home/<user> when that one is
/// no place for a home.
std::string home_inside(const PlanInput& input);

/// The directory for sockets and the like, private to the sandbox.
std::string runtime_directory(const User& user);

}  // namespace sandbox
