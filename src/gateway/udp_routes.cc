// SPDX-License-Identifier: Apache-2.0
#include "gateway/udp_routes.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <optional>

namespace gateway {

/// One lookup and those who wait for it.
struct UdpRoutes::Lookup {
  explicit Lookup(const net::asio::any_io_executor& executor)
      : ended(executor, net::asio::steady_timer::time_point::max()) {}

  net::asio::steady_timer ended;  // cancelled when there is an answer, or will be none
  std::optional<Found> answer{};
};

/// Wakes everybody who waits, however the lookup ends.
class UdpRoutes::Looking {
public:
  Looking(UdpRoutes& routes, const Place& place, std::shared_ptr<Lookup> lookup)
      : routes_(routes), place_(place), lookup_(std::move(lookup)) {
    routes_.running_.emplace(place_, lookup_);
  }
  Looking(const Looking&) = delete;
  Looking& operator=(const Looking&) = delete;
  ~Looking() {
    routes_.running_.erase(place_);
    lookup_->ended.cancel();
  }

private:
  UdpRoutes& routes_;
  Place place_;
  std::shared_ptr<Lookup> lookup_;
};

net::Task<UdpRoutes::Found> UdpRoutes::find(
    std::string host, std::uint16_t port, const policy::Policy& policy) {
  const Place place(host, port);
  if (const auto found = running_.find(place); found != running_.end()) {
    const auto lookup = found->second;
    co_await lookup->ended.async_wait(net::as_result);
    if (lookup->answer) co_return *lookup->answer;
    co_return std::unexpected(
        flow::Deny{.status = 502, .stage = "resolve", .reason = "resolving was cut off"});
  }
  const auto lookup = std::make_shared<Lookup>(co_await net::asio::this_coro::executor);
  const Looking looking(*this, place, lookup);
  auto answer = co_await router_.find_for_datagrams(host, port, policy);
  lookup->answer = answer;
  co_return std::move(answer);
}

}  // namespace gateway
