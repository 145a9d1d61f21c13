// SPDX-License-Identifier: Apache-2.0
#include "net/resolver.h"

#include <netdb.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "net/offload.h"

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

}  // namespace

Task<base::Result<Addresses>> SystemResolver::resolve(std::string host) {
  boost::system::error_code not_literal;
  const auto literal = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return Addresses{literal};
  if (running_->load() >= limit_) {
    co_return base::fail(base::ErrorKind::unavailable, "too many names are being resolved");
  }
  using Answer = std::optional<base::Result<Addresses>>;
  const auto answer = std::make_shared<Answer>();
  ++*running_;
  auto done = co_await offload([answer, running = running_, host] {
    answer->emplace(look_up(host));
    --*running;
  });
  if (!done && done.error().kind == base::ErrorKind::unavailable) {
    --*running_;
    co_return base::fail(base::ErrorKind::unavailable, "no thread to resolve " + host + " with");
  }
  if (!done) co_return base::fail(base::ErrorKind::closed, "resolving was cut off");
  co_return *std::move(*answer);
}

}  // namespace net
