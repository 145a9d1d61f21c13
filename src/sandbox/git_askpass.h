// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whom git asks for a user name and a password when a server wants them. The real ones are added
// outside, so any will do; but git must not wait for somebody to type them.

#include <string_view>

#include "sandbox/view.h"

namespace sandbox {

inline constexpr std::string_view git_askpass_path = "/run/lazaret/git-askpass";

/// The program, for a sandbox whose git is given credentials. What it answers is worth nothing.
Mount git_askpass(std::string_view answer);

}  // namespace sandbox
