// SPDX-License-Identifier: Apache-2.0
#include "net/resolver.h"

#include <netdb.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace net {
namespace {

using Addresses = std::vector<asio::ip::address>;

base::Result<Addresses> look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int outcome = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (outcome != 0) {
    const auto kind =
        outcome == EAI_NONAME ? base::ErrorKind::not_found : base::ErrorKind::unavailable;
    return base::fail(kind, "cannot resolve " + host + ": " + ::gai_strerror(outcome));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Addresses found;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (each->ai_addrlen > endpoint.capacity()) continue;
    std::copy_n(
        reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
        reinterpret_cast<char*>(endpoint.data()));
    endpoint.resize(each->ai_addrlen);
    if (std::find(found.begin(), found.end(), endpoint.address()) == found.end())
      found.push_back(endpoint.address());
  }
  if (found.empty()) return base::fail(base::ErrorKind::not_found, host + " has no address");
  return found;
}

/// What a lookup's thread and its caller share. The caller's timer may be touched while it is here.
struct Lookup {
  std::mutex mutex{};
  asio::steady_timer* waiting = nullptr;  // null: the caller is gone, and with it perhaps its loop
  std::optional<base::Result<Addresses>> answer{};
};

/// The caller's side of a lookup; says when it goes.
class Caller {
public:
  Caller(std::shared_ptr<Lookup> lookup, asio::steady_timer& timer) : lookup_(std::move(lookup)) {
    lookup_->waiting = &timer;
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() {
    const std::lock_guard lock(lookup_->mutex);
    lookup_->waiting = nullptr;
  }

private:
  std::shared_ptr<Lookup> lookup_;
};

void run_lookup(const std::shared_ptr<Lookup>& lookup, const std::string& host) {
  auto answer = look_up(host);
  const std::lock_guard lock(lookup->mutex);
  if (lookup->waiting == nullptr) return;
  lookup->answer = std::move(answer);
  asio::post(lookup->waiting->get_executor(), [lookup] {
    const std::lock_guard wake(lookup->mutex);
    if (lookup->waiting != nullptr) lookup->waiting->cancel();
  });
}

/// With every signal blocked: they belong to the main thread.
bool start_thread(std::function<void()> work) {
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  bool started = true;
  try {
    std::thread(std::move(work)).detach();
  } catch (const std::system_error&) {  // the limit of processes is reached
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

}  // namespace

Task<base::Result<Addresses>> SystemResolver::resolve(std::string host) {
  boost::system::error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Addresses{literal};
  if (running_->load() >= limit_) {
    co_return base::fail(base::ErrorKind::unavailable, "too many names are being resolved");
  }
  asio::steady_timer done(
      co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  const auto lookup = std::make_shared<Lookup>();
  const Caller caller(lookup, done);
  ++*running_;
  const bool started = start_thread([lookup, running = running_, host] {
    run_lookup(lookup, host);
    --*running;
  });
  if (!started) {
    --*running_;
    co_return base::fail(base::ErrorKind::unavailable, "no thread to resolve " + host + " with");
  }
  co_await done.async_wait(as_result);
  const std::lock_guard lock(lookup->mutex);
  if (!lookup->answer) co_return base::fail(base::ErrorKind::closed, "resolving was cut off");
  co_return std::move(*lookup->answer);
}

}  // namespace net
