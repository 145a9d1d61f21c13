// SPDX-License-Identifier: Apache-2.0
#include "net/dial.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <list>
#include <memory>
#include <optional>

namespace net {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds stagger{250};  // RFC 8305, 8: Connection Attempt Delay
constexpr std::size_t most_attempts = 32;

/// What the attempts of one `dial` share. Attempts keep it alive; the race's end closes their
/// sockets.
struct Race {
  explicit Race(const asio::any_io_executor& executor) : news(executor) {}
  asio::steady_timer news;  // cancelled when something happened
  std::list<tcp::socket> sockets;
  std::size_t running = 0;
  std::optional<tcp::socket> winner;
  std::string first_error;
};

/// Ends every attempt when the race is over, also when it is cut off.
class Finish {
public:
  explicit Finish(std::shared_ptr<Race> race) : race_(std::move(race)) {}
  Finish(const Finish&) = delete;
  Finish& operator=(const Finish&) = delete;
  ~Finish() {
    for (auto& socket : race_->sockets) {
      boost::system::error_code ignored;
      socket.close(ignored);
    }
  }

private:
  std::shared_ptr<Race> race_;
};

Task<> attempt(
    std::shared_ptr<Race> race, std::list<tcp::socket>::iterator socket, tcp::endpoint endpoint) {
  const auto [error] = co_await socket->async_connect(endpoint, as_result);
  --race->running;
  if (!error && !race->winner) race->winner = std::move(*socket);
  if (error) {
    if (race->first_error.empty()) race->first_error = error.message();
    boost::system::error_code ignored;
    socket->close(ignored);  // not at the end of the race only: descriptors are few
  }
  race->news.cancel();
}

}  // namespace

Endpoints in_dialling_order(const Endpoints& endpoints) {
  Endpoints preferred;
  Endpoints other;
  for (const auto& each : endpoints) {
    const bool like_first = each.address().is_v6() == endpoints.front().address().is_v6();
    auto& family = like_first ? preferred : other;
    if (std::find(family.begin(), family.end(), each) == family.end()) family.push_back(each);
  }
  Endpoints out;
  for (std::size_t i = 0; i < std::max(preferred.size(), other.size()); ++i) {
    if (i < preferred.size()) out.push_back(preferred[i]);
    if (i < other.size()) out.push_back(other[i]);
  }
  if (out.size() > most_attempts) out.resize(most_attempts);
  return out;
}

Task<base::Result<tcp::socket>> dial(Endpoints endpoints, std::chrono::milliseconds limit) {
  const auto executor = co_await asio::this_coro::executor;
  const auto give_up = Clock::now() + limit;
  const auto race = std::make_shared<Race>(executor);
  const Finish finish(race);
  const auto ordered = in_dialling_order(endpoints);
  auto next = ordered.begin();
  while (!race->winner && Clock::now() < give_up && (next != ordered.end() || race->running > 0)) {
    if (next != ordered.end()) {
      const auto socket = race->sockets.emplace(race->sockets.end(), executor);
      ++race->running;
      asio::co_spawn(executor, attempt(race, socket, *next++), asio::detached);
    }
    race->news.expires_at(
        next != ordered.end() ? std::min(give_up, Clock::now() + stagger) : give_up);
    co_await race->news.async_wait(as_result);
  }
  if (race->winner) co_return std::move(*race->winner);
  if (Clock::now() >= give_up)
    co_return base::fail(base::ErrorKind::timeout, "connecting took too long");
  if (race->first_error.empty()) race->first_error = "there is no address";
  co_return base::fail(base::ErrorKind::unavailable, "connecting: " + race->first_error);
}

}  // namespace net
