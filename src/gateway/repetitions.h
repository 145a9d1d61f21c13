// SPDX-License-Identifier: Apache-2.0
#pragma once
// Keeps a flood of the same from filling the log: evidence that is already there must not be
// rotated away by it.

#include <chrono>
#include <string>
#include <unordered_map>

namespace gateway {

class Repetitions {
public:
  /// True when `key` was not seen within the last second, and not too much else either.
  bool is_new(const std::string& key) {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(seen_, [&](const auto& entry) { return now - entry.second > quiet_time; });
    return seen_.size() < most_a_second && seen_.emplace(key, now).second;
  }

private:
  static constexpr std::chrono::seconds quiet_time{1};
  static constexpr std::size_t most_a_second = 50;

  std::unordered_map<std::string, std::chrono::steady_clock::time_point> seen_;
};

}  // namespace gateway
