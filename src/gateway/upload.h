// SPDX-License-Identifier: Apache-2.0
#pragma once
// A request's body on its way up, while the response may already come down.

#include <memory>

#include "gateway/client_stream.h"
#include "gateway/filtered_body.h"
#include "gateway/limits.h"
#include "gateway/server_stream.h"
#include "gateway/silence.h"
#include "net/event.h"
#include "net/loop.h"

namespace gateway {

/// For the answer of a server that takes no more of a request: it was sent by then, or never is.
inline constexpr std::chrono::seconds patience_with_deaf{2};

/// Owns what it moves between, so that it may outlive the exchange that was cut off.
class Upload {
public:
  Upload(
      net::Loop& loop,
      std::shared_ptr<ClientStream> client,
      std::shared_ptr<FilteredBody> body,
      ServerStreamPtr server,
      const Limits& limits)
      : client_(std::move(client)),
        body_(std::move(body)),
        server_(std::move(server)),
        limits_(limits),
        mover_(*body_, server_->out()),
        silence_(loop.deadlines(), limits.body_silence, [this] { break_off(); }),
        ended_(loop.deadlines()) {}

  BodyMover& mover() { return mover_; }
  const BodyMover& mover() const { return mover_; }
  const FilteredBody& body() const { return *body_; }
  /// Of both directions: the answer may have something to say while the request rests.
  Silence& silence() { return silence_; }
  const Silence& silence() const { return silence_; }

  /// The request was sent again, there.
  void goes_to(ServerStreamPtr server) { server_ = std::move(server); }
  /// True when the whole request went up.
  bool whole() const { return finished_ && how_ == Moved::whole; }
  bool finished() const { return finished_; }
  Moved how() const { return how_; }
  /// The caller has flushed everything itself.
  void was_sent() {
    finished_ = true;
    how_ = Moved::whole;
  }

  /// Moves the body to its end. A client that breaks off breaks off the server too.
  static net::Task<> run(std::shared_ptr<Upload> self);
  /// Ends a run that is of no more use, and waits until it has ended.
  net::Task<> stop();

private:
  void break_off();

  std::shared_ptr<ClientStream> client_;
  std::shared_ptr<FilteredBody> body_;
  ServerStreamPtr server_;
  const Limits& limits_;
  BodyMover mover_;
  Silence silence_;
  net::Event ended_;
  bool finished_ = false;
  Moved how_ = Moved::source_broke;
};

}  // namespace gateway
