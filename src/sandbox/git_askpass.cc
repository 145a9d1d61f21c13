// SPDX-License-Identifier: Apache-2.0
#include "sandbox/git_askpass.h"

#include <fmt/format.h>

namespace sandbox {

Mount git_askpass(std::string_view answer) {
  return {
      .kind = MountKind::data,
      .destination = std::string(git_askpass_path),
      .source = fmt::format("#!/bin/sh\necho '{}'\n", answer),
      .mode = 0555,
      .why = "answers git with a dummy; the real credential is added outside"};
}

}  // namespace sandbox
