// SPDX-License-Identifier: Apache-2.0
#pragma once
// When to fetch a token. Pure: the time and what is random come in as arguments. One that nobody
// uses is not fetched; one that is used is fetched again ahead of its end; what fails waits before
// the next try, longer each time.

#include <chrono>
#include <optional>

#include "base/clock.h"

namespace secrets {

class TokenSchedule {
public:
  using Time = base::WallTime;  // it goes on while the machine sleeps, as tokens do
  using Duration = std::chrono::nanoseconds;

  static constexpr std::chrono::minutes furthest_ahead{5};
  static constexpr std::chrono::seconds first_pause{1};
  static constexpr std::chrono::seconds longest_pause{60};
  /// How often a token can be refused by its server before it is believed again.
  static constexpr std::chrono::seconds between_drops{60};

  /// There is a token, and it is good for now.
  bool has_token(Time now) const { return until_ && now < *until_; }
  /// The last try failed so recently that there is no other one yet.
  bool is_pausing(Time now) const { return now < pause_until_; }

  /// Somebody needs one. True when that changes when the next fetch is.
  bool use(Time now);
  /// How long until the next fetch is due, if nothing happens meanwhile; 0: now; nullopt: never.
  std::optional<Duration> time_to_fetch(Time now) const;

  /// `random` is in [0, 1).
  void fetched(Time now, Time expires, double random);
  void failed(Time now, double random);
  /// The token's server refused it. False when that was so shortly ago that another one would not
  /// help.
  bool drop(Time now);
  /// What it is fetched with is another now: no reason to wait any longer.
  void forget_failures();

private:
  std::optional<Time> until_;  // when the token there is ends, for us; nullopt: there is none
  Time due_{};                 // when the next one is fetched, once this one was used
  bool used_ = false;          // since it was fetched
  bool wanted_ = false;        // somebody came while there was none
  unsigned failures_ = 0;      // in a row
  Time pause_until_ = Time::min();
  std::optional<Time> dropped_;  // the last time
};

}  // namespace secrets
