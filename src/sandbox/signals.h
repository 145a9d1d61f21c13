// SPDX-License-Identifier: Apache-2.0
#pragma once
// The signals that people and other programs send to lazaret, read from a descriptor instead of
// interrupting it.

#include <optional>

#include "base/fd.h"
#include "base/result.h"

namespace sandbox {

class Signals {
public:
  /// Blocks the signals in the calling thread. To be called before other threads start, because
  /// they inherit that.
  static base::Result<Signals> take();

  int fd() const { return fd_.get(); }
  /// The next signal that has come, if one has.
  std::optional<int> next();

private:
  explicit Signals(base::Fd fd) : fd_(std::move(fd)) {}
  base::Fd fd_;
};

/// Stops this process like Ctrl-Z does, until it is continued. Returns at once where nobody could
/// continue it.
void stop_ourselves(int signal);

}  // namespace sandbox
