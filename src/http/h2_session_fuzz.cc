// SPDX-License-Identifier: Apache-2.0
// A connection of HTTP/2 holds no more than it granted, whatever comes, and tells the same events
// however the bytes are cut.
//
// The first byte chooses the side, the second how to cut, the third what the streams' owner does;
// the rest is what the peer sends (after a client's preface, which is put before it). The first
// byte may also say that a client asked for HTTP/2 in a request of HTTP/1.1: then three of its
// settings come before the rest.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "http/h2_session.h"

namespace {

using namespace http;  // NOLINT(google-build-using-namespace): the vocabulary of this file

constexpr H2Limits limits{.streams = 8, .window = 65'535, .connection_window = 1U << 20U};
constexpr std::size_t most_queued = 100'000;

void must(bool holds) {
  if (!holds) std::abort();
}

/// The owner of the streams: what it does depends on nothing but the events and the input.
class Owner : public H2Events {
public:
  Owner(H2Session::Side side, std::uint8_t habits)
      : habits_(habits), session_(side, Limits{}, limits, *this) {
    if (side == H2Session::Side::server) return;
    Fields fields{
        {":method", "GET"}, {":scheme", "https"}, {":authority", "a.test"}, {":path", "/"}};
    ask(fields, EndsStream::yes);
    fields.set(":method", "POST");
    ask(fields, EndsStream::no);
    fields.set(":method", "HEAD");
    ask(fields, EndsStream::yes);
    write();
  }

  void on_settings() override { tell(0, "settings"); }
  void on_request(StreamId stream, Checked<Request> head) override {
    tell(stream, head ? "request " + head->method + head->target : "refused");
    must(unread_.emplace(stream, 0).second);
    must(unread_.size() <= limits.streams);
    act(stream, Fields{{":status", "200"}});
  }
  void on_response(StreamId stream, Checked<Response> head) override {
    tell(stream, head ? "response " + std::to_string(head->status) : "refused");
    must(unread_.contains(stream));
    if (habit(stream) == Habit::resets) session_.reset(stream, h2_error::cancel);
  }
  void on_data(StreamId stream, std::string_view data) override {
    told_[stream].body += data;
    must(unread_.contains(stream));
    if (habit(stream) == Habit::sends_and_stops)
      must((unread_[stream] += data.size()) <= limits.window);
    else
      session_.used(stream, data.size());
  }
  void on_end(StreamId stream, Fields trailers) override {
    must(unread_.contains(stream));
    tell(stream, "end");
    for (const auto& field : trailers)
      tell(stream, field.name + "=" + field.value);
    if (habit(stream) == Habit::answers_late) session_.end(stream, {{"x-sum", "1"}});
  }
  void on_drained(StreamId stream) override { must(session_.queued(stream) <= most_queued); }
  void on_closed(StreamId stream, std::uint32_t code) override {
    tell(stream, "closed " + std::to_string(code));
    told_[stream].broken_off |= code != h2_error::none;
    unread_.erase(stream);
  }

  /// A request that asked for HTTP/2 with these settings.
  void begin_with(std::string_view settings) {
    must(session_.begin_with(settings, {.method = "GET", .target = "/"}).has_value());
  }
  bool receive(std::string_view bytes) {
    if (!failed_) failed_ = !session_.receive(bytes);
    for (const auto& [stream, bytes_unread] : unread_)
      must(session_.queued(stream) <= most_queued);
    return !failed_ && !session_.is_over();
  }
  void write() {
    std::string out;
    while (session_.write(out))
      out.clear();
  }
  /// What was told of one stream; of stream 0, what was told of all of them, in its order.
  struct Told {
    std::string events{};
    std::string body{};
    bool broken_off = false;
  };
  const std::map<StreamId, Told>& told() const { return told_; }
  Told told_of(StreamId stream) const {
    const auto found = told_.find(stream);
    return found == told_.end() ? Told{} : found->second;
  }
  bool failed() const { return failed_; }

private:
  enum class Habit { answers, answers_late, resets, sends_and_stops };

  Habit habit(StreamId stream) const {
    return static_cast<Habit>((habits_ >> (stream % 8 / 2 * 2)) & 3U);
  }
  void ask(const Fields& fields, EndsStream end) {
    const auto stream = session_.request(fields, end);
    must(stream.has_value());
    unread_.emplace(*stream, 0);
    if (end == EndsStream::yes) return;
    session_.send(*stream, std::string(most_queued, 'x'));
    if (habit(*stream) != Habit::sends_and_stops) session_.end(*stream);
  }
  void act(StreamId stream, const Fields& answer) {
    switch (habit(stream)) {
      case Habit::answers:
        session_.respond(stream, answer, EndsStream::yes);
        break;
      case Habit::answers_late:
        session_.interim(stream, {{":status", "103"}});
        session_.respond(stream, answer, EndsStream::no);
        session_.send(stream, "hello");
        break;
      case Habit::resets:
        session_.reset(stream, h2_error::cancel);
        break;
      case Habit::sends_and_stops:
        session_.respond(stream, answer, EndsStream::no);
        session_.send(stream, std::string(most_queued, 'x'));
    }
  }
  void tell(StreamId stream, const std::string& what) {
    told_[stream].events += " " + what;
    if (stream != 0) told_[0].events += " " + what + " of " + std::to_string(stream);
  }

  std::uint8_t habits_;
  std::map<StreamId, Told> told_{};
  std::map<StreamId, std::size_t> unread_{};
  bool failed_ = false;
  H2Session session_;
};

bool one_begins_the_other(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

/// Whoever fails may have told less: nghttp2 counts the pieces of a CONTINUATION's head as so many
/// CONTINUATIONs. So may a stream that is broken off have told less of its body: of bytes beyond
/// their Content-Length, nghttp2 passes on the pieces that still fit.
void must_agree(const Owner& a, const Owner& b) {
  const bool both_live = !a.failed() && !b.failed();
  auto told = a.told();  // of either, for the streams' numbers
  told.insert(b.told().begin(), b.told().end());
  for (const auto& [stream, _] : told) {
    const auto of_a = a.told_of(stream);
    const auto of_b = b.told_of(stream);
    must(both_live ? of_a.events == of_b.events : one_begins_the_other(of_a.events, of_b.events));
    must(
        both_live && !of_a.broken_off ? of_a.body == of_b.body
                                      : one_begins_the_other(of_a.body, of_b.body));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t choices = 3;
  constexpr std::size_t three_settings = 18;
  if (size < choices) return 0;
  const auto side = (data[0] & 1U) != 0 ? H2Session::Side::client : H2Session::Side::server;
  std::string bytes;
  if (side == H2Session::Side::server) bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  std::string_view input(reinterpret_cast<const char*>(data) + choices, size - choices);
  std::string_view settings;
  if (side == H2Session::Side::server && (data[0] & 2U) != 0 && input.size() >= three_settings) {
    settings = input.substr(0, three_settings);
    input.remove_prefix(three_settings);
  }
  bytes += input;

  Owner whole(side, data[2]);
  Owner cut(side, data[2]);
  Owner answering(side, data[2]);
  if (!settings.empty()) {
    for (auto* each : {&whole, &cut, &answering})
      each->begin_with(settings);
  }
  whole.receive(bytes);
  std::uint32_t dice = data[1];
  for (std::string_view rest = bytes; !rest.empty();) {
    dice = dice * 1'103'515'245U + 12'345U;
    const auto piece = rest.substr(0, data[1] == 0 ? 1 : 1 + (dice >> 16U) % 64);
    rest.remove_prefix(piece.size());
    cut.receive(piece);
    if (answering.receive(piece)) answering.write();
  }
  if (!whole.failed() && !cut.failed()) {
    whole.write();  // what they reset is closed when the peer is told
    cut.write();
  }
  must_agree(whole, cut);
  return 0;
}
