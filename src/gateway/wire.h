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
    filled_ = *size == Buffer::block;
    co_return *size != 0;
  }
  /// The same without a wait, where more is likely: behind a whole block. False when there is none.
  bool fill_at_hand() {
    if (!filled_) return false;
    const auto size = stream.read_at_hand(in.room());
    in.commit(size);
    filled_ = size == Buffer::block;
    return size != 0;
  }

private:
  bool filled_ = false;  // the last read was as much as a record has
};

}  // namespace gateway
