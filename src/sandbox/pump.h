// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes from one descriptor to another, never more than a buffer of them: when the reader is slow,
// the writer waits.

#include <cstddef>
#include <string>

namespace sandbox {

class Pump {
public:
  /// Both stay with the caller. `to` should not block; one that does stalls everything around it.
  Pump(int from, int to) : from_(from), to_(to) {}

  int from() const { return from_; }
  int to() const { return to_; }
  /// There is room, and the source has not ended.
  bool wants_to_read() const { return !is_at_end_ && pending() < capacity; }
  bool wants_to_write() const { return pending() > 0 && !is_broken_; }
  /// The source has ended and everything was passed on, or nobody takes it any more.
  bool is_done() const { return is_broken_ || (is_at_end_ && pending() == 0); }

  /// What is there now.
  void read_some();
  void write_some();

private:
  static constexpr std::size_t capacity = 64UL << 10U;

  std::size_t pending() const { return buffer_.size() - written_; }

  int from_;
  int to_;
  std::string buffer_;
  std::size_t written_ = 0;
  bool is_at_end_ = false;
  bool is_broken_ = false;
};

}  // namespace sandbox
