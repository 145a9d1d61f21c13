// SPDX-License-Identifier: Apache-2.0
// HTTP/2 through a gateway, on either side. In clear both sides speak it (the program knows that
// the server does); over TLS each side chooses for itself.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <thread>

#include "gateway/testbed.h"
#include "http/h2_session.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;

using http::EndsStream;
using http::Fields;
using http::H2Session;
using http::StreamId;
using test::authority;
using test::Origin;
using test::Peer;
using test::Setup;
using test::Testbed;

/// What came on one stream.
struct Came {
  std::optional<http::Checked<http::Request>> request{};
  std::vector<http::Response> responses{};
  std::string body{};
  std::optional<Fields> end{};  // the trailers
  std::optional<std::uint32_t> closed{};

  int status() const { return responses.empty() ? 0 : responses.back().status; }
};

/// One end of an HTTP/2 connection over a blocking peer.
class Talk final : public http::H2Events {
public:
  Talk(H2Session::Side side, Peer& peer, http::H2Limits limits = {})
      : peer_(peer), session(side, {}, limits, *this) {}

  /// Writes what there is to write, reads until `done()` says so or the peer has ended.
  template <class Done>
  bool until(Done done) {
    for (;;) {
      flush();
      if (done()) return true;
      const std::string bytes = peer_.receive_some();
      if (bytes.empty()) return done();
      if (!session.receive(bytes)) return false;
    }
  }
  void flush() {
    std::string out;
    while (session.write(out)) {
      peer_.send(out);
      out.clear();
    }
  }
  /// Asks and waits for the whole answer.
  const Came& ask(const Fields& fields, std::string_view body = {}) {
    const auto id =
        session.request(fields, body.empty() ? EndsStream::yes : EndsStream::no).value();
    if (!body.empty()) {
      session.send(id, body);
      session.end(id);
    }
    until([&] { return streams[id].closed.has_value(); });
    return streams[id];
  }

  void on_settings() override {}
  void on_request(StreamId id, http::Checked<http::Request> head) override {
    streams[id].request = std::move(head);
  }
  void on_response(StreamId id, http::Checked<http::Response> head) override {
    streams[id].responses.push_back(std::move(head).value());
  }
  void on_data(StreamId id, std::string_view data) override {
    streams[id].body += data;
    if (uses) session.used(id, data.size());
  }
  void on_end(StreamId id, Fields trailers) override { streams[id].end = std::move(trailers); }
  void on_drained(StreamId) override {}
  void on_closed(StreamId id, std::uint32_t code) override { streams[id].closed = code; }

private:
  Peer& peer_;

public:
  std::map<StreamId, Came> streams{};
  bool uses = true;
  H2Session session;
};

Fields request(std::string method, std::string path, std::string scheme = "http") {
  return {
      {":method", std::move(method)},
      {":scheme", std::move(scheme)},
      {":authority", "a.test"},
      {":path", std::move(path)}};
}

/// A server that answers each whole request with what `answer` says.
Origin::Script serving(std::function<void(Talk&, StreamId, const Came&)> answer) {
  return [answer = std::move(answer)](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    std::map<StreamId, bool> answered;
    talk.until([&] {
      for (const auto& [id, came] : talk.streams) {
        if (!came.end || answered[id]) continue;
        answered[id] = true;
        answer(talk, id, came);
      }
      talk.flush();
      return false;
    });
  };
}

/// Says what it was asked.
void echo(Talk& talk, StreamId id, const Came& came) {
  talk.session.respond(
      id, {{":status", "200"}, {"x-path", came.request->value().target}}, EndsStream::no);
  talk.session.send(id, came.body);
  talk.session.end(id, {{"x-sum", std::to_string(came.body.size())}});
}

policy::RuleSpec block_path(std::string path) {
  return {.action = policy::Action::block, .path = policy::PatternSpec{std::move(path)}};
}

TEST(Http2, CarriesRequestsToAServerThatSpeaksItToo) {
  const Origin origin(serving(echo));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const Came& came = talk.ask(request("POST", "/x?y=1"), "hello");
  EXPECT_EQ(came.status(), 200);
  EXPECT_EQ(came.responses.back().fields.find("x-path"), "http://a.test/x?y=1");
  EXPECT_EQ(came.body, "hello");
  EXPECT_EQ(came.end, (Fields{{"x-sum", "5"}}));
  EXPECT_EQ(came.closed, 0U);
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].http, "2");
  EXPECT_EQ(records[0].bytes_up, 5U);
  EXPECT_EQ(records[0].bytes_down, 5U);
}

TEST(Http2, CarriesManyStreamsOverOneConnection) {
  const Origin origin(serving(echo));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  std::vector<StreamId> ids;
  for (int i = 0; i < 50; ++i) {
    const auto id = talk.session.request(request("POST", "/" + std::to_string(i)), EndsStream::no);
    talk.session.send(*id, std::string(static_cast<std::size_t>(i) * 1000, 'x'));
    talk.session.end(*id);
    ids.push_back(*id);
  }
  talk.until([&] {
    return std::ranges::all_of(
        ids, [&](StreamId id) { return talk.streams[id].closed.has_value(); });
  });
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(talk.streams[ids[static_cast<std::size_t>(i)]].body.size(), i * 1000U);
  EXPECT_EQ(origin.connections(), 1);
  EXPECT_EQ(gateway.records(50).size(), 50U);
}

TEST(Http2, IsTranslatedForAServerOfHttp1) {
  std::string head;
  std::string body;
  const Origin origin(authority(), "a.test", [&](Peer& peer) {
    head = peer.receive_head();
    body = peer.receive(std::string("5\r\nhello\r\n0\r\n\r\n").size());
    peer.send(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\nX-A: 1\r\n\r\n");
    peer.send("2\r\nhi\r\n0\r\nX-Sum: 9\r\n\r\n");
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect_tls("a.test", 443, {}, "h2");
  Talk talk(H2Session::Side::client, program);
  auto fields = request("POST", "/x", "https");
  fields.add("cookie", "a=1");
  fields.add("cookie", "b=2");
  const Came& came = talk.ask(fields, "hello");
  EXPECT_EQ(
      head,
      "POST /x HTTP/1.1\r\nHost: a.test\r\ncookie: a=1; b=2\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(body, "5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(came.status(), 200);
  EXPECT_EQ(came.responses.back().fields.find("x-a"), "1");
  EXPECT_FALSE(came.responses.back().fields.contains("connection"));
  EXPECT_EQ(came.body, "hi");
  EXPECT_EQ(came.end, (Fields{{"x-sum", "9"}}));
}

TEST(Http2, IsSpokenToAServerThatSpeaksNothingElse) {
  const Origin origin(authority(), "a.test", serving(echo), "h2");
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect_tls("a.test");
  program.send("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
  const auto answer = program.receive_answer();
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.head.fields.find("x-path"), "https://a.test/x");
}

TEST(Http2, RefusesOneStreamAndGoesOnWithTheOthers) {
  const Origin origin(serving(echo));
  Testbed gateway(authority(), {.rules = {block_path("/no")}, .origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const Came refused = talk.ask(request("POST", "/no"), "body");
  EXPECT_EQ(refused.status(), 403);
  EXPECT_NE(refused.body.find("blocked_by_lazaret"), std::string::npos);
  EXPECT_EQ(talk.ask(request("GET", "/yes")).status(), 200);
}

TEST(Http2, RefusesAnotherAuthorityThanTheConnections) {
  const Origin origin(serving(echo));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  auto fields = request("GET", "/");
  fields.set(":authority", "b.test");
  EXPECT_EQ(talk.ask(fields).status(), 421);
  fields = request("GET", "/", "https");
  EXPECT_EQ(talk.ask(fields).status(), 421);
  EXPECT_EQ(origin.connections(), 0);
}

/// With which code a server is told of a request that its program broke off with `sent`.
std::uint32_t code_at_server(std::uint32_t sent) {
  constexpr std::uint32_t nothing = 999;
  std::atomic<std::uint32_t> code = nothing;
  std::atomic<bool> asked = false;
  const Origin origin([&](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    talk.until([&] {
      asked = talk.streams[1].end.has_value();
      return talk.streams[1].closed.has_value();
    });
    code = talk.streams[1].closed.value_or(nothing);
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const auto id = talk.session.request(request("GET", "/slow"), EndsStream::yes);
  talk.flush();
  for (int i = 0; i < 300 && !asked; ++i)
    std::this_thread::sleep_for(10ms);
  talk.session.reset(*id, sent);
  talk.flush();
  for (int i = 0; i < 300 && code == nothing; ++i)
    std::this_thread::sleep_for(10ms);
  return code;
}

TEST(Http2, TellsTheServerWithWhichCodeAProgramBrokeOff) {
  for (const std::uint32_t code : {2U, 5U, 7U, 8U, 11U, 12U, 13U})
    EXPECT_EQ(code_at_server(code), code);
  EXPECT_EQ(code_at_server(0), http::h2_error::cancel);
  for (const std::uint32_t of_the_connection : {1U, 3U, 6U, 9U, 99U})
    EXPECT_EQ(code_at_server(of_the_connection), http::h2_error::internal) << of_the_connection;
}

TEST(Http2, TellsTheProgramWithWhichCodeTheServerBrokeOff) {
  const Origin origin(serving([](Talk& talk, StreamId id, const Came& came) {
    const auto& target = came.request->value().target;
    talk.session.respond(id, {{":status", "200"}}, EndsStream::no);
    talk.session.send(id, "half");
    talk.flush();
    std::this_thread::sleep_for(50ms);
    const auto code = std::stoul(target.substr(target.rfind('/') + 1));
    talk.session.reset(id, static_cast<std::uint32_t>(code));
  }));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const auto code_for = [&](std::uint32_t code) {
    const Came& came = talk.ask(request("GET", "/" + std::to_string(code)));
    EXPECT_EQ(came.body, "half");
    return came.closed;
  };
  for (const std::uint32_t code : {2U, 5U, 7U, 8U, 11U, 12U, 13U})
    EXPECT_EQ(code_for(code), code);
  for (const std::uint32_t other : {0U, 1U, 3U, 6U, 9U, 99U})
    EXPECT_EQ(code_for(other), http::h2_error::internal) << other;
}

TEST(Http2, TellsTheServerThatAProgramCancelled) {
  std::atomic<std::uint32_t> code = 99;
  const Origin origin([&](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    talk.until([&] { return talk.streams[1].closed.has_value(); });
    code = talk.streams[1].closed.value_or(98);
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const auto id = talk.session.request(request("GET", "/slow"), EndsStream::yes);
  talk.flush();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  talk.session.reset(*id, http::h2_error::cancel);
  talk.flush();
  for (int i = 0; i < 300 && code == 99; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(code, http::h2_error::cancel);
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].stage, "client");
}

TEST(Http2, BreaksAnAnswerOffThatTheServerBrokeOff) {
  const Origin origin(serving([](Talk& talk, StreamId id, const Came&) {
    talk.session.respond(id, {{":status", "200"}}, EndsStream::no);
    talk.session.send(id, "half");
    talk.flush();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    talk.session.reset(id, http::h2_error::internal);
  }));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const Came& came = talk.ask(request("GET", "/"));
  EXPECT_EQ(came.status(), 200);
  EXPECT_EQ(came.body, "half");
  EXPECT_NE(came.closed, 0U);
  EXPECT_FALSE(came.end);
}

TEST(Http2, AsksAgainWhatTheServerHasNotLookedAt) {
  std::atomic<int> asked = 0;
  const Origin origin(serving([&](Talk& talk, StreamId id, const Came& came) {
    if (++asked == 1)
      talk.session.reset(id, http::h2_error::refused_stream);
    else
      echo(talk, id, came);
  }));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const Came& came = talk.ask(request("POST", "/"), "hello");
  EXPECT_EQ(came.status(), 200);
  EXPECT_EQ(came.body, "hello");
  EXPECT_EQ(asked, 2);
}

TEST(Http2, LeavesAConnectionThatHasBecomeTooMuchForTheServer) {
  std::atomic<int> asked = 0;
  const Origin origin(serving([&](Talk& talk, StreamId id, const Came& came) {
    if (++asked % 2 == 0)
      talk.session.reset(id, http::h2_error::enhance_your_calm);
    else
      echo(talk, id, came);
  }));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("GET", "/1")).status(), 200);
  EXPECT_EQ(talk.ask(request("GET", "/2")).status(), 200);  // the second time
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(origin.connections(), 2);
  EXPECT_EQ(talk.ask(request("POST", "/3"), "hello").status(), 502);
  EXPECT_EQ(talk.ask(request("GET", "/4")).status(), 200);
  EXPECT_EQ(asked, 5);
  EXPECT_EQ(origin.connections(), 3);
}

TEST(Http2, DoesNotRepeatWhatIsTooMuchForANewConnection) {
  std::atomic<int> asked = 0;
  const Origin origin(serving([&](Talk& talk, StreamId id, const Came&) {
    ++asked;
    talk.session.reset(id, http::h2_error::enhance_your_calm);
  }));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("PUT", "/"), "hello").status(), 502);
  EXPECT_EQ(asked, 1);
}

/// Answers so many requests of a connection, and goes away with the next.
Origin::Script answering(int requests, std::atomic<int>& asked) {
  return [requests, &asked](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    for (int answered = 0;; ++answered) {
      const StreamId id = 2 * answered + 1;
      if (!talk.until([&] { return talk.streams[id].end.has_value(); })) return;
      ++asked;
      if (answered == requests) return;
      echo(talk, id, talk.streams[id]);
    }
  };
}

TEST(Http2, DoesNotRepeatWhatANewConnectionIsLostWith) {
  std::atomic<int> asked = 0;
  const Origin origin(answering(0, asked));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("PUT", "/"), "hello").status(), 502);
  EXPECT_EQ(talk.ask(request("DELETE", "/")).status(), 502);
  EXPECT_EQ(asked, 2);
}

TEST(Http2, RepeatsWhatAnOldConnectionIsLostWith) {
  std::atomic<int> asked = 0;
  const Origin origin(answering(1, asked));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("GET", "/")).status(), 200);
  const Came& came = talk.ask(request("PUT", "/"), "hello");
  EXPECT_EQ(came.status(), 200);
  EXPECT_EQ(came.body, "hello");
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(origin.connections(), 2);
}

/// For the same with a server that neither answers nor goes.
constexpr Limits hurried{.h2_silence = 200ms, .h2_sign_of_life = 200ms, .h2_rest = 200ms};

void say_nothing_more(Peer& peer) {
  while (!peer.receive_some().empty()) {
  }
}

/// A server that freezes on its first connection when it has answered once there.
Origin::Script freezing(std::atomic<int>& connections) {
  return [&connections, serve = serving(echo)](Peer& peer) {
    if (++connections > 1) return serve(peer);
    Talk talk(H2Session::Side::server, peer);
    talk.until([&] { return talk.streams[1].end.has_value(); });
    echo(talk, 1, talk.streams[1]);
    talk.flush();
    say_nothing_more(peer);
  };
}

TEST(Http2, LeavesAServerThatGivesNoSignOfLife) {
  std::atomic<int> connections = 0;
  const Origin origin(freezing(connections));
  Testbed gateway(authority(), {.origin = &origin, .limits = hurried});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("GET", "/1")).status(), 200);
  EXPECT_EQ(talk.ask(request("GET", "/2")).status(), 200);  // the second time
  EXPECT_EQ(talk.ask(request("GET", "/3")).status(), 200);
  EXPECT_EQ(connections, 2);
}

TEST(Http2, LeavesSuchAServerHoweverMuchIsAskedOfIt) {
  std::atomic<int> connections = 0;
  const Origin origin(freezing(connections));
  Testbed gateway(authority(), {.origin = &origin, .limits = hurried});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("GET", "/1")).status(), 200);
  for (int more = 0; more < 30 && connections < 2; ++more) {
    ASSERT_TRUE(talk.session.request(request("GET", "/2"), EndsStream::yes));
    talk.flush();
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_EQ(connections, 2);  // while requests kept coming
}

TEST(Http2, SaysThatAServerWasLostThatGaveNoSignOfLife) {
  const Origin origin([](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    talk.until([&] { return talk.streams[1].end.has_value(); });
    say_nothing_more(peer);
  });
  Testbed gateway(authority(), {.origin = &origin, .limits = hurried});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("GET", "/")).status(), 502);
  const auto records = gateway.records(1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].error, "the connection to the server was lost");
}

TEST(Http2, LetsAServerThinkThatGivesASignOfLife) {
  const Origin origin([](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    int woken = 0;  // after the request by questions alone
    talk.until([&] { return talk.streams[1].end.has_value() && ++woken > 3; });
    echo(talk, 1, talk.streams[1]);
    talk.until([] { return false; });
  });
  Testbed gateway(authority(), {.origin = &origin, .limits = hurried});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("GET", "/")).status(), 200);
  EXPECT_EQ(origin.connections(), 1);
}

TEST(Http2, PutsNoMoreOnAConnectionThatWasSilentForTooLong) {
  const Origin origin(serving([](Talk& talk, StreamId id, const Came& came) {
    if (came.request->value().target.ends_with("/never")) return;
    echo(talk, id, came);
  }));
  Testbed gateway(authority(), {.origin = &origin, .limits = {.response_head = 300ms}});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  EXPECT_EQ(talk.ask(request("GET", "/1")).status(), 200);
  EXPECT_EQ(talk.ask(request("GET", "/never")).status(), 504);
  EXPECT_EQ(talk.ask(request("GET", "/2")).status(), 200);
  EXPECT_EQ(origin.connections(), 2);
}

TEST(Http2, RecordsRequestsThatHttp2Forbids) {
  const Origin origin(serving(echo));
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  for (const auto& [name, value] : Fields{
           {"x", "a\r\nb: c"},
           {"transfer-encoding", "chunked"},
           {":authority", "b.test"},
           {"upgrade", "h2c"}}) {
    auto fields = request("POST", "/");
    fields.add(name, value);
    const Came& came = talk.ask(fields, "hello");
    EXPECT_EQ(came.closed, http::h2_error::protocol) << name;
    EXPECT_EQ(came.status(), 0) << name;
  }
  EXPECT_EQ(talk.ask(request("GET", "/")).status(), 200);
  const auto records = gateway.records(5);
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(std::ranges::count(records, "parse", &audit::Record::stage), 4);
  EXPECT_EQ(std::ranges::count(records, 400, &audit::Record::status), 4);
}

TEST(Http2, StopsAServerWhoseProgramDoesNotRead) {
  std::atomic<std::size_t> sent = 0;
  const Origin origin([&](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    talk.until([&] { return talk.streams[1].end.has_value(); });
    talk.session.respond(1, {{":status", "200"}}, EndsStream::no);
    talk.session.send(1, std::string(64U << 20U, 'x'));
    talk.until([&] {
      sent = (64U << 20U) - talk.session.queued(1);
      return false;
    });
  });
  Testbed gateway(authority(), {.origin = &origin});
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  talk.uses = false;
  const auto id = talk.session.request(request("GET", "/"), EndsStream::yes);
  talk.until([&] { return talk.streams[*id].body.size() >= 65'535; });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_LT(sent, 2U << 20U);
}

TEST(Http2, RefusesStreamsBeyondThoseOfASandbox) {
  std::atomic<std::size_t> asked = 0;
  const Origin origin([&](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    talk.until([&] {
      asked = talk.streams.size();
      return false;
    });
  });
  Testbed gateway(authority(), {.origin = &origin, .limits = {.h2_streams = 2}});
  Peer one = gateway.connect("a.test");
  Talk first(H2Session::Side::client, one);
  first.session.request(request("GET", "/"), EndsStream::yes).value();
  first.session.request(request("GET", "/"), EndsStream::yes).value();
  first.flush();
  while (asked < 2)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  Peer other = gateway.connect("a.test");
  Talk second(H2Session::Side::client, other);
  EXPECT_EQ(second.ask(request("GET", "/")).closed, http::h2_error::refused_stream);
}

TEST(Http2, BreaksOffWhatASandboxHasNoRoomFor) {
  const Origin origin([&](Peer& peer) {
    Talk talk(H2Session::Side::server, peer);
    talk.until([&] { return talk.streams[1].end.has_value(); });
    talk.session.respond(1, {{":status", "200"}}, EndsStream::no);
    talk.session.send(1, std::string(1U << 20U, 'x'));
    talk.until([] { return false; });
  });
  Testbed gateway(
      authority(), {.origin = &origin, .limits = {.h2_unread = 1'000}});  // less than a frame
  Peer program = gateway.connect("a.test");
  Talk talk(H2Session::Side::client, program);
  const auto& came = talk.ask(request("GET", "/"));
  EXPECT_NE(came.closed.value_or(0), 0U);
  EXPECT_LT(came.body.size(), 1U << 20U);
}

}  // namespace
}  // namespace gateway
