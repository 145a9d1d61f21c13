// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names to addresses.

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/task.h"

namespace net {

/// What knows where hosts are. Used by every loop at once.
class Resolver {
public:
  virtual ~Resolver() = default;

  /// Every address of `host`, the preferred ones first; an IP literal resolves to itself. Never
  /// empty. Errors: not_found, unavailable. A caller that is cancelled leaves the lookup behind.
  virtual Task<base::Result<std::vector<asio::ip::address>>> resolve(std::string host) = 0;
};

/// The host's own resolver (getaddrinfo), each lookup on a thread of its own: a slow answer delays
/// nobody else, and nobody has to wait for it in order to end.
class SystemResolver final : public Resolver {
public:
  /// At most `limit` lookups at a time; one more is `unavailable`.
  explicit SystemResolver(std::size_t limit = 64) : limit_(limit) {}

  Task<base::Result<std::vector<asio::ip::address>>> resolve(std::string host) override;

private:
  const std::size_t limit_;
  std::shared_ptr<std::atomic<std::size_t>> running_ =
      std::make_shared<std::atomic<std::size_t>>(0);
};

}  // namespace net
