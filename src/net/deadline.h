// SPDX-License-Identifier: Apache-2.0
#pragma once
// Deadlines that cost a store to set: each loop looks at all of them four times a second.
//
// Every wait on a peer has a deadline, and a request sets several. A timer of the reactor for each
// would cost more than the request; the price here is that one may fire up to a quarter of a second
// late.

#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "net/task.h"

namespace net {

class Deadlines;

/// Something that can run out of time. Belongs to one loop; unlinks itself when destroyed.
class Deadline {
public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(Deadlines& owner);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  virtual ~Deadline();

  void expire_after(std::chrono::milliseconds limit);
  /// The same, unless less is left already.
  void expire_within(std::chrono::milliseconds limit);
  /// The same once more: something has moved. Not when there is none.
  void renew();
  void never_expire() {
    at_ = Clock::time_point::max();
    expired_ = false;
  }
  /// True once the time ran out, until another is set.
  bool expired() const { return expired_; }

protected:
  /// Called once, when the time has run out: end the pending wait.
  virtual void on_expired() = 0;

private:
  friend class Deadlines;
  Deadlines& owner_;
  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  Clock::time_point at_ = Clock::time_point::max();
  std::chrono::milliseconds limit_{};
  bool expired_ = false;
};

/// The deadlines of one loop.
class Deadlines {
public:
  explicit Deadlines(asio::io_context& loop) : timer_(loop) {}
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// The time of the last tick: cheap, at most a tick old.
  Deadline::Clock::time_point now() const { return now_; }
  /// The task that ticks; run it on the loop for as long as the loop lives.
  Task<> run();

private:
  friend class Deadline;
  void tick();

  asio::steady_timer timer_;
  Deadline* first_ = nullptr;
  Deadline* cursor_ = nullptr;  // the next one to look at: survives unlinking during a tick
  Deadline::Clock::time_point now_ = Deadline::Clock::now();
};

}  // namespace net
