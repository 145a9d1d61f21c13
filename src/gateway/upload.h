// SPDX-License-Identifier: Apache-2.0
#pragma once
// A request's body on its way up, while the response may already come down.

#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "gateway/body.h"
#include "gateway/upstream.h"

namespace gateway {

/// Owns what it moves between, so that it may outlive the exchange that was cut off.
class Upload {
public:
  Upload(
      std::shared_ptr<Wire> client,
      UpstreamPtr upstream,
      http::Framing from,
      http::Framing to,
      const Limits& limits,
      std::size_t keep,
      TapBudget& taps)
      : client_(std::move(client)),
        upstream_(std::move(upstream)),
        limits_(limits),
        tap_(keep, taps),
        mover_(*client_, http::BodyDecoder(from, limits.http), upstream_->wire.stream, to, tap_),
        ended_(
            upstream_->wire.stream.socket().get_executor(),
            net::asio::steady_timer::time_point::max()) {}

  BodyMover& mover() { return mover_; }
  const BodyMover& mover() const { return mover_; }
  const BodyTap& tap() const { return tap_; }

  /// True when the whole request went up.
  bool whole() const { return finished_ && how_ == Moved::whole; }
  bool finished() const { return finished_; }
  Moved how() const { return how_; }
  /// The caller has sent `mover().pending()`, which was everything.
  void was_sent() {
    finished_ = true;
    how_ = Moved::whole;
  }

  /// Moves the body to its end. A client that breaks off breaks off the upstream too.
  static net::Task<> run(std::shared_ptr<Upload> self);
  /// Ends a run that is of no more use, and waits until it has ended.
  net::Task<> stop();

private:
  std::shared_ptr<Wire> client_;
  UpstreamPtr upstream_;
  const Limits& limits_;
  BodyTap tap_;
  BodyMover mover_;
  net::asio::steady_timer ended_;  // cancelled at the end of `run`
  bool finished_ = false;
  Moved how_ = Moved::source_broke;
};

}  // namespace gateway
