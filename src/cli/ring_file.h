// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where the keys that sign this user's capability tokens are.

#include "session/project.h"
#include "tokens/ring_file.h"

namespace cli {

inline base::Result<tokens::RingFile> ring_file() {
  const auto project = TRY(session::Project::here());
  return tokens::RingFile(project.places.token_keys());
}

}  // namespace cli
