// SPDX-License-Identifier: Apache-2.0
#pragma once
// A message's body on its way in and on its way out, whatever version carries it. Nothing above
// these two knows frames, chunks or windows.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/fields.h"
#include "net/task.h"

namespace gateway {

/// A body as it arrives. What is not taken is not asked of the sender: back pressure is in not
/// taking.
class Incoming {
public:
  enum class State {
    more,    // take, or wait for more
    whole,   // every byte was taken, and the sender said that this is the end
    broken,  // the sender closed, stalled or sent what is no body; see `problem`
  };

  Incoming() = default;
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  virtual ~Incoming() = default;

  /// What has arrived and was not yet taken, or nothing; never waits. Lives until the next call.
  virtual std::string_view take() = 0;
  virtual State state() const = 0;
  /// Waits until there is something to take or the state has changed. A sender that is silent for
  /// longer than `silence` has broken the body.
  virtual net::Task<> wait(std::chrono::milliseconds silence) = 0;
  /// Takes in what has arrived meanwhile, without a wait. False when there is nothing, or nothing
  /// is likely to be.
  virtual bool refill() { return false; }
  /// Ends a wait of another task; what arrives is not wanted any more.
  virtual void give_up() = 0;

  /// Once it is `whole`.
  virtual const http::Fields& trailers() const = 0;
  /// Why it is `broken`, in words.
  virtual const std::string& problem() const = 0;
  virtual bool timed_out() const = 0;
  /// With which code of HTTP/2 its sender broke it off, as the other side may be told; nothing when
  /// it did not, or has no codes.
  virtual std::optional<std::uint32_t> broken_by() const { return std::nullopt; }
};

/// A body on its way out, behind its head.
class Outgoing {
public:
  Outgoing() = default;
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;
  virtual ~Outgoing() = default;

  /// Queues data.
  virtual void put(std::string_view data) = 0;
  /// Queues the end. False when a trailer cannot be written.
  virtual bool end(const http::Fields& trailers) = 0;
  /// So much is queued that it should be flushed before more is put.
  virtual bool is_full() const = 0;
  /// Sends what is queued, and waits until there is room again; after `end`, until all is sent.
  /// False when the receiver has closed, or has taken nothing for longer than `stall`.
  virtual net::Task<bool> flush(std::chrono::milliseconds stall) = 0;
  /// What is queued is a little more than whole records of TLS: it costs less with what comes next,
  /// if that is there.
  virtual bool wants_more() const { return false; }
  /// Like `flush`, when more is put at once: what is no whole record may wait for it.
  virtual net::Task<bool> flush_records(std::chrono::milliseconds stall) { return flush(stall); }
  /// Ends a flush of another task.
  virtual void give_up() = 0;
};

}  // namespace gateway
