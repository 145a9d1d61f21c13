// SPDX-License-Identifier: Apache-2.0
#pragma once
// A stream together with what was read from it and not yet used.

#include "gateway/buffer.h"
#include "net/stream.h"

namespace gateway {

struct Wire {
  net::Stream stream;
  Buffer in{};

  Wire(net::asio::ip::tcp::socket socket, net::Deadlines& deadlines)
      : stream(std::move(socket), deadlines) {}

  /// Reads more into `in`; false when the peer has ended. Views into `in` end here.
  net::Task<base::Result<bool>> fill() {
    auto size = co_await stream.read_some(in.room());
    if (!size) co_return std::unexpected(std::move(size).error());
    in.commit(*size);
    co_return *size != 0;
  }
};

}  // namespace gateway
