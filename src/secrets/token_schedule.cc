// SPDX-License-Identifier: Apache-2.0
#include "secrets/token_schedule.h"

#include <algorithm>
#include <utility>

namespace secrets {
namespace {

using Duration = TokenSchedule::Duration;

Duration part_of(Duration whole, double share) {
  return Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * share));
}

}  // namespace

bool TokenSchedule::use(Time now) {
  if (has_token(now)) return !std::exchange(used_, true);
  return !std::exchange(wanted_, true);
}

std::optional<Duration> TokenSchedule::time_to_fetch(Time now) const {
  const bool is_needed = has_token(now) ? used_ : wanted_;
  if (!is_needed) return std::nullopt;
  const auto earliest = has_token(now) ? std::max(due_, pause_until_) : pause_until_;
  return now < earliest ? earliest - now : Duration::zero();
}

/// Ahead of its end by a fifth of its life, at most five minutes, and up to half as much again, so
/// that many do not come at once. Requests get it until shortly before its end: they take a while.
void TokenSchedule::fetched(Time now, Time expires, double random) {
  const Duration life = std::max(expires - now, Duration::zero());
  const Duration ahead = std::min<Duration>(life / 5, furthest_ahead);
  until_ = expires - ahead / 10;
  due_ = expires - ahead - part_of(ahead / 2, random);
  used_ = false;
  wanted_ = false;
  forget_failures();
}

void TokenSchedule::failed(Time now, double random) {
  constexpr unsigned most_doublings = 6;
  const Duration pause =
      std::min<Duration>(first_pause * (1U << std::min(failures_, most_doublings)), longest_pause);
  ++failures_;
  pause_until_ = now + pause + part_of(pause / 4, random);
  wanted_ = false;
}

bool TokenSchedule::drop(Time now) {
  if (!until_ || (dropped_ && now < *dropped_ + between_drops)) return false;
  dropped_ = now;
  until_.reset();
  wanted_ = true;
  return true;
}

void TokenSchedule::forget_failures() {
  failures_ = 0;
  pause_until_ = Time::min();
}

}  // namespace secrets
