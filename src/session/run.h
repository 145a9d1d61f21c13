// SPDX-License-Identifier: Apache-2.0
#pragma once
// One `lazaret run`: the warden first, before there is a thread or a secret; then the
// configuration, the sandbox, the gateway, and last, when that serves, the program. What takes long
// goes on side by side. What was begun is undone in reverse.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/ending.h"
#include "session/project.h"

namespace session {

struct RunRequest {
  ConfigRequest config{};
  std::vector<std::string> command{};  // empty: the user's shell
  std::string name{};                  // of the sandbox; empty: the project's slug
  std::string client{};                // the label that tokens may be bound to; empty: none
  bool dry_run = false;                // print the plan instead
  /// Tells the person something that is worth knowing, before the program starts or when it has
  /// ended.
  std::function<void(std::string_view)> tell{};
  /// Prints the plan.
  std::function<base::Result<>(std::string_view)> print{};
};

/// How the program ended. Errors: lazaret could not run it.
base::Result<sandbox::Ending> run(RunRequest request);

}  // namespace session
