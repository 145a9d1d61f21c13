// SPDX-License-Identifier: Apache-2.0
// What a hostile peer can send in HTTP/2, and what it costs: each test is named by what is bounded
// or refused, with the section of RFC 9113 that says so.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "http/h2_session.h"
#include "http/h2_testing.h"

namespace http {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the vocabulary of this file

constexpr std::uint32_t flow_control_error = 3;
constexpr std::uint32_t stream_closed = 5;
constexpr std::uint32_t frame_size_error = 6;

/// One side of a connection; the test is the other and writes frames by hand.
class Victim : public H2Events {
public:
  explicit Victim(H2Session::Side side, H2Limits limits = {})
      : session(side, Limits{}, limits, *this) {
    take_frames();
    send(side == H2Session::Side::server ? preface() : settings());
  }

  void on_settings() override {}
  void on_request(StreamId, Checked<Request> head) override { requests.push_back(std::move(head)); }
  void on_response(StreamId, Checked<Response> head) override {
    responses.push_back(std::move(head));
  }
  void on_data(StreamId stream, std::string_view data) override {
    body += data;
    session.used(stream, data.size());
  }
  void on_end(StreamId stream, Fields) override { ended.push_back(stream); }
  void on_drained(StreamId) override {}
  void on_closed(StreamId stream, std::uint32_t code) override { closed[stream] = code; }

  /// False once the connection has ended, by an error or by a GOAWAY.
  bool send(std::string_view bytes) {
    if (!session.receive(bytes)) failed = true;
    return !failed && !session.is_over();
  }
  std::vector<Frame> take_frames() {
    std::string out;
    while (session.write(out)) {
    }
    return frames_of(out);
  }
  /// The code of the GOAWAY that was written.
  std::optional<std::uint32_t> goaway() {
    for (const auto& each : take_frames())
      if (each.type == frame_type::goaway) return each.number_at(4);
    return std::nullopt;
  }
  /// The code of the RST_STREAM that was written for the stream.
  std::optional<std::uint32_t> reset_of(std::uint32_t stream) {
    for (const auto& each : take_frames())
      if (each.type == frame_type::rst_stream && each.stream == stream) return each.number_at(0);
    return std::nullopt;
  }

  std::vector<Checked<Request>> requests{};
  std::vector<Checked<Response>> responses{};
  std::string body{};
  std::vector<StreamId> ended{};
  std::map<StreamId, std::uint32_t> closed{};
  bool failed = false;
  H2Session session;
};

class H2Server : public testing::Test {
protected:
  /// How often `bytes` can be sent before the connection ends; nothing is read meanwhile.
  int endures(std::string_view bytes, int most) {
    int times = 0;
    while (times < most && victim.send(bytes))
      ++times;
    return times;
  }
  void open(std::uint32_t stream, std::string_view more = {}, std::uint8_t flags = 0) {
    ASSERT_TRUE(victim.send(headers(stream, request_fields("POST").append(more), flags)));
  }

  Victim victim{H2Session::Side::server};
};

class H2Client : public testing::Test {
protected:
  H2Client() {
    const Fields fields{
        {":method", "GET"}, {":scheme", "https"}, {":authority", "a.test"}, {":path", "/"}};
    stream = static_cast<std::uint32_t>(*victim.session.request(fields, EndsStream::yes));
    victim.take_frames();
  }
  Victim victim{H2Session::Side::client};
  std::uint32_t stream = 0;
};

// ---- Floods (RFC 9113, 10.5)

TEST_F(H2Server, BoundsSettingsThatWaitForTheirAcknowledgement) {
  EXPECT_LT(endures(settings(), 20'000), 20'000);
}

TEST_F(H2Server, BoundsTheSettingsOfOneFrame) {
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += number(4, 2) + number(65'535, 4);
  victim.send(settings(many));
  EXPECT_EQ(victim.goaway(), h2_error::enhance_your_calm);
}

TEST_F(H2Server, BoundsPingsThatWaitForTheirAnswer) {
  const auto ping = frame(frame_type::ping, frame_flag::none, 0, "12345678");
  EXPECT_LT(endures(ping, 20'000), 20'000);
}

TEST_F(H2Server, BoundsEmptyDataFrames) {
  open(1);
  EXPECT_LT(endures(frame(frame_type::data, frame_flag::none, 1), 20'000), 20'000);
  EXPECT_EQ(victim.goaway(), h2_error::enhance_your_calm);
}

TEST_F(H2Server, BoundsDataFramesThatAreNothingButPadding) {
  open(1);
  constexpr std::uint8_t padded = 8;
  const auto padding = frame(frame_type::data, padded, 1, std::string("\x03\0\0\0", 4));
  EXPECT_LT(endures(padding, 20'000), 20'000);
  EXPECT_EQ(victim.goaway(), h2_error::enhance_your_calm);
}

TEST_F(H2Server, TakesEmptyDataFramesBetweenOthers) {
  open(1);
  for (int i = 0; i < 5000; ++i) {
    ASSERT_TRUE(victim.send(frame(frame_type::data, frame_flag::none, 1)));
    ASSERT_TRUE(victim.send(frame(frame_type::data, frame_flag::none, 1, "x")));
    victim.take_frames();
  }
  EXPECT_EQ(victim.body.size(), 5000U);
}

TEST_F(H2Server, BoundsPriorityFrames) {
  const auto priority = frame(frame_type::priority, frame_flag::none, 1, number(0, 4) + '\x10');
  EXPECT_LT(endures(priority, 20'000), 20'000);
  EXPECT_EQ(victim.goaway(), h2_error::enhance_your_calm);
}

TEST_F(H2Server, BoundsTheContinuationsOfAHead) {
  ASSERT_TRUE(victim.send(frame(frame_type::headers, frame_flag::none, 1, request_fields())));
  const auto more = frame(frame_type::continuation, frame_flag::none, 1, field("x", "y"));
  EXPECT_LT(endures(more, 1000), 64);
  EXPECT_TRUE(victim.requests.empty());
}

TEST_F(H2Server, BoundsEmptyContinuations) {
  ASSERT_TRUE(victim.send(frame(frame_type::headers, frame_flag::none, 1)));
  EXPECT_LT(endures(frame(frame_type::continuation, frame_flag::none, 1), 1000), 64);
}

TEST_F(H2Server, BoundsWhatReferencesToOneLargeFieldMake) {  // RFC 7541, 7.3
  std::string block = request_fields() + field("x-large", std::string(4000, 'x'), Indexed::yes);
  while (block.size() < 16'000)
    block += newest_field();
  ASSERT_TRUE(victim.send(headers(1, block, frame_flag::end_stream)));
  ASSERT_EQ(victim.requests.size(), 1U);
  ASSERT_FALSE(victim.requests[0]);
  EXPECT_EQ(victim.requests[0].error().status, 431);
}

TEST_F(H2Server, BoundsStreamsThatAreResetAtOnce) {
  int opened = 0;
  for (std::uint32_t id = 1; id < 40'000; id += 2, ++opened) {
    const auto both = headers(id, request_fields(), frame_flag::end_stream) +
                      frame(frame_type::rst_stream, frame_flag::none, id, number(8, 4));
    if (!victim.send(both)) break;
    victim.take_frames();
  }
  EXPECT_LT(opened, 3000);
}

TEST_F(H2Server, BoundsStreamsThatItIsMadeToReset) {
  int opened = 0;
  for (std::uint32_t id = 1; id < 40'000; id += 2, ++opened) {
    const auto both = headers(id, request_fields(), frame_flag::none) +
                      frame(frame_type::window_update, frame_flag::none, id, number(0x7FFFFFFF, 4));
    if (!victim.send(both)) break;
    victim.take_frames();
  }
  EXPECT_LT(opened, 3000);
}

TEST_F(H2Server, BoundsRequestsThatHttp2Forbids) {
  int opened = 0;
  for (std::uint32_t id = 1; id < 40'000; id += 2, ++opened) {
    if (!victim.send(headers(id, request_fields() + field("x", "a\rb"), frame_flag::end_stream)))
      break;
    victim.take_frames();
  }
  EXPECT_LT(opened, 1100);
  EXPECT_LT(victim.requests.size(), 1100U);
}

TEST_F(H2Server, BoundsRequestsThatHttp2ForbidsWhenNothingIsRead) {
  std::uint32_t id = 1;
  while (id < 40'000 &&
         victim.send(headers(id, request_fields() + field("x", "a\rb"), frame_flag::end_stream)))
    id += 2;
  EXPECT_LE(victim.requests.size(), H2Limits{}.streams);
}

TEST_F(H2Server, KeepsNothingOfFramesOfUnknownTypes) {
  EXPECT_EQ(endures(frame(0xBB, 0, 0, "what is this"), 20'000), 20'000);
  EXPECT_TRUE(victim.take_frames().size() <= 1);  // what acknowledges the settings
}

// ---- Flow control (RFC 9113, 6.9)

TEST_F(H2Server, EndsAConnectionWhoseWindowOverflows) {  // 6.9.1
  victim.send(frame(frame_type::window_update, frame_flag::none, 0, number(0x7FFFFFFF, 4)));
  EXPECT_EQ(victim.goaway(), flow_control_error);
}

TEST_F(H2Server, ResetsAStreamWhoseWindowOverflows) {  // 6.9.1
  open(1);
  const auto most = number(0x7FFFFFFF, 4);
  EXPECT_TRUE(victim.send(frame(frame_type::window_update, frame_flag::none, 1, most)));
  EXPECT_EQ(victim.reset_of(1), flow_control_error);
}

TEST_F(H2Server, RefusesToOpenAWindowByNothing) {  // 6.9
  victim.send(frame(frame_type::window_update, frame_flag::none, 0, number(0, 4)));
  EXPECT_EQ(victim.goaway(), h2_error::protocol);
}

TEST(H2Flow, TellsNothingBeyondTheWindow) {  // 6.9
  Victim victim(H2Session::Side::server, {.window = 1000});
  ASSERT_TRUE(victim.send(frame(frame_type::settings, frame_flag::ack, 0)));
  ASSERT_TRUE(victim.send(headers(1, request_fields("POST"), frame_flag::none)));
  for (int i = 0; i < 100; ++i)  // and nothing is read meanwhile
    victim.send(frame(frame_type::data, frame_flag::none, 1, std::string(5000, 'x')));
  EXPECT_EQ(victim.body, "");
  EXPECT_EQ(victim.reset_of(1), flow_control_error);
}

TEST(H2Flow, TellsAsMuchAsWasUsed) {  // 6.9
  Victim victim(H2Session::Side::server, {.window = 1000});
  ASSERT_TRUE(victim.send(frame(frame_type::settings, frame_flag::ack, 0)));
  ASSERT_TRUE(victim.send(headers(1, request_fields("POST"), frame_flag::none)));
  for (int i = 0; i < 100; ++i) {
    victim.send(frame(frame_type::data, frame_flag::none, 1, std::string(1000, 'x')));
    victim.take_frames();
  }
  EXPECT_EQ(victim.body.size(), 100'000U);
}

// ---- Streams (RFC 9113, 5.1)

TEST_F(H2Server, EndsAPeerThatResetsAStreamThatNeverWas) {  // 5.1, 6.4
  victim.send(frame(frame_type::rst_stream, frame_flag::none, 7, number(8, 4)));
  EXPECT_EQ(victim.goaway(), h2_error::protocol);
}

TEST_F(H2Server, TakesNoDataOnAStreamThatHasEnded) {  // 5.1
  open(1, {}, frame_flag::end_stream);
  victim.send(frame(frame_type::data, frame_flag::none, 1, "late"));
  EXPECT_EQ(victim.body, "");
  EXPECT_EQ(victim.goaway(), stream_closed);
}

TEST_F(H2Server, TakesNoDataOnAStreamThatWasReset) {  // 5.1
  open(1);
  ASSERT_TRUE(victim.send(frame(frame_type::rst_stream, frame_flag::none, 1, number(8, 4))));
  victim.send(frame(frame_type::data, frame_flag::none, 1, "late"));
  EXPECT_EQ(victim.body, "");
}

TEST_F(H2Server, TakesNoDataOnAStreamThatNeverWas) {  // 5.1
  victim.send(frame(frame_type::data, frame_flag::none, 9, "early"));
  EXPECT_EQ(victim.body, "");
  EXPECT_EQ(victim.goaway(), h2_error::protocol);
}

TEST_F(H2Server, TakesNoHeadAfterTheEnd) {  // 5.1, 8.1
  open(1, {}, frame_flag::end_stream);
  victim.send(headers(1, field("x", "y"), frame_flag::end_stream));
  EXPECT_EQ(victim.requests.size(), 1U);
  EXPECT_EQ(victim.ended.size(), 1U);
  EXPECT_EQ(victim.goaway(), stream_closed);
}

TEST_F(H2Server, TakesNoStreamWithASmallerNumber) {  // 5.1.1
  open(5, {}, frame_flag::end_stream);
  victim.send(headers(3, request_fields(), frame_flag::end_stream));
  EXPECT_EQ(victim.requests.size(), 1U);
}

TEST_F(H2Server, EndsAClientThatOpensAnEvenStream) {  // 5.1.1
  victim.send(headers(2, request_fields(), frame_flag::end_stream));
  EXPECT_TRUE(victim.requests.empty());
  EXPECT_EQ(victim.goaway(), h2_error::protocol);
}

TEST_F(H2Server, EndsAPeerWhoseStreamDependsOnItself) {  // 5.3.1 of RFC 7540
  victim.send(frame(frame_type::priority, frame_flag::none, 1, number(1, 4) + '\x10'));
  EXPECT_EQ(victim.goaway(), h2_error::protocol);
}

TEST(H2Streams, DecodesTheHeadOfARefusedStream) {  // 4.3, 5.1.2
  Victim victim(H2Session::Side::server, {.streams = 1});
  ASSERT_TRUE(victim.send(headers(1, request_fields("POST"), frame_flag::none)));
  const auto block = request_fields() + field("x-kept", "in step", Indexed::yes);
  ASSERT_TRUE(victim.send(headers(3, block, frame_flag::end_stream)));
  EXPECT_EQ(victim.requests.size(), 1U);
  EXPECT_EQ(victim.reset_of(3), h2_error::refused_stream);
  ASSERT_TRUE(victim.send(frame(frame_type::rst_stream, frame_flag::none, 1, number(8, 4))));
  const auto again = request_fields() + newest_field();
  ASSERT_TRUE(victim.send(headers(5, again, frame_flag::end_stream)));
  ASSERT_EQ(victim.requests.size(), 2U);
  ASSERT_TRUE(victim.requests[1]);
  EXPECT_EQ(victim.requests[1]->fields.find("x-kept"), "in step");
}

// ---- Heads (RFC 9113, 8.2 and 8.3)

class H2ForbiddenHeads : public testing::TestWithParam<std::string> {};

TEST_P(H2ForbiddenHeads, AreToldOnceAndBrokenOff) {
  Victim victim(H2Session::Side::server);
  ASSERT_TRUE(victim.send(headers(1, GetParam(), frame_flag::none)));
  ASSERT_EQ(victim.requests.size(), 1U);
  ASSERT_FALSE(victim.requests[0]);
  EXPECT_EQ(victim.requests[0].error().status, 400);
  ASSERT_TRUE(victim.send(frame(frame_type::data, frame_flag::end_stream, 1, "body")));
  EXPECT_EQ(victim.reset_of(1), h2_error::protocol);
  EXPECT_EQ(victim.closed[1], h2_error::protocol);
  EXPECT_EQ(victim.requests.size(), 1U);
  EXPECT_EQ(victim.body, "");
  EXPECT_TRUE(victim.ended.empty());
  ASSERT_TRUE(victim.send(headers(3, request_fields(), frame_flag::end_stream)));
  ASSERT_EQ(victim.requests.size(), 2U);
  EXPECT_TRUE(victim.requests[1]);
}

std::string head_of(std::string_view method, std::string_view path, std::string_view scheme) {
  return field(":method", method) + field(":scheme", scheme) + field(":authority", "a.test") +
         field(":path", path);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    H2ForbiddenHeads,
    testing::Values(
        request_fields() + field("x", "a\r\nb: c"),
        request_fields() + field("x\r\ny", "a"),
        request_fields() + field("X", "a"),
        request_fields() + field("transfer-encoding", "chunked"),
        request_fields() + field("upgrade", "h2c"),
        request_fields() + field("content-length", "4") + field("content-length", "4"),
        request_fields() + field(":authority", "b.test"),
        request_fields() + field(":protocol", "websocket"),
        head_of("GET", "/a b", "https"),
        head_of("GET", "/a\r\nx: y", "https"),
        head_of("GET /", "/", "https"),
        head_of("GET", "/", "https://b.test/?"),
        field(":method", "GET") + field(":path", "/")));

TEST_F(H2Server, TellsNothingOfTrailersThatHttp2Forbids) {
  open(1);
  ASSERT_TRUE(victim.send(headers(1, field("x", "a\rb"), frame_flag::end_stream)));
  EXPECT_EQ(victim.requests.size(), 1U);
  EXPECT_TRUE(victim.ended.empty());
  EXPECT_EQ(victim.reset_of(1), h2_error::protocol);
}

TEST_F(H2Client, IsToldWhichStreamsAGoawayLeavesOut) {  // 6.8
  victim.send(frame(frame_type::goaway, frame_flag::none, 0, number(0, 4) + number(0, 4)));
  EXPECT_EQ(victim.closed[static_cast<StreamId>(stream)], h2_error::refused_stream);
}

TEST_F(H2Client, AsksForASignOfLife) {  // 6.7
  victim.session.ping();
  const auto asked = victim.take_frames();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].type, frame_type::ping);
  EXPECT_EQ(asked[0].flags, frame_flag::none);
  EXPECT_TRUE(victim.send(frame(frame_type::ping, frame_flag::ack, 0, asked[0].payload)));
  EXPECT_FALSE(victim.session.wants_to_write());
}

// ---- Frames (RFC 9113, 4)

TEST_F(H2Server, EndsAPeerWhoseFrameIsTooLarge) {  // 4.2
  open(1);
  victim.send(frame(frame_type::data, frame_flag::none, 1, std::string(16'385, 'x')));
  EXPECT_EQ(victim.body, "");
  EXPECT_EQ(victim.goaway(), frame_size_error);
}

TEST_F(H2Server, IgnoresAFrameOfAnUnknownType) {  // 4.1, 5.5
  ASSERT_TRUE(victim.send(frame(0xBB, 0xFF, 77, "what is this")));
  open(1);
  ASSERT_TRUE(victim.send(frame(0xBB, 0xFF, 1, "what is this")));
  EXPECT_EQ(victim.requests.size(), 1U);
  EXPECT_TRUE(victim.closed.empty());
}

TEST_F(H2Server, EndsAPeerThatSpeaksOfSomethingElseWithinAHead) {  // 4.3, 6.10
  ASSERT_TRUE(victim.send(frame(frame_type::headers, frame_flag::none, 1, request_fields())));
  victim.send(frame(frame_type::ping, frame_flag::none, 0, "12345678"));
  EXPECT_EQ(victim.goaway(), h2_error::protocol);
}

TEST_F(H2Client, TakesNoPromiseFromAServerThatDoesNotKnowThatYet) {  // 8.4
  const auto promise = number(2, 4) + request_fields();
  ASSERT_TRUE(
      victim.send(frame(frame_type::push_promise, frame_flag::end_headers, stream, promise)));
  EXPECT_EQ(victim.reset_of(2), h2_error::cancel);
  EXPECT_TRUE(victim.closed.empty());
}

TEST_F(H2Client, BoundsPromisesWhoseRefusalsAreNotRead) {
  int times = 0;
  while (times < 20'000) {
    const auto promise = number(2 + 2 * static_cast<std::uint64_t>(times), 4) + request_fields();
    if (!victim.send(frame(frame_type::push_promise, frame_flag::end_headers, stream, promise)))
      break;
    ++times;
  }
  EXPECT_LT(times, 20'000);
}

TEST_F(H2Client, EndsAServerThatPromisesAfterItHeardThatNobodyWantsThat) {  // 8.4
  ASSERT_TRUE(victim.send(frame(frame_type::settings, frame_flag::ack, 0)));
  const auto promise = number(2, 4) + request_fields();
  victim.send(frame(frame_type::push_promise, frame_flag::end_headers, stream, promise));
  EXPECT_EQ(victim.goaway(), h2_error::protocol);
}

TEST_F(H2Client, BoundsInterimResponses) {  // 8.1
  for (int i = 0; i < 20'000; ++i)
    ASSERT_TRUE(victim.send(headers(stream, field(":status", "103"), frame_flag::none)));
  EXPECT_LT(victim.responses.size(), 100U);
  EXPECT_EQ(victim.reset_of(stream), h2_error::enhance_your_calm);
}

// ---- Lengths (RFC 9113, 8.1.1)

struct Length {
  std::string declared;
  std::string sent;
};

class H2Lengths : public testing::TestWithParam<Length> {};

TEST_P(H2Lengths, ThatDisagreeEndARequest) {
  Victim victim(H2Session::Side::server);
  const auto block = request_fields("POST") + field("content-length", GetParam().declared);
  victim.send(headers(1, block, frame_flag::none));
  victim.send(frame(frame_type::data, frame_flag::end_stream, 1, GetParam().sent));
  EXPECT_TRUE(victim.ended.empty());
  EXPECT_EQ(victim.reset_of(1), h2_error::protocol);
}

TEST_P(H2Lengths, ThatDisagreeEndAResponse) {
  Victim victim(H2Session::Side::client);
  const Fields fields{
      {":method", "GET"}, {":scheme", "https"}, {":authority", "a.test"}, {":path", "/"}};
  ASSERT_TRUE(victim.session.request(fields, EndsStream::yes));
  victim.take_frames();
  const auto block = field(":status", "200") + field("content-length", GetParam().declared);
  victim.send(headers(1, block, frame_flag::none));
  victim.send(frame(frame_type::data, frame_flag::end_stream, 1, GetParam().sent));
  EXPECT_TRUE(victim.ended.empty());
  EXPECT_EQ(victim.reset_of(1), h2_error::protocol);
}

INSTANTIATE_TEST_SUITE_P(
    Both,
    H2Lengths,
    testing::Values(
        Length{.declared = "3", .sent = "four"}, Length{.declared = "5", .sent = "four"}));

}  // namespace
}  // namespace http
