// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names to addresses with the host's own resolver (getaddrinfo), each lookup on a thread of its
// own: a slow answer delays nobody else, and nobody has to wait for it in order to end.

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/task.h"

namespace net {

class Resolver {
public:
  /// At most `limit` lookups at a time; one more is `unavailable`.
  explicit Resolver(std::size_t limit = 64) : limit_(limit) {}

  /// Every address of `host`, in the order that the system prefers; an IP literal resolves to
  /// itself. Never empty. Errors: not_found, unavailable. A caller that is cancelled leaves the
  /// lookup behind.
  Task<base::Result<std::vector<asio::ip::address>>> resolve(std::string host);

private:
  const std::size_t limit_;
  std::shared_ptr<std::atomic<std::size_t>> running_ =
      std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace net
