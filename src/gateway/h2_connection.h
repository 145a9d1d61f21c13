// SPDX-License-Identifier: Apache-2.0
#pragma once
// An HTTP/2 connection, towards a program or towards a server: moves bytes between the wire and the
// session, and tells each stream what happens on it.
//
// A server that owes answers and says nothing is asked for a sign of life (a PING). Without one its
// connection is dropped, and the streams on it are lost: all programs' requests share it, so a dead
// one would stop them all.

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "gateway/budget.h"
#include "gateway/h2_stream.h"
#include "gateway/limits.h"
#include "gateway/wire.h"
#include "http/h2_session.h"
#include "net/event.h"
#include "net/loop.h"

namespace gateway {

/// What all streams of one sandbox may have together: a stream alone, or a connection, has limits
/// that as many as there may be would multiply to more than a machine has.
struct H2Room {
  explicit H2Room(const Limits& limits) : streams(limits.h2_streams), unread(limits.h2_unread) {}
  Budget streams;  // of the program's
  Budget unread;   // bytes
};

class H2Connection final : public http::H2Events,
                           public std::enable_shared_from_this<H2Connection> {
public:
  using Side = http::H2Session::Side;
  /// A request of the program has come; called on the loop, outside of the session.
  using OnRequest = std::function<void(std::shared_ptr<H2Stream>, http::Checked<http::Request>)>;

  H2Connection(
      Side side,
      std::shared_ptr<Wire> wire,
      net::Loop& loop,
      const Limits& limits,
      H2Room& room,
      OnRequest on_request = {});
  H2Connection(const H2Connection&) = delete;
  H2Connection& operator=(const H2Connection&) = delete;
  ~H2Connection() override;

  /// To be called before run(): the first request came in HTTP/1.1, and asked for HTTP/2 with these
  /// settings (http/h2_upgrade.h).
  base::Result<> begin_with(std::string_view settings, http::Request request) {
    return session_.begin_with(settings, std::move(request));
  }
  /// Serves the connection to its end; then every stream on it has ended. `idle` is how long it may
  /// be without a stream.
  static net::Task<> run(std::shared_ptr<H2Connection> self, std::chrono::milliseconds idle);

  http::H2Session& session() { return session_; }
  net::Loop& loop() { return loop_; }
  const Limits& limits() const { return limits_; }
  H2Room& room() { return room_; }
  /// Waits until the peer has sent its settings, the handshake's time at most.
  net::Task<> settled();
  /// Whether the connection is good for another request of ours. One that is asked for a sign of
  /// life is not, until it gives it.
  bool takes_requests() const { return !ended_ && !failing_ && !asked_ && session_.can_request(); }
  /// A server's: whether it has answered anything on this connection.
  bool has_answered() const { return has_answered_; }
  /// Takes no more requests, and ends when those there are have ended.
  void leave() {
    session_.go_away();
    kick();
  }
  bool has_ended() const { return ended_; }
  std::size_t streams() const { return streams_.size(); }
  /// Something waits to be written.
  void kick() { to_write_.set(); }

  /// A stream hears of its events from now on, until it is removed.
  void add(H2Stream& stream);
  void remove(H2Stream& stream);

private:
  /// A server owes an answer and has been silent for too long.
  class Quiet final : public net::Deadline {
  public:
    Quiet(net::Deadlines& owner, H2Connection& connection)
        : Deadline(owner), connection_(connection) {}

  private:
    void on_expired() override { connection_.was_silent(); }
    H2Connection& connection_;
  };

  void on_settings() override { settled_ = true; }
  void on_request(http::StreamId id, http::Checked<http::Request> head) override;
  void on_response(http::StreamId id, http::Checked<http::Response> head) override;
  void on_data(http::StreamId id, std::string_view data) override;
  void on_end(http::StreamId id, http::Fields trailers) override;
  void on_drained(http::StreamId id) override;
  void on_closed(http::StreamId id, std::uint32_t code) override;

  net::Task<> read();
  static net::Task<> write(std::shared_ptr<H2Connection> self);
  void hand_out_requests();
  void set_deadline();
  void listen();
  void heard_of_a_stream();
  void was_silent();
  H2Stream* find(http::StreamId id);

  std::shared_ptr<Wire> wire_;
  net::Loop& loop_;
  const Limits& limits_;
  H2Room& room_;
  OnRequest on_request_;
  const Side side_;
  http::H2Session session_;
  std::chrono::milliseconds idle_{};
  std::unordered_map<http::StreamId, H2Stream*> streams_;
  struct Arrived {
    std::shared_ptr<H2Stream> stream;
    http::Checked<http::Request> head;
  };
  std::vector<Arrived> arrived_;
  net::Event to_write_;
  net::Event written_;
  Quiet quiet_;
  int questions_ = 0;     // since the server last said something on a stream
  bool patient_ = false;  // the next question has time
  bool asked_ = false;    // for a sign of life that has not come yet
  bool has_answered_ = false;
  bool settled_ = false;
  bool writing_ = false;
  bool head_timed_ = false;  // the deadline of a head that has begun is set
  bool failing_ = false;     // only what is queued is still written
  bool ended_ = false;
};

}  // namespace gateway
