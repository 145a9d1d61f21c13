// SPDX-License-Identifier: Apache-2.0
#include "sandbox/keep_only.h"

#include <fcntl.h>
#include <unistd.h>

#include <limits>

namespace sandbox {

base::Result<> keep_only(std::vector<base::Fd> files) {
  const int count = static_cast<int>(files.size());
  std::vector<int> out_of_the_way;
  for (auto& file : files) {
    if (!file) file.reset(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!file) return base::fail_errno("open /dev/null");
    out_of_the_way.push_back(fcntl(file.get(), F_DUPFD_CLOEXEC, count));
    if (out_of_the_way.back() < 0) return base::fail_errno("copy a descriptor");
  }
  for (int number = 0; auto from : out_of_the_way)
    if (dup2(from, number++) < 0) return base::fail_errno("place a descriptor");
  for (auto& file : files)
    file.release();  // closed here or by its successor
  const auto last = std::numeric_limits<unsigned>::max();
  if (close_range(static_cast<unsigned>(count), last, 0) != 0)
    return base::fail_errno("close descriptors");
  return {};
}

}  // namespace sandbox
