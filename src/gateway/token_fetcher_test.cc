// SPDX-License-Identifier: Apache-2.0
// Tokens that are fetched: when, by how many requests, and what a request has of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <mutex>

#include "base/encoding.h"
#include "gateway/testbed.h"
#include "secrets/grant.h"
#include "secrets/login_store.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using test::authority;
using test::get_api;
using test::Origin;
using test::Peer;
using test::Testbed;

std::string response(int status, std::string_view body) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}

std::size_t length_of_body(const std::string& head) {
  constexpr std::string_view field = "Content-Length: ";
  const auto at = head.find(field);
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + field.size()));
}

/// A server of api.test that gives out tokens at /token, and tells which one it was shown.
class Service {
public:
  using Answer = std::function<std::string(int number)>;

  /// What it says to the request for a token of that number, from 1.
  explicit Service(Answer to_token_request)
      : answer_(std::move(to_token_request)),
        origin_(authority(), "api.test", [this](Peer& peer) { serve(peer); }) {}

  const Origin& origin() const { return origin_; }
  int fetches() const { return fetches_; }
  /// All requests with this token are answered with 401 from now on.
  void revoke(std::string token) {
    const std::lock_guard lock(mutex_);
    revoked_ = std::move(token);
  }
  std::string last_token_request() {
    const std::lock_guard lock(mutex_);
    return token_request_;
  }

private:
  void serve(Peer& peer) {
    for (auto head = peer.receive_head(); !head.empty(); head = peer.receive_head()) {
      if (!head.starts_with("POST /token ")) {
        peer.send(answer_to_program(head));
        continue;
      }
      const auto body = peer.receive(length_of_body(head));
      {
        const std::lock_guard lock(mutex_);
        token_request_ = head + body;
      }
      peer.send(answer_(++fetches_));
    }
  }

  std::string answer_to_program(const std::string& head) {
    constexpr std::string_view field = "Authorization: Bearer ";
    const auto at = head.find(field);
    if (at == std::string::npos) return response(200, "none");
    const auto begin = at + field.size();
    const auto token = head.substr(begin, head.find('\r', begin) - begin);
    const std::lock_guard lock(mutex_);
    return token == revoked_ ? response(401, "no") : response(200, "got " + token.substr(0, 5));
  }

  Answer answer_;
  std::atomic<int> fetches_ = 0;
  std::mutex mutex_;
  std::string revoked_;
  std::string token_request_;
  Origin origin_;  // last: it serves
};

/// Tokens "at-1…", "at-2…", each for an hour.
std::string token_of_number(int number) {
  return response(
      200, fmt::format(R"({{"access_token":"at-{}-0123456789","expires_in":3600}})", number));
}

secrets::InjectorSpec oauth2_credential() {
  secrets::InjectorSpec spec{.name = "api", .enabled = true, .type = "oauth2", .host = "api.test"};
  spec.fetch.token_url = "https://api.test/token";
  spec.fetch.client_id = "me";
  spec.fetch.client_secret.value = base::Secret("s3cret-of-mine");
  return spec;
}

/// The same, asked with a refresh token that changes with each use.
secrets::InjectorSpec login() {
  auto spec = oauth2_credential();
  spec.fetch.refresh_token.value = base::Secret("rt-0-0123456789");
  return spec;
}

std::string rotated(int number) {
  return response(
      200,
      fmt::format(
          R"({{"access_token":"at-{0}-0123456789","refresh_token":"rt-{0}-0123456789","expires_in":3600}})",
          number));
}

test::Setup setup_of(const Service& service) {
  test::Setup setup{.origin = &service.origin()};
  setup.credentials.push_back(oauth2_credential());
  return setup;
}

test::Setup setup_with_login(const Service& service) {
  test::Setup setup{.origin = &service.origin()};
  setup.credentials.push_back(login());
  return setup;
}

/// Where logins are kept beyond the end of a gateway.
class Logins {
public:
  Logins() { std::filesystem::create_directory(path_); }
  Logins(const Logins&) = delete;
  Logins& operator=(const Logins&) = delete;
  ~Logins() { std::filesystem::remove_all(path_); }

  void serve(const Testbed& gateway) const {
    std::filesystem::create_directory_symlink(path_, gateway.directory() / "logins");
  }
  secrets::LoginStore::Turn turn() const {
    const auto grant = secrets::make_grant(
                           login(), secrets::CredentialType::oauth2,
                           {.secret = base::Secret("rt-0-0123456789"),
                            .client_secret = base::Secret("s3cret-of-mine")})
                           .value();
    return std::move(secrets::LoginStore(path_).take_turn(grant->login())).value().value();
  }
  std::string refresh_token() const {
    const auto kept = turn().load().value();
    return kept ? std::string(kept->refresh_token.reveal()) : "nothing";
  }

private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("logins-" + base::to_hex(base::random_bytes(8)));
};

/// Sends a request that needs a token, and returns once the service was asked for one.
Peer begin_fetch(Testbed& gateway, const Service& service) {
  Peer program = gateway.connect_tls("api.test");
  program.send(get_api);
  for (int i = 0; i < 5000 && service.fetches() == 0; ++i)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(service.fetches(), 1);
  return program;
}

test::Answer ask_api(Testbed& gateway, const std::string& request = get_api) {
  Peer program = gateway.connect_tls("api.test");
  program.send(request);
  return program.receive_answer();
}

/// After one request: its record and that of the fetch, in any order.
audit::Record record_of_fetch(Testbed& gateway) {
  for (auto& record : gateway.records(2))
    if (record.kind == audit::Kind::credential) return record;
  ADD_FAILURE() << "no fetch was recorded";
  return {};
}

TEST(TokenFetcher, FetchesForTheFirstRequestThatNeedsAToken) {
  Service service(token_of_number);
  Testbed gateway(authority(), setup_of(service));
  EXPECT_EQ(service.fetches(), 0);
  EXPECT_EQ(ask_api(gateway).body, "got at-1-");
  EXPECT_EQ(ask_api(gateway).body, "got at-1-");
  EXPECT_EQ(service.fetches(), 1);
  const auto asked = service.last_token_request();
  EXPECT_TRUE(asked.starts_with("POST /token HTTP/1.1\r\nHost: api.test\r\n")) << asked;
  EXPECT_NE(asked.find("Authorization: Basic bWU6czNjcmV0LW9mLW1pbmU=\r\n"), std::string::npos);
  EXPECT_TRUE(asked.ends_with("grant_type=client_credentials")) << asked;
}

TEST(TokenFetcher, WritesALineOfTheLog) {
  Service service(token_of_number);
  Testbed gateway(authority(), setup_of(service));
  ask_api(gateway);
  const auto fetch = record_of_fetch(gateway);
  EXPECT_EQ(fetch.url, "https://api.test/token");
  EXPECT_EQ(fetch.status, 200);
  EXPECT_EQ(fetch.error, "");
  EXPECT_EQ(fetch.injected, (std::vector<std::string>{"api"}));
  EXPECT_TRUE(fetch.expires);
}

TEST(TokenFetcher, IsNotAskedByARequestWithATokenOfItsOwn) {
  Service service(token_of_number);
  Testbed gateway(authority(), setup_of(service));
  const auto answer =
      ask_api(gateway, "GET / HTTP/1.1\r\nHost: api.test\r\nAuthorization: Bearer mine!\r\n\r\n");
  EXPECT_EQ(answer.body, "got mine!");
  EXPECT_EQ(service.fetches(), 0);
}

TEST(TokenFetcher, FetchesOnceForAllWhoWait) {
  Service service([](int number) {
    std::this_thread::sleep_for(100ms);
    return token_of_number(number);
  });
  Testbed gateway(authority(), setup_of(service));
  std::vector<Peer> programs;
  for (int i = 0; i < 8; ++i) {
    programs.push_back(gateway.connect_tls("api.test"));
    programs.back().send(get_api);
  }
  for (auto& program : programs)
    EXPECT_EQ(program.receive_answer().body, "got at-1-");
  EXPECT_EQ(service.fetches(), 1);
}

TEST(TokenFetcher, TellsARequestWhyItGetsNoToken) {
  Service service([](int) { return response(400, R"({"error":"invalid_client"})"); });
  Testbed gateway(authority(), setup_of(service));
  const auto answer = ask_api(gateway);
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find(R"("stage":"credential")"), std::string::npos) << answer.body;
  EXPECT_NE(
      answer.body.find(
          "credential `api`: api.test gave no token: it answered 400 (invalid_client)"),
      std::string::npos)
      << answer.body;
  const auto fetch = record_of_fetch(gateway);
  EXPECT_NE(fetch.error.find("(invalid_client)"), std::string::npos);
  EXPECT_FALSE(fetch.expires);
}

TEST(TokenFetcher, TriesAgainAfterAFailure) {
  Service service(
      [](int number) { return number == 1 ? response(503, "") : token_of_number(number); });
  Testbed gateway(authority(), setup_of(service));
  EXPECT_EQ(ask_api(gateway).head.status, 502);
  std::this_thread::sleep_for(1300ms);
  EXPECT_EQ(ask_api(gateway).body, "got at-2-");
}

/// Not before the test has ended, or some seconds have passed.
auto answering_late(const std::atomic<bool>& ended) {
  return [&ended](int number) {
    for (int i = 0; i < 100 && !ended; ++i)
      std::this_thread::sleep_for(50ms);
    return token_of_number(number);
  };
}

TEST(TokenFetcher, WaitsForAServerNoLongerThanItMay) {
  std::atomic<bool> ended = false;
  Service service(answering_late(ended));
  auto setup = setup_of(service);
  setup.credentials[0].fetch.timeout = 200ms;
  Testbed gateway(authority(), std::move(setup));
  const auto answer = ask_api(gateway);
  EXPECT_TRUE(answer.head.status == 502 || answer.head.status == 503) << answer.head.status;
  EXPECT_NE(answer.body.find("in time"), std::string::npos) << answer.body;
  ended = true;
}

TEST(TokenFetcher, PutsATokenToUseThatComesWhenNobodyWaitsForItAnyMore) {
  Service service([](int number) {
    std::this_thread::sleep_for(1200ms);
    return rotated(number);
  });
  const Logins logins;
  auto setup = setup_with_login(service);
  setup.credentials[0].fetch.timeout = 400ms;
  Testbed gateway(authority(), std::move(setup));
  logins.serve(gateway);
  const auto answer = ask_api(gateway);
  EXPECT_EQ(answer.head.status, 503);
  EXPECT_NE(answer.body.find("its token was not there in time"), std::string::npos) << answer.body;
  gateway.records(2);  // of the request and, later, of the fetch
  EXPECT_EQ(ask_api(gateway).body, "got at-1-");
  EXPECT_EQ(service.fetches(), 1);
  EXPECT_EQ(logins.refresh_token(), "rt-1-0123456789");
}

TEST(TokenFetcher, WaitsForAnAnswerNoLongerThanItMay) {
  std::atomic<bool> ended = false;
  Service service(answering_late(ended));
  auto setup = setup_of(service);
  setup.credentials[0].fetch.timeout = 200ms;
  setup.limits.token_answer = 400ms;
  Testbed gateway(authority(), std::move(setup));
  ask_api(gateway);
  EXPECT_EQ(record_of_fetch(gateway).error, "api.test gave no token: it did not answer in time");
  ended = true;
}

TEST(TokenFetcher, KeepsARefreshTokenThatComesWhenTheSessionHasEnded) {
  std::atomic<bool> answers = false;
  Service service([&](int number) {
    std::this_thread::sleep_for(500ms);
    answers = true;
    return rotated(number);
  });
  const Logins logins;
  {
    Testbed gateway(authority(), setup_with_login(service));
    logins.serve(gateway);
    begin_fetch(gateway, service);
    EXPECT_FALSE(answers);
  }
  EXPECT_EQ(logins.refresh_token(), "rt-1-0123456789");
  EXPECT_EQ(logins.turn().lost_since(), std::nullopt);
}

TEST(TokenFetcher, WaitsAtItsEndForALimitedTimeAndNotesWhatMayBeLost) {
  std::atomic<bool> ended = false;
  Service service([&](int number) {
    for (int i = 0; i < 200 && !ended; ++i)
      std::this_thread::sleep_for(50ms);
    return rotated(number);
  });
  const Logins logins;
  auto setup = setup_with_login(service);
  setup.limits.last_token_answer = 300ms;
  std::chrono::steady_clock::time_point end;
  {
    Testbed gateway(authority(), std::move(setup));
    logins.serve(gateway);
    begin_fetch(gateway, service);
    end = std::chrono::steady_clock::now();
  }
  const auto took = std::chrono::steady_clock::now() - end;
  EXPECT_GE(took, 300ms);
  EXPECT_LT(took, 5s);
  EXPECT_EQ(logins.refresh_token(), "nothing");
  EXPECT_TRUE(logins.turn().lost_since());
  ended = true;
}

TEST(TokenFetcher, SaysThatARefreshTokenMayHaveBeenUsedUp) {
  Service service([](int) { return response(400, R"({"error":"invalid_grant"})"); });
  const Logins logins;
  Testbed gateway(authority(), setup_with_login(service));
  logins.serve(gateway);
  logins.turn().used(base::WallTime(1'000'000s));
  const auto answer = ask_api(gateway);
  EXPECT_EQ(answer.head.status, 502);
  EXPECT_NE(answer.body.find("it was asked at 1970-01-12T13:46:40"), std::string::npos)
      << answer.body;
}

TEST(TokenFetcher, SaysNothingOfALossWhenThereWasNone) {
  Service service([](int) { return response(400, R"({"error":"invalid_grant"})"); });
  const Logins logins;
  Testbed gateway(authority(), setup_with_login(service));
  logins.serve(gateway);
  EXPECT_EQ(ask_api(gateway).body.find("it was asked at"), std::string::npos);
  EXPECT_EQ(logins.turn().lost_since(), std::nullopt);
}

TEST(TokenFetcher, FetchesAnotherTokenForOneThatIsRefused) {
  Service service(token_of_number);
  Testbed gateway(authority(), setup_of(service));
  EXPECT_EQ(ask_api(gateway).body, "got at-1-");
  service.revoke("at-1-0123456789");
  EXPECT_EQ(ask_api(gateway).head.status, 401);
  EXPECT_EQ(ask_api(gateway).body, "got at-2-");
  EXPECT_EQ(service.fetches(), 2);
}

TEST(TokenFetcher, FollowsNoRedirect) {
  Service service([](int) {
    return std::string(
        "HTTP/1.1 307 X\r\nLocation: https://api.test/token\r\nContent-Length: 0\r\n\r\n");
  });
  Testbed gateway(authority(), setup_of(service));
  EXPECT_NE(ask_api(gateway).body.find("it answered 307"), std::string::npos);
  EXPECT_EQ(service.fetches(), 1);
}

TEST(TokenFetcher, TakesNoAnswerThatIsTooLong) {
  Service service([](int) { return response(200, std::string(70'000, ' ')); });
  Testbed gateway(authority(), setup_of(service));
  EXPECT_NE(ask_api(gateway).body.find("its answer is too long"), std::string::npos);
}

TEST(TokenFetcher, EndsWhileItFetches) {
  std::atomic<bool> asked = false;
  std::atomic<bool> ended = false;
  Service service([&](int number) {
    asked = true;
    for (int i = 0; i < 200 && !ended; ++i)
      std::this_thread::sleep_for(20ms);
    return token_of_number(number);
  });
  std::chrono::steady_clock::time_point end;
  {
    Testbed gateway(authority(), setup_of(service));
    Peer program = gateway.connect_tls("api.test");
    program.send(get_api);
    while (!asked)
      std::this_thread::sleep_for(1ms);
    end = std::chrono::steady_clock::now();
  }
  EXPECT_LT(std::chrono::steady_clock::now() - end, 3s);
  ended = true;
}

}  // namespace
}  // namespace gateway
