// SPDX-License-Identifier: Apache-2.0
#pragma once
// Counts over records.

#include <chrono>
#include <cstdint>

#include "audit/record.h"

namespace audit {

struct Statistics {
  std::uint64_t total = 0;
  std::uint64_t informational = 0;  // 1xx
  std::uint64_t success = 0;        // 2xx
  std::uint64_t redirect = 0;       // 3xx
  std::uint64_t client_error = 0;   // 4xx
  std::uint64_t server_error = 0;   // 5xx
  std::uint64_t no_status = 0;      // tunnels, names, requests that got no answer
  std::uint64_t blocked = 0;
  std::uint64_t failed = 0;                   // with an error
  std::uint64_t timed = 0;                    // with a duration
  std::chrono::duration<double> duration{0};  // of those, together
  base::WallTime first{};
  base::WallTime last{};

  void add(const Record& record);
  std::chrono::duration<double> average() const;
};

}  // namespace audit
