// SPDX-License-Identifier: Apache-2.0
#pragma once
// A credential whose token is fetched: what requests know of it, and what its fetcher does. Any
// number of requests share one fetch.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "secrets/grant.h"
#include "secrets/token_schedule.h"

namespace secrets {

/// Safe from any thread.
class Fetched {
public:
  Fetched(std::string name, std::chrono::milliseconds timeout, std::shared_ptr<const Grant> grant)
      : name_(std::move(name)), timeout_(timeout), grant_(std::move(grant)) {}
  Fetched(const Fetched&) = delete;
  Fetched& operator=(const Fetched&) = delete;

  const std::string& name() const { return name_; }
  /// How long a request may wait for a token, and a fetch may take until its server is asked.
  std::chrono::milliseconds timeout() const { return timeout_; }

  // For requests.
  struct Ready {
    std::uint64_t generation = 0;  // of the token; 0: none was ever there
  };
  struct Awaited {};  // it is being fetched, or will be at once
  struct Failing {
    std::string reason;  // why the last try failed; the next one is not yet
  };
  using Outlook = std::variant<Ready, Awaited, Failing>;
  /// For a request that needs the token now.
  Outlook use(base::WallTime now);
  /// Whether a token was ever there: until then its mechanism holds none.
  bool was_ready() const;
  /// The server refused a request with the token of this generation: another one is fetched.
  void reject(std::uint64_t generation, base::WallTime now);

  /// Is told, on any thread, whenever a fetch has ended; until it goes.
  class Listening {
  public:
    Listening() = default;
    Listening(Listening&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {
      number_ = other.number_;
    }
    Listening& operator=(Listening&&) = delete;
    ~Listening();

  private:
    friend class Fetched;
    Fetched* of_ = nullptr;
    std::uint64_t number_ = 0;
  };
  [[nodiscard]] Listening listen(std::function<void()> on_end);

  // For the one fetcher.
  /// `on_wanted` is told, on any thread, when `time_to_fetch` became another one; null: nobody is.
  void served_by(std::function<void()> on_wanted);
  std::optional<TokenSchedule::Duration> time_to_fetch(base::WallTime now) const;
  std::shared_ptr<const Grant> grant() const;
  /// The token is in its mechanisms.
  void succeeded(base::WallTime now, base::WallTime expires, double random);
  void failed(base::WallTime now, std::string reason, double random);

  /// What the next fetch is made with.
  void replace(std::shared_ptr<const Grant> grant);

private:
  void tell_fetcher() const;  // with the mutex held, as the next one
  void tell_listeners() const;

  const std::string name_;
  const std::chrono::milliseconds timeout_;
  mutable std::mutex mutex_;  // of all below
  std::shared_ptr<const Grant> grant_;
  TokenSchedule schedule_;
  std::uint64_t generation_ = 0;
  std::string failure_;
  std::function<void()> on_wanted_;
  std::map<std::uint64_t, std::function<void()>> listeners_;
  std::uint64_t last_listener_ = 0;
};

}  // namespace secrets
