// SPDX-License-Identifier: Apache-2.0
#pragma once
// One HTTP/2 connection without its socket (RFC 9113): bytes in, events out; messages in, bytes
// out. The frames, the compression of fields and the windows are nghttp2's.
//
// Nothing is buffered beyond the windows that were granted: the caller says when it has used data
// of a stream, and only then may the peer send more of it. What the peer may make us keep is
// bounded everywhere (streams, fields, settings, pings, resets).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "http/h2_head.h"

struct nghttp2_session;

namespace http {

struct H2Limits {
  std::uint32_t streams = 128;         // at a time
  std::uint32_t window = 256U << 10U;  // bytes of one stream that wait to be used
  std::uint32_t connection_window = 8U << 20U;
  std::size_t frames_a_write = 64UL << 10U;  // about how many bytes `write` gives at once
};

/// Codes of RFC 9113, 7 that are used by name.
namespace h2_error {
constexpr std::uint32_t none = 0;
constexpr std::uint32_t protocol = 1;
constexpr std::uint32_t internal = 2;
constexpr std::uint32_t stream_closed = 5;
constexpr std::uint32_t refused_stream = 7;
constexpr std::uint32_t cancel = 8;
constexpr std::uint32_t enhance_your_calm = 11;
constexpr std::uint32_t inadequate_security = 12;
constexpr std::uint32_t http_1_1_required = 13;
}  // namespace h2_error

using StreamId = std::int32_t;

/// What happens on a connection; called from within `receive` and `write`. None of these may
/// destroy the session.
class H2Events {
public:
  virtual ~H2Events() = default;
  /// The peer has said what it can do.
  virtual void on_settings() = 0;
  /// A server's: a request has come, or one that is refused for what it says. Where HTTP/2 itself
  /// forbids its head, the stream is broken off already, and `on_closed` follows.
  virtual void on_request(StreamId stream, Checked<Request> head) = 0;
  /// A client's: a response, interim ones too.
  virtual void on_response(StreamId stream, Checked<Response> head) = 0;
  /// `data` lives for the call.
  virtual void on_data(StreamId stream, std::string_view data) = 0;
  /// The peer's message is whole.
  virtual void on_end(StreamId stream, Fields trailers) = 0;
  /// Little or nothing of what was queued is left; told too when a head or the end has been
  /// written.
  virtual void on_drained(StreamId stream) = 0;
  /// Both directions have ended, or the stream was broken off (`code` is not 0). The last event.
  virtual void on_closed(StreamId stream, std::uint32_t code) = 0;
};

class H2Session {
public:
  enum class Side { server, client };

  H2Session(Side side, const Limits& limits, const H2Limits& h2_limits, H2Events& events);
  H2Session(const H2Session&) = delete;
  H2Session& operator=(const H2Session&) = delete;
  ~H2Session();

  /// Takes all of `bytes`. An error is a peer that does not speak HTTP/2: write what is left (the
  /// GOAWAY) and end the connection.
  base::Result<> receive(std::string_view bytes);
  /// Appends frames to `out`, about as many bytes as the limit says; false when nothing was left.
  bool write(std::string& out);
  bool wants_to_write() const;
  /// Both sides have said goodbye and no stream is left.
  bool is_over() const;
  /// A head has begun and is not complete.
  bool is_in_head() const { return in_head_; }

  /// A server's, before anything is received: the client asked for HTTP/2 in a request of HTTP/1.1,
  /// with these settings. The request is told like any other, on stream 1, and is whole. Errors:
  /// bytes that are no settings. (Wrong values end the connection, as in a frame.)
  base::Result<> begin_with(std::string_view settings, Request request);

  /// A client's: opens a stream. Nothing when no more can be opened on this connection. The values
  /// of fields with these names are never put into the compression's table.
  std::optional<StreamId> request(
      const Fields& fields, EndsStream end, std::span<const std::string> sensitive = {});
  /// How many streams the peer lets a client have at a time.
  std::uint32_t peer_streams() const;
  /// Whether the peer of a client takes WebSockets (RFC 8441).
  bool peer_takes_connect() const;
  /// Whether another stream can be opened.
  bool can_request() const;

  /// A server's. An interim response does not end the stream.
  void respond(StreamId stream, const Fields& fields, EndsStream end);
  void interim(StreamId stream, const Fields& fields);

  /// Queues data of a message whose head did not end the stream.
  void send(StreamId stream, std::string_view data);
  /// Ends the message after what is queued.
  void end(StreamId stream, Fields trailers = {});
  /// Whether the end of our message has been handed to `write`, or the stream has closed.
  bool has_sent_end(StreamId stream) const;
  /// Whether the head and all data queued so far have been handed to `write`.
  bool is_caught_up(StreamId stream) const;
  /// Bytes that are queued and not yet written.
  std::size_t queued(StreamId stream) const;
  /// So many bytes of the stream have been used: as many more may come.
  void used(StreamId stream, std::size_t bytes);
  /// Breaks the stream off.
  void reset(StreamId stream, std::uint32_t code);
  /// Asks the peer for a sign of life, whatever it says.
  void ping();
  /// No new streams from now on; those open go on.
  void go_away(std::uint32_t code = h2_error::none);

private:
  struct Stream;
  struct Callbacks;
  Stream* find(StreamId id);
  const Stream* find(StreamId id) const;
  Stream& open(StreamId id);
  void deliver_head(StreamId id, Stream& stream, EndsStream end);
  void deliver_end(StreamId id, Stream& stream);
  void deliver_malformed(StreamId id, const char* why);
  /// The next `receive` fails, and a GOAWAY tells why.
  void give_up(std::uint32_t code, const char* why);

  Side side_;
  Limits limits_;
  std::size_t frames_a_write_;
  H2Events& events_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<StreamId, std::unique_ptr<Stream>> streams_;
  std::string* out_ = nullptr;  // during `write`
  bool in_head_ = false;
  bool going_ = false;
  int idle_frames_ = 0;            // in a row
  int faulty_streams_ = 0;         // that a client made us break off
  const char* gave_up_ = nullptr;  // why
};

}  // namespace http
