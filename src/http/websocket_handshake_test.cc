// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_handshake.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace http::websocket {
namespace {

const std::string sample_key = "dGhlIHNhbXBsZSBub25jZQ==";
const std::string sample_accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The handshake of RFC 6455, 1.2, with something else in place of one field.
Request request(const std::string& name = "X", const std::string& value = "") {
  Request head{
      .method = "GET",
      .target = "/chat",
      .fields = {
          {"Host", "server.example.com"},
          {"Upgrade", "websocket"},
          {"Connection", "Upgrade"},
          {"Sec-WebSocket-Key", sample_key},
          {"Sec-WebSocket-Protocol", "chat, superchat"},
          {"Sec-WebSocket-Version", "13"}}};
  head.fields.set(name, value);
  return head;
}

Request request_with(const std::string& name, const std::string& value) {
  auto head = request();
  head.fields.add(name, value);
  return head;
}

Request extended_connect() {
  return {
      .method = "GET",
      .target = "/chat",
      .version = Version::http_2,
      .fields = {
          {"Connection", "Upgrade"},
          {"Upgrade", "websocket"},
          {"sec-websocket-version", "13"},
          {"sec-websocket-protocol", "chat"}}};
}

Response response(const std::string& name = "X", const std::string& value = "") {
  Response head{
      .status = 101,
      .reason = "Switching Protocols",
      .fields = {
          {"Upgrade", "websocket"},
          {"Connection", "Upgrade"},
          {"Sec-WebSocket-Accept", sample_accept}}};
  head.fields.set(name, value);
  return head;
}

Response response_with(const std::string& name, const std::string& value) {
  auto head = response();
  head.fields.add(name, value);
  return head;
}

Opening opening() {
  return {
      .key = sample_key,
      .protocols = {"chat", "superchat"},
      .deflate = {{.server_max_window_bits = 10}}};
}

template <class T>
int status_of(const Checked<T>& checked) {
  return checked ? 0 : checked.error().status;
}

TEST(WebSocketOpening, IsReadFromTheExampleOfTheProtocol) {  // RFC 6455, 1.2
  EXPECT_EQ(
      parse_opening(request()), (Opening{.key = sample_key, .protocols = {"chat", "superchat"}}));
}

TEST(WebSocketOpening, DoesNotMindHowItIsSpelt) {  // 4.2.1
  EXPECT_EQ(status_of(parse_opening(request("Upgrade", "WebSocket"))), 0);
  EXPECT_EQ(status_of(parse_opening(request("Connection", "keep-alive, upgrade"))), 0);
  EXPECT_EQ(status_of(parse_opening(request_with("Sec-WebSocket-Protocol", "third"))), 0);
  EXPECT_EQ(status_of(parse_opening(request_with("Content-Length", "0"))), 0);
}

TEST(WebSocketOpening, IsRefusedWhenAFieldIsWrong) {  // 4.2.1
  const struct {
    std::string name;
    std::string value;
    int status;
  } cases[] = {
      {"Upgrade", "h2c", 400},
      {"Upgrade", "websocket, h2c", 400},
      {"Upgrade", "websocket/13", 400},
      {"Connection", "keep-alive", 400},
      {"Sec-WebSocket-Key", "", 400},
      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ", 400},
      {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZR==", 400},
      {"Sec-WebSocket-Key", "AAAA", 400},
      {"Sec-WebSocket-Version", "8", 426},
      {"Sec-WebSocket-Version", "13, 8", 426},
      {"Sec-WebSocket-Version", "", 426},
      {"Sec-WebSocket-Protocol", "a b", 400},
      {"Sec-WebSocket-Protocol", "a,,b", 400},
      {"Sec-WebSocket-Protocol", "", 400},
      {"Sec-WebSocket-Protocol", "a, b, a", 400},
      {"Sec-WebSocket-Extensions", "a;", 400},
      {"Sec-WebSocket-Accept", sample_accept, 400},
      {"Content-Length", "1", 400},
      {"Transfer-Encoding", "chunked", 400},
  };
  for (const auto& [name, value, status] : cases)
    EXPECT_EQ(status_of(parse_opening(request(name, value))), status) << name << ": " << value;
}

TEST(WebSocketOpening, IsRefusedWhenAFieldIsMissingOrThereTwice) {  // 4.2.1
  for (const auto* name : {"Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}) {
    auto missing = request();
    missing.fields.erase(name);
    EXPECT_EQ(status_of(parse_opening(missing)), 400) << name;
  }
  EXPECT_EQ(status_of(parse_opening(request_with("Sec-WebSocket-Key", sample_key))), 400);
  EXPECT_EQ(status_of(parse_opening(request_with("Sec-WebSocket-Version", "13"))), 400);
  EXPECT_EQ(status_of(parse_opening(request_with("Upgrade", "websocket"))), 400);
}

TEST(WebSocketOpening, IsAGetOfTheRightVersion) {  // 4.1
  auto post = request();
  post.method = "POST";
  EXPECT_EQ(status_of(parse_opening(post)), 400);
  auto old = request();
  old.version = Version::http_1_0;
  EXPECT_EQ(status_of(parse_opening(old)), 400);
}

TEST(WebSocketOpening, IsAskedForByUpgrade) {
  EXPECT_TRUE(asks_for_websocket(request()));
  EXPECT_TRUE(asks_for_websocket(request("Upgrade", "h2c, WebSocket")));
  EXPECT_FALSE(asks_for_websocket(request("Upgrade", "h2c")));
  EXPECT_FALSE(asks_for_websocket({}));
}

TEST(WebSocketOpening, OffersOnlyWhatCanBeRead) {
  const auto read = parse_opening(request(
      "Sec-WebSocket-Extensions",
      "mux, permessage-deflate; new_thing, permessage-deflate; client_max_window_bits"));
  EXPECT_EQ(read.value().deflate, (std::vector<DeflateOffer>{{.may_limit_client_window = true}}));
}

TEST(WebSocketOpening, IsAnExtendedConnectInHttp2) {  // RFC 8441, 4 and 5
  EXPECT_EQ(parse_opening(extended_connect()), (Opening{.protocols = {"chat"}}));
  for (const auto* name : {"sec-websocket-key", "upgrade", "content-length"}) {
    auto wrong = extended_connect();
    wrong.fields.add(name, "7");
    EXPECT_EQ(status_of(parse_opening(wrong)), 400) << name;
  }
  auto old = extended_connect();
  old.fields.set("sec-websocket-version", "8");
  EXPECT_EQ(status_of(parse_opening(old)), 426);
}

TEST(WebSocketAcceptance, AnswersTheKeyOfTheExample) {  // RFC 6455, 4.2.2
  EXPECT_EQ(accept_value(sample_key), sample_accept);
  EXPECT_EQ(make_key("the sample nonce"), sample_key);
  EXPECT_THROW(make_key("short"), std::logic_error);
}

TEST(WebSocketAcceptance, GrantsWhatWasOffered) {  // 4.1
  EXPECT_EQ(parse_acceptance(response(), opening()), Acceptance{});
  EXPECT_EQ(
      parse_acceptance(response("Sec-WebSocket-Protocol", "superchat"), opening()),
      Acceptance{.protocol = "superchat"});
  EXPECT_EQ(
      parse_acceptance(
          response("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9"),
          opening()),
      Acceptance{.deflate = DeflateAgreement{.server_max_window_bits = 9}});
}

TEST(WebSocketAcceptance, IsRefusedWhenAFieldIsWrong) {  // 4.1
  const struct {
    std::string name;
    std::string value;
  } cases[] = {
      {"Upgrade", "h2c"},
      {"Upgrade", "websocket, h2c"},
      {"Connection", "close"},
      {"Sec-WebSocket-Accept", ""},
      {"Sec-WebSocket-Accept", sample_key},
      {"Sec-WebSocket-Accept", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
      {"Sec-WebSocket-Protocol", "third"},
      {"Sec-WebSocket-Protocol", "Chat"},
      {"Sec-WebSocket-Protocol", "chat, superchat"},
      {"Sec-WebSocket-Protocol", ""},
      {"Sec-WebSocket-Extensions", "mux"},
      {"Sec-WebSocket-Extensions", "permessage-deflate"},
      {"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=11"},
      {"Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9, mux"},
      {"Sec-WebSocket-Extensions", "permessage-deflate;"},
      {"Content-Length", "1"},
      {"Transfer-Encoding", "chunked"},
  };
  for (const auto& [name, value] : cases)
    EXPECT_EQ(status_of(parse_acceptance(response(name, value), opening())), 502)
        << name << ": " << value;
}

TEST(WebSocketAcceptance, HasEachFieldOnce) {  // 11.3
  auto twice = response_with("Sec-WebSocket-Protocol", "chat");
  twice.fields.add("Sec-WebSocket-Protocol", "chat");
  EXPECT_EQ(status_of(parse_acceptance(twice, opening())), 502);
  EXPECT_EQ(
      status_of(parse_acceptance(response_with("Sec-WebSocket-Accept", sample_accept), opening())),
      502);
  auto missing = response();
  missing.fields.erase("Sec-WebSocket-Accept");
  EXPECT_EQ(status_of(parse_acceptance(missing, opening())), 502);
}

TEST(WebSocketAcceptance, HasTheStatusOfItsVersion) {
  auto head = response();
  head.status = 200;
  EXPECT_EQ(status_of(parse_acceptance(head, opening())), 502);
  head = response();
  head.version = Version::http_1_0;
  EXPECT_EQ(status_of(parse_acceptance(head, opening())), 502);
}

TEST(WebSocketAcceptance, NeedsNoKeyInHttp2) {  // RFC 8441, 5
  auto wishes = opening();
  wishes.key.clear();
  Response head{
      .status = 200, .version = Version::http_2, .fields = {{"sec-websocket-protocol", "chat"}}};
  EXPECT_EQ(parse_acceptance(head, wishes), Acceptance{.protocol = "chat"});
  head.status = 101;
  EXPECT_EQ(status_of(parse_acceptance(head, wishes)), 502);
  head = {.version = Version::http_2, .fields = {{"sec-websocket-accept", sample_accept}}};
  EXPECT_EQ(status_of(parse_acceptance(head, wishes)), 502);
}

TEST(WebSocketHandshake, IsDeclaredAsItWasRead) {
  auto wishes = opening();
  Request head{.method = "GET", .target = "/", .fields = {{"Sec-WebSocket-Extensions", "mux"}}};
  declare_opening(head.fields, wishes);
  EXPECT_EQ(parse_opening(head), wishes);

  wishes.key.clear();
  head.version = Version::http_2;
  declare_opening(head.fields, wishes);
  EXPECT_EQ(parse_opening(head), wishes);
}

TEST(WebSocketHandshake, IsAnsweredAsItWasGranted) {
  const Acceptance granted{
      .protocol = "chat", .deflate = DeflateAgreement{.server_max_window_bits = 8}};
  Response head{.status = 101, .fields = {{"Sec-WebSocket-Extensions", "mux"}}};
  declare_acceptance(head.fields, granted, sample_key);
  EXPECT_EQ(parse_acceptance(head, opening()), granted);

  auto without_key = opening();
  without_key.key.clear();
  head = {.status = 200, .version = Version::http_2, .fields = head.fields};
  declare_acceptance(head.fields, granted, "");
  EXPECT_EQ(parse_acceptance(head, without_key), granted);
}

}  // namespace
}  // namespace http::websocket
