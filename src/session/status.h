// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a running session tells of itself, and which ones there are.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/distrust.h"

namespace session {

struct Status {
  int process = 0;  // of lazaret
  std::string sandbox{};
  std::string session_id{};
  std::string project{};  // its directory
  std::vector<std::string> command{};
  base::WallTime started{};
  std::uint64_t records = 0;  // in the log so far
  /// Hosts whose certificates programs did not accept.
  std::vector<gateway::Distrust::Place> distrusted{};
  bool operator==(const Status&) const = default;
};

/// One line of JSON.
std::string to_json(const Status& status);
base::Result<Status> status_from_json(std::string_view json);

/// The sessions whose sockets are in `runtime` (Places::runtime), the oldest first. What a killed
/// one left behind is removed; one that gives no answer is told as a warning.
struct Sessions {
  std::vector<Status> running{};
  std::vector<std::string> warnings{};
};
Sessions running_sessions(const std::filesystem::path& runtime);

}  // namespace session
