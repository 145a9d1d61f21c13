// SPDX-License-Identifier: Apache-2.0
#include "audit/statistics.h"

#include <algorithm>

namespace audit {

void Statistics::add(const Record& record) {
  const auto group = [&]() -> std::uint64_t& {
    switch (record.status / 100) {
      case 1:
        return informational;
      case 2:
        return success;
      case 3:
        return redirect;
      case 4:
        return client_error;
      case 5:
        return server_error;
      default:
        return no_status;
    }
  };
  ++group();
  if (was_blocked(record)) ++blocked;
  if (!record.error.empty()) ++failed;
  if (record.duration.count() > 0) {
    ++timed;
    duration += record.duration;
  }
  first = total == 0 ? record.time : std::min(first, record.time);
  last = total == 0 ? record.time : std::max(last, record.time);
  ++total;
}

std::chrono::duration<double> Statistics::average() const {
  return timed == 0 ? duration : duration / static_cast<double>(timed);
}

}  // namespace audit
