// SPDX-License-Identifier: Apache-2.0
#pragma once
// How many connections to one place may be open at a time, over all loops. Who finds none free
// waits in line.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/task.h"

namespace gateway {

class HostGate {
  struct State;
  struct Waiter;

public:
  /// The right to one connection, given back when it goes. A default one counts for nothing.
  class Pass {
  public:
    Pass() = default;
    Pass(Pass&& other) noexcept = default;
    Pass& operator=(Pass&& other) noexcept;
    ~Pass();

  private:
    friend class HostGate;
    Pass(std::shared_ptr<State> state, std::string place)
        : state_(std::move(state)), place_(std::move(place)) {}
    void give_back();

    std::shared_ptr<State> state_;
    std::string place_;
  };

  /// Tells a loop that somebody waits for `place`, so that it ends what it only keeps for later.
  /// Called on any thread.
  using OnWanted = std::function<void(const std::string& place)>;

  /// Whoever listens stops listening when this goes.
  class Listening {
  public:
    Listening() = default;
    Listening(Listening&&) noexcept = default;
    Listening& operator=(Listening&&) = delete;
    ~Listening();

  private:
    friend class HostGate;
    std::shared_ptr<State> state_;
    std::size_t number_ = 0;
  };

  /// 0: no limit.
  explicit HostGate(std::size_t limit);

  /// Nothing when none became free in time. Who came first is served first.
  net::Task<std::optional<Pass>> enter(std::string place, std::chrono::milliseconds patience);
  /// Whether somebody waits for it.
  bool wanted(std::string_view place) const;
  [[nodiscard]] Listening listen(OnWanted on_wanted);

private:
  std::shared_ptr<State> state_;
};

}  // namespace gateway
