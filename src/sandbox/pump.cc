// SPDX-License-Identifier: Apache-2.0
#include "sandbox/pump.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace sandbox {
namespace {

bool is_passing(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

void Pump::read_some() {
  if (written_ > 0) buffer_.erase(0, std::exchange(written_, 0));
  auto filled = buffer_.size();
  buffer_.resize(capacity);
  auto got = read(from_, buffer_.data() + filled, capacity - filled);
  buffer_.resize(filled + (got > 0 ? static_cast<std::size_t>(got) : 0));
  // The master of a pseudo-terminal says EIO when the last program has left the other side.
  if (got == 0 || (got < 0 && !is_passing(errno))) is_at_end_ = true;
}

void Pump::write_some() {
  auto put = write(to_, buffer_.data() + written_, pending());
  if (put > 0) written_ += static_cast<std::size_t>(put);
  if (put < 0 && !is_passing(errno)) is_broken_ = true;
}

}  // namespace sandbox
