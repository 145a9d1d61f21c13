// SPDX-License-Identifier: Apache-2.0
#include "http/h2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <utility>
#include <vector>

namespace http {
namespace {

constexpr std::size_t little = 32UL << 10U;

// nghttp2 bounds unanswered SETTINGS and PINGs, CONTINUATIONs, and resets by the peer; these it
// does not.
constexpr int most_idle_frames = 1000;
constexpr int most_faulty_streams = 1000;
constexpr int most_interim_of_stream = 64;
constexpr std::size_t most_waiting_frames = 4096;

struct FreeCallbacks {
  void operator()(nghttp2_session_callbacks* p) const { nghttp2_session_callbacks_del(p); }
};
struct FreeOption {
  void operator()(nghttp2_option* p) const { nghttp2_option_del(p); }
};

/// nghttp2 fails in these calls only for want of memory, or when it is used wrongly.
void must(int outcome) {
  if (outcome != 0) throw std::bad_alloc();
}

std::vector<nghttp2_nv> pairs_of(
    const Fields& fields, std::span<const std::string> sensitive = {}) {
  std::vector<nghttp2_nv> out;
  out.reserve(fields.size());
  for (const auto& field : fields) {
    // nghttp2 copies what it is given: its interface is just older than const.
    auto* name = reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.name.data()));
    auto* value = reinterpret_cast<std::uint8_t*>(const_cast<char*>(field.value.data()));
    const bool hidden = std::ranges::find(sensitive, field.name) != sensitive.end();
    const auto flags = hidden ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE;
    out.push_back(
        {name, value, field.name.size(), field.value.size(), static_cast<std::uint8_t>(flags)});
  }
  return out;
}

/// Whether a peer made us break a stream off by what it sent; our own reasons are others.
bool is_fault(std::uint32_t code) {
  return code == NGHTTP2_PROTOCOL_ERROR || code == NGHTTP2_FLOW_CONTROL_ERROR ||
         code == NGHTTP2_STREAM_CLOSED || code == NGHTTP2_FRAME_SIZE_ERROR ||
         code == NGHTTP2_REFUSED_STREAM;
}

bool ends_stream(const nghttp2_frame& frame) {
  return (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
}

}  // namespace

struct H2Session::Stream {
  int interims = 0;
  std::size_t unused = 0;  // bytes that were told and are not used yet
  Fields incoming{};       // of the head or trailers being received
  std::size_t incoming_bytes = 0;
  bool too_large = false;
  bool head_seen = false;  // the request, or the final response
  std::string method{};    // of a client's request
  bool refused = false;    // its head was: nothing more of it is told

  std::string out{};  // queued data, from `out_begin` on
  std::size_t out_begin = 0;
  bool out_ended = false;
  int heads_queued = 0;
  int heads_written = 0;  // and trailers
  bool writing = false;   // the data of a message is being sent
  bool waiting = false;   // nghttp2 was told to come again when there is more
  Fields trailers{};

  std::size_t queued() const { return out.size() - out_begin; }
};

/// What nghttp2 calls. None lets an exception through: C code stands in between.
struct H2Session::Callbacks {
  static H2Session& self(void* user) { return *static_cast<H2Session*>(user); }

  template <class Work>
  static int guarded(Work work) noexcept {
    try {
      return work();
    } catch (...) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
  }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded([&] {
      if (frame->hd.type != NGHTTP2_HEADERS) return 0;
      auto& stream = self(user).open(frame->hd.stream_id);
      stream.incoming = Fields();
      stream.incoming_bytes = 0;
      self(user).in_head_ = true;
      return 0;
    });
  }

  static int header(
      nghttp2_session*,
      const nghttp2_frame* frame,
      const std::uint8_t* name,
      std::size_t name_size,
      const std::uint8_t* value,
      std::size_t value_size,
      std::uint8_t,
      void* user) {
    return guarded([&] {
      auto& session = self(user);
      auto* stream = session.find(frame->hd.stream_id);
      if (stream == nullptr || frame->hd.type != NGHTTP2_HEADERS) return 0;
      stream->incoming_bytes += name_size + value_size + 4;
      const bool fits = stream->incoming_bytes <= session.limits_.head &&
                        stream->incoming.size() < session.limits_.fields + 8;
      if (!fits) {
        stream->too_large = true;
        return 0;
      }
      stream->incoming.add(
          {reinterpret_cast<const char*>(name), name_size},
          {reinterpret_cast<const char*>(value), value_size});
      return 0;
    });
  }

  /// A frame that moves nothing costs its sender less than us, so they may not come alone for long.
  static void weigh(H2Session& session, const nghttp2_frame& frame) {
    const bool empty_data = frame.hd.type == NGHTTP2_DATA && frame.hd.length == frame.data.padlen &&
                            !ends_stream(frame);
    if (empty_data || frame.hd.type == NGHTTP2_PRIORITY) {
      if (++session.idle_frames_ > most_idle_frames)
        session.give_up(h2_error::enhance_your_calm, "frame after frame says nothing");
    } else if (frame.hd.type == NGHTTP2_DATA || frame.hd.type == NGHTTP2_HEADERS) {
      session.idle_frames_ = 0;
    }
  }

  static int frame_received(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded([&] {
      auto& session = self(user);
      weigh(session, *frame);
      auto* stream = session.find(frame->hd.stream_id);
      if (frame->hd.type == NGHTTP2_SETTINGS && (frame->hd.flags & NGHTTP2_FLAG_ACK) == 0)
        session.events_.on_settings();
      if (frame->hd.type == NGHTTP2_HEADERS) {
        session.in_head_ = false;
        if (stream == nullptr) return 0;
        session.deliver_head(
            frame->hd.stream_id, *stream, ends_stream(*frame) ? EndsStream::yes : EndsStream::no);
      }
      const bool carries = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
      stream = session.find(frame->hd.stream_id);
      if (carries && stream != nullptr && ends_stream(*frame))
        session.deliver_end(frame->hd.stream_id, *stream);
      return 0;
    });
  }

  static int invalid_header(
      nghttp2_session*,
      const nghttp2_frame*,
      const std::uint8_t*,
      std::size_t,
      const std::uint8_t*,
      std::size_t,
      std::uint8_t,
      void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // the stream ends: nothing is ignored
  }

  /// nghttp2 has broken the stream off by itself.
  static int invalid_frame(nghttp2_session*, const nghttp2_frame* frame, int error, void* user) {
    return guarded([&] {
      if (frame->hd.type != NGHTTP2_HEADERS) return 0;
      self(user).in_head_ = false;
      const bool by_field = error == NGHTTP2_ERR_HTTP_HEADER;
      self(user).deliver_malformed(
          frame->hd.stream_id,
          by_field ? "a field of the head is none that HTTP/2 allows there"
                   : "the head lacks a field of HTTP/2, or what it has does not go together");
      return 0;
    });
  }

  static int data(
      nghttp2_session* raw,
      std::uint8_t,
      StreamId id,
      const std::uint8_t* bytes,
      std::size_t size,
      void* user) {
    return guarded([&] {
      auto& session = self(user);
      // A stream has a window of its own; the connection's is there for fairness only.
      nghttp2_session_consume_connection(session.session_, size);
      auto* stream = session.find(id);
      if (stream == nullptr || stream->refused) {
        nghttp2_session_consume_stream(session.session_, id, size);
        return 0;
      }
      // nghttp2 tells what comes beyond a window until its RST_STREAM has been written, which a
      // peer that does not read can put off for ever.
      const auto window = nghttp2_session_get_stream_effective_local_window_size(raw, id);
      stream->unused += size;
      if (std::cmp_greater(stream->unused, window)) {
        stream->refused = true;
        session.reset(id, NGHTTP2_FLOW_CONTROL_ERROR);
        return 0;
      }
      session.events_.on_data(id, {reinterpret_cast<const char*>(bytes), size});
      return 0;
    });
  }

  static int stream_closed(nghttp2_session*, StreamId id, std::uint32_t code, void* user) {
    return guarded([&] {
      auto& session = self(user);
      const auto found = session.streams_.find(id);
      if (found == session.streams_.end()) return 0;
      const auto gone = std::move(found->second);
      session.streams_.erase(found);
      session.events_.on_closed(id, code);
      return 0;
    });
  }

  static int frame_sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    return guarded([&] {
      const bool carries = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
      const bool fault =
          frame->hd.type == NGHTTP2_RST_STREAM && is_fault(frame->rst_stream.error_code);
      if (fault && self(user).side_ == Side::server &&
          ++self(user).faulty_streams_ > most_faulty_streams)
        self(user).give_up(h2_error::enhance_your_calm, "stream after stream is faulty");
      const bool head = frame->hd.type == NGHTTP2_HEADERS;
      if (auto* stream = self(user).find(frame->hd.stream_id); head && stream != nullptr)
        ++stream->heads_written;
      if (head || (carries && ends_stream(*frame)))
        self(user).events_.on_drained(frame->hd.stream_id);
      return 0;
    });
  }

  static int frame_not_sent(nghttp2_session*, const nghttp2_frame* frame, int, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    return stream_closed(nullptr, frame->hd.stream_id, h2_error::refused_stream, user);
  }

  static ssize_t send(
      nghttp2_session*, const std::uint8_t* bytes, std::size_t size, int, void* user) {
    auto& session = self(user);
    if (session.out_->size() >= session.frames_a_write_) return NGHTTP2_ERR_WOULDBLOCK;
    const int outcome = guarded([&] {
      session.out_->append(reinterpret_cast<const char*>(bytes), size);
      return 0;
    });
    return outcome == 0 ? static_cast<ssize_t>(size) : outcome;
  }

  static ssize_t read_data(
      nghttp2_session* raw,
      StreamId id,
      std::uint8_t*,
      std::size_t room,
      std::uint32_t* flags,
      nghttp2_data_source* source,
      void* user) {
    auto& stream = *static_cast<Stream*>(source->ptr);
    const std::size_t size = std::min(room, stream.queued());
    if (size == 0 && !stream.out_ended) {
      stream.waiting = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (stream.out_ended && size == stream.queued()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (!stream.trailers.empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const int outcome = guarded([&] {
          const auto pairs = pairs_of(stream.trailers);
          return nghttp2_submit_trailer(raw, id, pairs.data(), pairs.size());
        });
        if (outcome != 0) return NGHTTP2_ERR_CALLBACK_FAILURE;
      }
    }
    static_cast<void>(user);
    return static_cast<ssize_t>(size);
  }

  static int send_data(
      nghttp2_session*,
      nghttp2_frame* frame,
      const std::uint8_t* head,
      std::size_t size,
      nghttp2_data_source* source,
      void* user) {
    return guarded([&] {
      auto& session = self(user);
      if (session.out_->size() >= session.frames_a_write_) return int{NGHTTP2_ERR_WOULDBLOCK};
      auto& stream = *static_cast<Stream*>(source->ptr);
      constexpr std::size_t frame_head = 9;
      session.out_->append(reinterpret_cast<const char*>(head), frame_head);
      session.out_->append(stream.out, stream.out_begin, size);
      stream.out_begin += size;
      if (stream.queued() == 0) {
        stream.out.clear();
        stream.out_begin = 0;
      }
      if (stream.queued() < little) session.events_.on_drained(frame->hd.stream_id);
      return 0;
    });
  }
};

H2Session::H2Session(Side side, const Limits& limits, const H2Limits& h2_limits, H2Events& events)
    : side_(side), limits_(limits), frames_a_write_(h2_limits.frames_a_write), events_(events) {
  nghttp2_session_callbacks* raw_callbacks = nullptr;
  must(nghttp2_session_callbacks_new(&raw_callbacks));
  const std::unique_ptr<nghttp2_session_callbacks, FreeCallbacks> callbacks(raw_callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(raw_callbacks, Callbacks::begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(raw_callbacks, Callbacks::header);
  nghttp2_session_callbacks_set_on_invalid_header_callback(
      raw_callbacks, Callbacks::invalid_header);
  nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(
      raw_callbacks, Callbacks::invalid_frame);
  nghttp2_session_callbacks_set_on_frame_recv_callback(raw_callbacks, Callbacks::frame_received);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(raw_callbacks, Callbacks::data);
  nghttp2_session_callbacks_set_on_stream_close_callback(raw_callbacks, Callbacks::stream_closed);
  nghttp2_session_callbacks_set_on_frame_send_callback(raw_callbacks, Callbacks::frame_sent);
  nghttp2_session_callbacks_set_on_frame_not_send_callback(
      raw_callbacks, Callbacks::frame_not_sent);
  nghttp2_session_callbacks_set_send_callback(raw_callbacks, Callbacks::send);
  nghttp2_session_callbacks_set_send_data_callback(raw_callbacks, Callbacks::send_data);

  nghttp2_option* raw_option = nullptr;
  must(nghttp2_option_new(&raw_option));
  const std::unique_ptr<nghttp2_option, FreeOption> option(raw_option);
  nghttp2_option_set_no_auto_window_update(raw_option, 1);
  nghttp2_option_set_no_closed_streams(raw_option, 1);
  nghttp2_option_set_max_send_header_block_length(raw_option, 2 * limits.head);
  nghttp2_option_set_peer_max_concurrent_streams(raw_option, 100);

  if (side == Side::server)
    must(nghttp2_session_server_new2(&session_, raw_callbacks, this, raw_option));
  else
    must(nghttp2_session_client_new2(&session_, raw_callbacks, this, raw_option));

  std::vector<nghttp2_settings_entry> settings{
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, h2_limits.window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.head)},
  };
  if (side == Side::server) {
    settings.push_back({NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, h2_limits.streams});
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1});
  } else {
    settings.push_back({NGHTTP2_SETTINGS_ENABLE_PUSH, 0});
  }
  must(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
  must(nghttp2_session_set_local_window_size(
      session_, NGHTTP2_FLAG_NONE, 0, static_cast<std::int32_t>(h2_limits.connection_window)));
}

H2Session::~H2Session() { nghttp2_session_del(session_); }

base::Result<> H2Session::receive(std::string_view bytes) {
  if (gave_up_ != nullptr) return base::fail(base::ErrorKind::invalid, gave_up_);
  const auto taken = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (nghttp2_session_get_outbound_queue_size(session_) > most_waiting_frames)
    give_up(h2_error::enhance_your_calm, "the peer does not read what it makes us answer");
  if (gave_up_ != nullptr) return base::fail(base::ErrorKind::invalid, gave_up_);
  if (taken == static_cast<ssize_t>(bytes.size())) return {};
  const char* why = taken < 0 ? nghttp2_strerror(static_cast<int>(taken)) : "it stopped halfway";
  return base::fail(base::ErrorKind::invalid, std::string("this is not HTTP/2: ") + why);
}

base::Result<> H2Session::begin_with(std::string_view settings, Request request) {
  constexpr StreamId first = 1;
  const int outcome = nghttp2_session_upgrade2(
      session_, reinterpret_cast<const std::uint8_t*>(settings.data()), settings.size(),
      request.method == "HEAD" ? 1 : 0, nullptr);
  if (outcome != 0)
    return base::fail(base::ErrorKind::invalid, "the settings of HTTP/2 are refused");
  auto& stream = open(first);
  stream.head_seen = true;
  request.version = Version::http_2;
  events_.on_request(first, std::move(request));
  deliver_end(first, stream);
  return {};
}

bool H2Session::write(std::string& out) {
  out_ = &out;
  const std::size_t before = out.size();
  const int outcome = nghttp2_session_send(session_);
  out_ = nullptr;
  if (outcome != 0) nghttp2_session_terminate_session(session_, h2_error::internal);
  return out.size() != before;
}

bool H2Session::wants_to_write() const { return nghttp2_session_want_write(session_) != 0; }

bool H2Session::is_over() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

std::optional<StreamId> H2Session::request(
    const Fields& fields, EndsStream end, std::span<const std::string> sensitive) {
  if (!can_request()) return std::nullopt;
  auto stream = std::make_unique<Stream>();
  if (const auto method = fields.find(":method")) stream->method = *method;
  stream->heads_queued = 1;
  stream->writing = end == EndsStream::no;
  const nghttp2_data_provider provider{
      .source = {.ptr = stream.get()}, .read_callback = Callbacks::read_data};
  const auto pairs = pairs_of(fields, sensitive);
  const StreamId id = nghttp2_submit_request(
      session_, nullptr, pairs.data(), pairs.size(), stream->writing ? &provider : nullptr,
      nullptr);
  if (id < 0) return std::nullopt;
  streams_.emplace(id, std::move(stream));
  return id;
}

std::uint32_t H2Session::peer_streams() const {
  return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

bool H2Session::peer_takes_connect() const {
  return nghttp2_session_get_remote_settings(session_, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) ==
         1;
}

bool H2Session::can_request() const {
  return !going_ && nghttp2_session_check_request_allowed(session_) != 0 &&
         streams_.size() < peer_streams();
}

void H2Session::respond(StreamId id, const Fields& fields, EndsStream end) {
  auto* stream = find(id);
  if (stream == nullptr) return;
  ++stream->heads_queued;
  stream->writing = end == EndsStream::no;
  const nghttp2_data_provider provider{
      .source = {.ptr = stream}, .read_callback = Callbacks::read_data};
  const auto pairs = pairs_of(fields);
  nghttp2_submit_response(
      session_, id, pairs.data(), pairs.size(), stream->writing ? &provider : nullptr);
}

void H2Session::interim(StreamId id, const Fields& fields) {
  auto* stream = find(id);
  if (stream == nullptr) return;
  ++stream->heads_queued;
  const auto pairs = pairs_of(fields);
  nghttp2_submit_headers(
      session_, NGHTTP2_FLAG_NONE, id, nullptr, pairs.data(), pairs.size(), nullptr);
}

void H2Session::send(StreamId id, std::string_view data) {
  auto* stream = find(id);
  if (stream == nullptr || data.empty()) return;
  if (stream->out_begin > stream->out.size() / 2) {
    stream->out.erase(0, stream->out_begin);
    stream->out_begin = 0;
  }
  stream->out += data;
  if (std::exchange(stream->waiting, false)) nghttp2_session_resume_data(session_, id);
}

void H2Session::end(StreamId id, Fields trailers) {
  auto* stream = find(id);
  if (stream == nullptr || stream->out_ended) return;
  stream->out_ended = true;
  stream->trailers = std::move(trailers);
  if (std::exchange(stream->waiting, false)) nghttp2_session_resume_data(session_, id);
}

bool H2Session::is_caught_up(StreamId id) const {
  const auto* stream = find(id);
  return stream == nullptr ||
         (stream->heads_written >= stream->heads_queued && stream->queued() == 0);
}

bool H2Session::has_sent_end(StreamId id) const {
  return find(id) == nullptr || nghttp2_session_get_stream_local_close(session_, id) == 1;
}

std::size_t H2Session::queued(StreamId id) const {
  const auto* stream = find(id);
  return stream == nullptr ? 0 : stream->queued();
}

void H2Session::used(StreamId id, std::size_t bytes) {
  auto* stream = find(id);
  if (stream == nullptr) return;
  stream->unused -= std::min(bytes, stream->unused);
  nghttp2_session_consume_stream(session_, id, bytes);
}

void H2Session::reset(StreamId id, std::uint32_t code) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
}

void H2Session::ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

void H2Session::go_away(std::uint32_t code) {
  if (std::exchange(going_, true)) return;
  nghttp2_submit_goaway(
      session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_), code, nullptr,
      0);
}

H2Session::Stream* H2Session::find(StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

const H2Session::Stream* H2Session::find(StreamId id) const {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

H2Session::Stream& H2Session::open(StreamId id) {
  auto& stream = streams_[id];
  if (!stream) stream = std::make_unique<Stream>();
  return *stream;
}

void H2Session::deliver_head(StreamId id, Stream& stream, EndsStream end) {
  Fields fields = std::exchange(stream.incoming, Fields());
  if (stream.refused) return;
  if (stream.head_seen) {
    auto trailers = trailers_from_h2(std::move(fields), limits_);
    const bool good = trailers && !stream.too_large && end == EndsStream::yes;
    if (good)
      stream.incoming = *std::move(trailers);  // told with the end
    else
      reset(id, h2_error::protocol);
    return;
  }
  const auto too_large = [&] { return malformed(431, "the head is too large"); };
  if (side_ == Side::server) {
    stream.head_seen = true;
    Checked<Request> head = too_large();
    if (!stream.too_large) head = request_from_h2(std::move(fields), end, limits_);
    stream.refused = !head;
    events_.on_request(id, std::move(head));
    return;
  }
  Checked<Response> head = too_large();
  if (!stream.too_large) head = response_from_h2(std::move(fields), end, stream.method, limits_);
  if (!head) head.error().status = 502;
  stream.head_seen = !head || head->status >= 200;
  if (!stream.head_seen && ++stream.interims > most_interim_of_stream) {
    stream.refused = true;
    reset(id, h2_error::enhance_your_calm);
    return;
  }
  stream.refused = !head;
  events_.on_response(id, std::move(head));
}

/// A request that is refused is told like others, once, so that it is in the log.
void H2Session::deliver_malformed(StreamId id, const char* why) {
  auto* stream = find(id);
  if (stream == nullptr || stream->head_seen || side_ == Side::client) return;
  stream->head_seen = true;
  stream->refused = true;
  events_.on_request(id, malformed(400, why));
}

void H2Session::give_up(std::uint32_t code, const char* why) {
  if (gave_up_ != nullptr) return;
  gave_up_ = why;
  nghttp2_session_terminate_session(session_, code);
}

void H2Session::deliver_end(StreamId id, Stream& stream) {
  if (stream.refused) return;
  events_.on_end(id, std::exchange(stream.incoming, Fields()));
}

}  // namespace http
