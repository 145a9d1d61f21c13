// SPDX-License-Identifier: Apache-2.0
#include "secrets/fetched.h"

namespace secrets {

Fetched::Outlook Fetched::use(base::WallTime now) {
  const std::scoped_lock lock(mutex_);
  if (schedule_.use(now)) tell_fetcher();
  if (schedule_.has_token(now)) return Ready{generation_};
  if (schedule_.is_pausing(now)) return Failing{failure_};
  return Awaited{};
}

bool Fetched::was_ready() const {
  const std::scoped_lock lock(mutex_);
  return generation_ != 0;
}

void Fetched::reject(std::uint64_t generation, base::WallTime now) {
  const std::scoped_lock lock(mutex_);
  if (generation == generation_ && schedule_.drop(now)) tell_fetcher();
}

Fetched::Listening::~Listening() {
  if (of_ == nullptr) return;
  const std::scoped_lock lock(of_->mutex_);
  of_->listeners_.erase(number_);
}

Fetched::Listening Fetched::listen(std::function<void()> on_end) {
  const std::scoped_lock lock(mutex_);
  Listening out;
  out.of_ = this;
  out.number_ = ++last_listener_;
  listeners_.emplace(out.number_, std::move(on_end));
  return out;
}

void Fetched::served_by(std::function<void()> on_wanted) {
  const std::scoped_lock lock(mutex_);
  on_wanted_ = std::move(on_wanted);
}

std::optional<TokenSchedule::Duration> Fetched::time_to_fetch(base::WallTime now) const {
  const std::scoped_lock lock(mutex_);
  return schedule_.time_to_fetch(now);
}

std::shared_ptr<const Grant> Fetched::grant() const {
  const std::scoped_lock lock(mutex_);
  return grant_;
}

void Fetched::succeeded(base::WallTime now, base::WallTime expires, double random) {
  const std::scoped_lock lock(mutex_);
  schedule_.fetched(now, expires, random);
  ++generation_;
  failure_.clear();
  tell_listeners();
}

void Fetched::failed(base::WallTime now, std::string reason, double random) {
  const std::scoped_lock lock(mutex_);
  schedule_.failed(now, random);
  failure_ = std::move(reason);
  tell_listeners();
}

void Fetched::replace(std::shared_ptr<const Grant> grant) {
  const std::scoped_lock lock(mutex_);
  grant_.swap(grant);
  schedule_.forget_failures();
  tell_fetcher();
}

void Fetched::tell_fetcher() const {
  if (on_wanted_) on_wanted_();
}

void Fetched::tell_listeners() const {
  for (const auto& [number, tell] : listeners_)
    tell();
}

}  // namespace secrets
