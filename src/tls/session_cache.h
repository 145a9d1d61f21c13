// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sessions of upstream servers that can be resumed. One of TLS 1.3 is handed out once: a ticket
// that is used twice lets an observer link two connections (RFC 8446, C.4), and servers send a new
// one each time. One of TLS 1.2 is kept: its servers send no other when it was used, and anybody
// sees the handshake that it came from.

#include <mutex>
#include <string_view>
#include <vector>

#include "tls/handle.h"
#include "tls/lru_map.h"

namespace tls {

/// Safe from any thread.
class SessionCache {
public:
  explicit SessionCache(std::size_t capacity) : sessions_(capacity) {}

  /// Keeps at most a few of a server, the latest.
  void put(std::string_view server, Session session);
  /// The latest one that has not expired, or null.
  Session take(std::string_view server);

private:
  std::mutex mutex_;
  LruMap<std::vector<Session>> sessions_;
};

}  // namespace tls
