// SPDX-License-Identifier: Apache-2.0
#pragma once
// TLS towards the program inside: the gateway answers in the name of the host that was asked for.

#include <span>
#include <string_view>

#include "base/result.h"
#include "tls/handle.h"
#include "tls/leaf.h"

namespace tls {

/// Shared by all threads. Sessions made here stay valid after it is gone.
class ServerContext {
public:
  /// `protocols` are the application protocols the gateway speaks, best first. A client that offers
  /// some, but none of these, is refused with the alert for that; a client that offers none is
  /// served.
  static base::Result<ServerContext> create(std::span<const std::string_view> protocols);

  /// A session that accepts, without a descriptor yet. A client may resume it with a
  /// ticket, on a later connection to the same host only; there is no 0-RTT.
  base::Result<Ssl> new_session(const Leaf& leaf) const;

private:
  explicit ServerContext(Context context) : context_(std::move(context)) {}
  Context context_;
};

}  // namespace tls
