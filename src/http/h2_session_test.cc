// SPDX-License-Identifier: Apache-2.0
#include "http/h2_session.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace http {
namespace {

const Fields get_fields{
    {":method", "GET"}, {":scheme", "https"}, {":authority", "a.test"}, {":path", "/"}};
const Fields post_fields{
    {":method", "POST"}, {":scheme", "https"}, {":authority", "a.test"}, {":path", "/"}};

/// One end of a connection that writes down what happens.
class End : public H2Events {
public:
  End(H2Session::Side side, H2Limits limits = {}) : session(side, Limits{}, limits, *this) {}

  void on_settings() override { settled = true; }
  void on_request(StreamId stream, Checked<Request> head) override {
    last = stream;
    requests.push_back(std::move(head));
  }
  void on_response(StreamId, Checked<Response> head) override {
    responses.push_back(std::move(head));
  }
  void on_data(StreamId stream, std::string_view data) override {
    bodies[stream] += data;
    if (uses_at_once) session.used(stream, data.size());
  }
  void on_end(StreamId stream, Fields trailers) override { ended[stream] = std::move(trailers); }
  void on_drained(StreamId) override { ++drained; }
  void on_closed(StreamId stream, std::uint32_t code) override { closed[stream] = code; }

  std::vector<Checked<Request>> requests{};
  std::vector<Checked<Response>> responses{};
  std::map<StreamId, std::string> bodies{};
  std::map<StreamId, Fields> ended{};
  std::map<StreamId, std::uint32_t> closed{};
  StreamId last = 0;
  int drained = 0;
  bool settled = false;
  bool uses_at_once = true;
  H2Session session;
};

/// A client and a server whose bytes go to each other.
struct Pair {
  explicit Pair(H2Limits limits = {})
      : client(H2Session::Side::client, limits), server(H2Session::Side::server, limits) {
    exchange();
  }

  /// Until neither has anything to say; bytes in pieces of `piece`.
  void exchange(std::size_t piece = 1U << 20U) {
    for (;;) {
      const bool moved = carry(client.session, server.session, piece);
      if (!carry(server.session, client.session, piece) && !moved) return;
    }
  }
  static bool carry(H2Session& from, H2Session& to, std::size_t piece) {
    std::string bytes;
    if (!from.write(bytes)) return false;
    for (std::string_view rest = bytes; !rest.empty();) {
      const auto part = rest.substr(0, piece);
      EXPECT_TRUE(to.receive(part));
      rest.remove_prefix(part.size());
    }
    return true;
  }

  End client;
  End server;
};

TEST(H2Session, CarriesARequestAndItsAnswer) {
  Pair pair;
  const auto id = pair.client.session.request(get_fields, EndsStream::yes);
  ASSERT_TRUE(id);
  pair.exchange(1);
  ASSERT_EQ(pair.server.requests.size(), 1U);
  ASSERT_TRUE(pair.server.requests[0]);
  EXPECT_EQ(pair.server.requests[0]->target, "https://a.test/");
  EXPECT_TRUE(pair.server.ended.contains(*id));

  pair.server.session.respond(*id, {{":status", "200"}}, EndsStream::no);
  pair.server.session.send(*id, "hello");
  pair.server.session.end(*id, {{"x-sum", "9"}});
  pair.exchange(1);
  ASSERT_EQ(pair.client.responses.size(), 1U);
  EXPECT_EQ(pair.client.responses[0]->status, 200);
  EXPECT_EQ(pair.client.bodies[*id], "hello");
  EXPECT_EQ(pair.client.ended[*id], (Fields{{"x-sum", "9"}}));
  EXPECT_EQ(pair.client.closed[*id], 0U);
  EXPECT_EQ(pair.server.closed[*id], 0U);
}

TEST(H2Session, GivesInterimResponsesBeforeTheFinalOne) {
  Pair pair;
  const auto id = pair.client.session.request(get_fields, EndsStream::yes);
  pair.exchange();
  pair.server.session.interim(*id, {{":status", "103"}, {"link", "</a>"}});
  pair.server.session.interim(*id, {{":status", "103"}});
  pair.server.session.respond(*id, {{":status", "204"}}, EndsStream::yes);
  pair.exchange();
  ASSERT_EQ(pair.client.responses.size(), 3U);
  EXPECT_EQ(pair.client.responses[0]->status, 103);
  EXPECT_EQ(pair.client.responses[2]->status, 204);
}

TEST(H2Session, LetsAPeerSendNoMoreThanAWindowBeforeItWasUsed) {
  Pair pair({.window = 100'000});
  pair.server.uses_at_once = false;
  const auto id = pair.client.session.request(post_fields, EndsStream::no);
  pair.client.session.send(*id, std::string(1'000'000, 'x'));
  pair.exchange();
  EXPECT_EQ(pair.server.bodies[*id].size(), 100'000U);
  EXPECT_EQ(pair.client.session.queued(*id), 900'000U);
  pair.server.session.used(*id, 100'000);
  pair.exchange();
  EXPECT_EQ(pair.server.bodies[*id].size(), 200'000U);
}

TEST(H2Session, KeepsASlowStreamFromStoppingOthers) {
  Pair pair({.window = 100'000, .connection_window = 150'000});
  pair.server.uses_at_once = false;
  for (int i = 0; i < 10; ++i) {
    const auto id = pair.client.session.request(post_fields, EndsStream::no);
    pair.client.session.send(*id, std::string(100'000, 'x'));
  }
  pair.exchange();
  EXPECT_EQ(pair.server.bodies.size(), 10U);
  for (const auto& [id, body] : pair.server.bodies)
    EXPECT_EQ(body.size(), 100'000U);
}

TEST(H2Session, TellsWhenWhatWasQueuedIsGone) {
  Pair pair;
  const auto id = pair.client.session.request(post_fields, EndsStream::no);
  pair.client.session.send(*id, "abc");
  EXPECT_EQ(pair.client.drained, 0);
  pair.exchange();
  EXPECT_EQ(pair.client.drained, 2);  // with the head, and with the data
  pair.client.session.end(*id);
  pair.exchange();
  EXPECT_EQ(pair.client.drained, 4);  // with the last, empty frame, and with its end
}

TEST(H2Session, KnowsWhetherTheEndWasWritten) {
  Pair pair;
  const auto id = pair.client.session.request(get_fields, EndsStream::yes);
  EXPECT_FALSE(pair.client.session.has_sent_end(*id));
  pair.exchange();
  EXPECT_TRUE(pair.client.session.has_sent_end(*id));
  EXPECT_EQ(pair.client.drained, 1);
}

TEST(H2Session, KnowsWhenAllThatWasQueuedIsWritten) {
  Pair pair;
  const auto id = pair.client.session.request(get_fields, EndsStream::yes);
  pair.exchange();
  auto& server = pair.server.session;
  EXPECT_TRUE(server.is_caught_up(*id));
  server.respond(*id, {{":status", "200"}}, EndsStream::no);
  EXPECT_FALSE(server.is_caught_up(*id));
  pair.exchange();
  EXPECT_TRUE(server.is_caught_up(*id));
  server.send(*id, "abc");
  EXPECT_FALSE(server.is_caught_up(*id));
  pair.exchange();
  EXPECT_TRUE(server.is_caught_up(*id));
}

TEST(H2Session, OpensNoMoreStreamsThanThePeerAllows) {
  Pair pair({.streams = 2});
  EXPECT_TRUE(pair.client.session.request(post_fields, EndsStream::no));
  EXPECT_TRUE(pair.client.session.can_request());
  EXPECT_TRUE(pair.client.session.request(post_fields, EndsStream::no));
  EXPECT_FALSE(pair.client.session.can_request());
  EXPECT_FALSE(pair.client.session.request(post_fields, EndsStream::no));
}

TEST(H2Session, TellsAResetToTheOtherSide) {
  Pair pair;
  const auto id = pair.client.session.request(post_fields, EndsStream::no);
  pair.exchange();
  pair.client.session.reset(*id, h2_error::cancel);
  pair.exchange();
  EXPECT_EQ(pair.server.closed[*id], h2_error::cancel);
}

TEST(H2Session, LetsOpenStreamsEndAfterGoingAway) {
  Pair pair;
  const auto id = pair.client.session.request(get_fields, EndsStream::yes);
  pair.exchange();
  pair.server.session.go_away();
  pair.exchange();
  EXPECT_FALSE(pair.client.session.can_request());
  pair.server.session.respond(*id, {{":status", "204"}}, EndsStream::yes);
  pair.exchange();
  ASSERT_EQ(pair.client.responses.size(), 1U);
  EXPECT_TRUE(pair.client.session.is_over());
  EXPECT_TRUE(pair.server.session.is_over());
}

TEST(H2Session, RefusesWhatIsNotHttp2) {
  End server(H2Session::Side::server);
  EXPECT_FALSE(server.session.receive("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"));
}

TEST(H2Session, KnowsThatAServerTakesExtendedConnect) {
  const Pair pair;
  EXPECT_TRUE(pair.client.settled);
  EXPECT_TRUE(pair.client.session.peer_takes_connect());
}

TEST(H2Session, RefusesAHeadThatIsTooLarge) {
  Pair pair;
  Fields fields = get_fields;
  for (int i = 0; i < 70; ++i)
    fields.add("x-" + std::to_string(i), std::string(1000, 'x'));
  ASSERT_TRUE(pair.client.session.request(fields, EndsStream::yes));
  pair.exchange();
  ASSERT_EQ(pair.server.requests.size(), 1U);
  ASSERT_FALSE(pair.server.requests[0]);
  EXPECT_EQ(pair.server.requests[0].error().status, 431);
}

TEST(H2Session, RefusesAFloodOfFields) {
  Pair pair;
  Fields fields = get_fields;
  for (int i = 0; i < 300; ++i)
    fields.add("x", "y");
  ASSERT_TRUE(pair.client.session.request(fields, EndsStream::yes));
  pair.exchange();
  ASSERT_EQ(pair.server.requests.size(), 1U);
  EXPECT_EQ(pair.server.requests[0].error().status, 431);
}

TEST(H2Session, EndsAConnectionThatResetsEveryStream) {
  Pair pair({.streams = 100});
  bool ended = false;
  for (int i = 0; i < 5000 && !ended; ++i) {
    const auto id = pair.client.session.request(get_fields, EndsStream::yes);
    if (!id) {
      ended = true;
      break;
    }
    std::string bytes;
    pair.client.session.write(bytes);
    pair.client.session.reset(*id, h2_error::cancel);
    pair.client.session.write(bytes);
    static_cast<void>(pair.server.session.receive(bytes));
    Pair::carry(pair.server.session, pair.client.session, 1U << 20U);
  }
  EXPECT_TRUE(ended);
}

TEST(H2Session, BeginsWithARequestOfHttp1) {
  End server(H2Session::Side::server);
  const std::string settings("\x00\x03\x00\x00\x00\x64", 6);
  ASSERT_TRUE(server.session.begin_with(settings, {.method = "GET", .target = "/"}));
  ASSERT_EQ(server.requests.size(), 1U);
  EXPECT_EQ(server.requests[0]->version, Version::http_2);
  EXPECT_EQ(server.last, 1);
  EXPECT_TRUE(server.ended.contains(1));
  server.session.respond(1, {{":status", "204"}}, EndsStream::yes);
  std::string out;
  EXPECT_TRUE(server.session.write(out));
  EXPECT_TRUE(server.session.has_sent_end(1));
}

TEST(H2Session, DoesNotBeginWithHalfASetting) {
  End server(H2Session::Side::server);
  EXPECT_FALSE(server.session.begin_with("half", {.method = "GET", .target = "/"}));
  EXPECT_TRUE(server.requests.empty());
}

}  // namespace
}  // namespace http
