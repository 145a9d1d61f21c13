// SPDX-License-Identifier: Apache-2.0
#include "gateway/host_gate.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace gateway {

/// One who waits. The mutex of the state guards it; its timer is touched on its own loop only.
struct HostGate::Waiter {
  net::asio::any_io_executor executor;
  net::asio::steady_timer* timer = nullptr;  // null: gone
  bool granted = false;
};

struct HostGate::State {
  struct Place {
    std::size_t taken = 0;
    std::list<std::shared_ptr<Waiter>> line{};
  };

  explicit State(std::size_t most) : limit(most) {}

  /// Hands one connection's right on to whoever waits longest. With the mutex held.
  void free_one(const std::string& name) {
    const auto found = places.find(name);
    if (found == places.end()) return;
    Place& place = found->second;
    if (place.line.empty()) {
      if (--place.taken == 0) places.erase(found);
      return;
    }
    const auto next = std::move(place.line.front());
    place.line.pop_front();
    next->granted = true;
    net::asio::post(next->executor, [next, self = guard.lock()] {
      const std::lock_guard lock(self->mutex);
      if (next->timer != nullptr) next->timer->cancel();
    });
  }

  const std::size_t limit;
  std::weak_ptr<State> guard{};  // itself
  std::mutex mutex{};
  std::unordered_map<std::string, Place> places{};
  std::map<std::size_t, OnWanted> listeners{};
  std::size_t last_number = 0;
};

HostGate::HostGate(std::size_t limit) : state_(std::make_shared<State>(limit)) {
  state_->guard = state_;
}

HostGate::Pass& HostGate::Pass::operator=(Pass&& other) noexcept {
  if (this != &other) {
    give_back();
    state_ = std::move(other.state_);
    place_ = std::move(other.place_);
  }
  return *this;
}

HostGate::Pass::~Pass() { give_back(); }

void HostGate::Pass::give_back() {
  if (!state_) return;
  const auto state = std::move(state_);
  const std::lock_guard lock(state->mutex);
  state->free_one(place_);
}

HostGate::Listening::~Listening() {
  if (!state_) return;
  const std::lock_guard lock(state_->mutex);
  state_->listeners.erase(number_);
}

HostGate::Listening HostGate::listen(OnWanted on_wanted) {
  const std::lock_guard lock(state_->mutex);
  Listening out;
  out.state_ = state_;
  out.number_ = ++state_->last_number;
  state_->listeners.emplace(out.number_, std::move(on_wanted));
  return out;
}

bool HostGate::wanted(std::string_view place) const {
  if (state_->limit == 0) return false;
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->places.find(std::string(place));
  return found != state_->places.end() && !found->second.line.empty();
}

net::Task<std::optional<HostGate::Pass>> HostGate::enter(
    std::string place, std::chrono::milliseconds patience) {
  const auto state = state_;
  if (state->limit == 0) co_return Pass();

  /// Leaves the line however the wait ends; a right that was granted meanwhile is passed on.
  struct InLine {
    InLine(std::shared_ptr<State> gate, std::string name, std::shared_ptr<Waiter> who)
        : state(std::move(gate)), place(std::move(name)), waiter(std::move(who)) {}
    InLine(const InLine&) = delete;
    InLine& operator=(const InLine&) = delete;
    ~InLine() {
      const std::lock_guard lock(state->mutex);
      waiter->timer = nullptr;
      if (waiter->granted)
        state->free_one(place);
      else if (const auto found = state->places.find(place); found != state->places.end())
        found->second.line.remove(waiter);
    }
    /// The right, if it was granted.
    std::optional<Pass> take() {
      const std::lock_guard lock(state->mutex);
      if (!waiter->granted) return std::nullopt;
      waiter->granted = false;
      return Pass(state, place);
    }
    std::shared_ptr<State> state;
    std::string place;
    std::shared_ptr<Waiter> waiter;
  };

  const auto executor = co_await net::asio::this_coro::executor;
  net::asio::steady_timer timer(executor, patience);
  const auto waiter = std::make_shared<Waiter>(Waiter{.executor = executor});
  {
    const std::lock_guard lock(state->mutex);
    auto& at = state->places[place];
    if (at.taken < state->limit) {
      ++at.taken;
      co_return Pass(state, place);
    }
    waiter->timer = &timer;
    at.line.push_back(waiter);
    for (const auto& [number, tell] : state->listeners)
      tell(place);
  }
  InLine in_line(state, place, waiter);
  const auto [ended] = co_await timer.async_wait(net::as_result);
  static_cast<void>(ended);  // cancelled: granted, or the task is told to end
  auto pass = in_line.take();
  co_return pass;
}

}  // namespace gateway
