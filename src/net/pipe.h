// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pipes through which the kernel moves bytes from one socket to another without copying them to us
// (splice(2)).
//
// A pipe is two descriptors and, while something is in it, memory of the kernel. So whoever relays
// takes one when there is something to move and gives it back as soon as it is empty: a connection
// on which nothing moves has none.

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <vector>

#include "base/fd.h"

namespace net {

/// Nothing here waits: what cannot be done now gives -1 and EAGAIN.
class Pipe {
public:
  /// How much one is asked to hold; the kernel gives less to a user who has many.
  static constexpr std::size_t capacity = 256UL << 10U;
  /// With less than this, copying is the faster way.
  static constexpr std::size_t least_capacity = 64UL << 10U;

  Pipe() = default;
  /// Without ends when there are no descriptors left, or when the kernel would make it too small.
  static Pipe create();
  explicit operator bool() const { return static_cast<bool>(in_); }

  /// Takes what `from` has, as much as there is room for. 0: its end; -1: see errno.
  ssize_t fill(int from);
  /// Gives what is held to `to`. -1: see errno.
  ssize_t drain(int to);
  /// Takes out what is held, by copying.
  ssize_t read(std::span<char> into);
  std::size_t held() const { return held_; }

private:
  base::Fd in_;
  base::Fd out_;
  std::size_t held_ = 0;
};

/// The pipes of one loop: a few empty ones are kept, and only so many exist at a time.
class Pipes {
public:
  static constexpr std::size_t kept = 8;

  explicit Pipes(std::size_t most = 64) : most_(most) {}
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;

  /// A pipe that goes back when this ends. What is still in it then is lost with it.
  class Lease {
  public:
    Lease(Pipes& owner, Pipe pipe) : owner_(owner), pipe_(std::move(pipe)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    explicit operator bool() const { return static_cast<bool>(pipe_); }
    Pipe* operator->() { return &pipe_; }
    Pipe& operator*() { return pipe_; }

  private:
    Pipes& owner_;
    Pipe pipe_;
  };

  /// Empty when there are too many, or no descriptors left: then copy.
  Lease take();
  /// How many are out.
  std::size_t taken() const { return taken_; }

private:
  std::size_t most_;
  std::size_t taken_ = 0;
  std::vector<Pipe> empty_;
};

}  // namespace net
