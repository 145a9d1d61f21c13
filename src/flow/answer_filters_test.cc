// SPDX-License-Identifier: Apache-2.0
#include "flow/answer_filters.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/encoding.h"
#include "content/encoder.h"
#include "flow/filter_chain.h"
#include "flow/login_filter.h"
#include "flow/test_support.h"

namespace flow {
namespace {

constexpr std::string_view access_token = "sk-demo-oat01-0123456789abcdefghijABCDEFGHIJ0123456789";
constexpr std::string_view answer_text =
    R"({"access_token":"sk-demo-oat01-0123456789abcdefghijABCDEFGHIJ0123456789","expires_in":3600})";

/// A gateway that knows one login, whose endpoint is https://api.example.com/token.
class Login : public testing::Test {
protected:
  Login() {
    std::filesystem::create_directory(directory_);
    std::vector<secrets::LoginSpec> specs;
    specs.push_back(
        {.name = "demo",
         .token_endpoints = {"https://api.example.com/token"},
         .hosts = {"api.example.com"},
         .access_tokens = {"access_token"},
         .refresh_tokens = {"refresh_token"}});
    logins_ = secrets::Logins::create(specs, {}, directory_).value();
    pipeline_.emplace(
        test::open_policy(), secrets::Injectors(), secrets::Placeholders(), nullptr, nullptr,
        logins_);
  }
  ~Login() override { std::filesystem::remove_all(directory_); }

  Sealed sent(Flow flow) {
    NobodyToAsk nobody;
    auto cleared = settle(*pipeline_, flow, nobody).value();
    const std::string host = cleared.flow().host;
    const Reached upstream{.host = host, .port = 443, .verified_tls = true};
    return Sealed::seal(std::move(cleared), upstream, *pipeline_, {}).value();
  }

  /// What the program gets of an answer, cut into pieces of this size; the refusal's reason, if
  /// there is one. `seen_` is what the log has.
  std::string received(
      std::string_view body,
      http::Response response = {.status = 200},
      std::size_t piece = std::string_view::npos,
      const std::string& target = "/token") {
    const Sealed request = sent(captured(target));
    auto plan = plan_answer(*pipeline_, request, response).value();
    held_ = plan.hold;
    FilterChain chain(std::move(plan.filters));
    std::string out;
    seen_.clear();
    for (bool last = false; !last; body.remove_prefix(std::min(piece, body.size()))) {
      last = body.size() <= piece;
      if (!chain.feed(body.substr(0, piece), last)) return "refused: " + chain.refusal()->reason;
      seen_ += chain.seen();
      out += chain.sent();
    }
    names_ = request.flow().notes->kept;
    return out;
  }

  static std::string member(std::string_view json) {
    const auto begin = json.find(':') + 2;
    return std::string(json.substr(begin, json.find('"', begin) - begin));
  }

  static Flow captured(const std::string& target) { return test::captured(target); }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("flow-" + base::to_hex(base::random_bytes(8)));
  std::shared_ptr<secrets::Logins> logins_;
  std::optional<Pipeline> pipeline_;
  std::vector<std::string> names_;
  std::string seen_;
  bool held_ = false;
};

TEST_F(Login, TheAnswerOfATokenEndpointComesWithSentinels) {
  const auto out = received(answer_text);
  EXPECT_TRUE(held_);
  EXPECT_TRUE(member(out).starts_with("sk-demo-oat01-")) << out;
  EXPECT_FALSE(out.contains(access_token));
  EXPECT_TRUE(out.ends_with(R"(,"expires_in":3600})"));
  EXPECT_EQ(seen_, out);
  EXPECT_EQ(names_, std::vector<std::string>{"demo.access_token"});
}

TEST_F(Login, ATokenUnderAnotherNameIsNoMoreInTheAnswer) {
  const std::string token(access_token);
  const auto out = received(
      R"({"token":")" + token + R"(","access_token":")" + token + R"(","at":["x?t=)" + token +
      R"("]})");
  EXPECT_FALSE(out.contains(token)) << out;
  EXPECT_FALSE(seen_.contains(token));
}

TEST_F(Login, TheAnswerMayComeInPieces) {
  const auto whole = received(answer_text);
  for (const std::size_t piece : {1U, 7U, 40U})
    EXPECT_EQ(received(answer_text, {.status = 200}, piece), whole);
}

TEST_F(Login, TheAnswerMayBeCompressed) {
  const content::Codings codings{content::Coding::gzip};
  std::string packed;
  content::Encoder(codings).feed(answer_text, true, packed);
  const auto out = received(packed, {.status = 200, .fields = {{"Content-Encoding", "gzip"}}});
  EXPECT_TRUE(member(out).starts_with("sk-demo-oat01-")) << out;
}

TEST_F(Login, TheSentinelIsReplacedInARequest) {
  const auto sentinel = member(received(answer_text));
  auto flow = captured("/me");
  flow.request.fields.add("Authorization", "Bearer " + sentinel);
  const auto sealed = sent(std::move(flow));
  std::string head;
  sealed.append_head(head);
  EXPECT_TRUE(head.contains("Authorization: Bearer " + std::string(access_token)));
  EXPECT_EQ(sealed.flow().notes->substituted, std::vector<std::string>{"demo.access_token"});
}

TEST_F(Login, TheTokenComesBackAsItsSentinel) {
  const auto sentinel = member(received(answer_text));
  EXPECT_EQ(
      received("you are " + std::string(access_token), {.status = 200}, 5, "/me"),
      "you are " + sentinel);
  EXPECT_FALSE(held_);
}

TEST_F(Login, WhatCannotBeReadIsRefused) {
  EXPECT_TRUE(received("<p>").starts_with("refused: ")) << received("<p>");
  EXPECT_TRUE(received(R"({"access_token":)").contains("it is not JSON"));
  EXPECT_TRUE(received(std::string(LoginFilter::longest_answer + 1, ' ')).contains("1 MiB"));
}

TEST_F(Login, AnErrorPassesAsItIs) {
  EXPECT_EQ(received("slow down", {.status = 429}), "slow down");
  EXPECT_EQ(
      received(R"({"error":"authorization_pending"})", {.status = 400}),
      R"({"error":"authorization_pending"})");
  EXPECT_TRUE(member(received(answer_text, {.status = 400})).starts_with("sk-demo-oat01-"));
}

TEST_F(Login, ATokenThatIsTooLongIsRefusedWhateverTheStatus) {
  const auto text = R"({"access_token":")" + std::string(40000, 'x') + R"("})";
  EXPECT_TRUE(received(text, {.status = 400}).contains("more than 32768 bytes"));
}

TEST_F(Login, AnAnswerWithoutABodyHasNone) { EXPECT_EQ(received(""), ""); }

TEST_F(Login, ASentinelGoesNowhereElse) {
  const auto sentinel = member(received(answer_text));
  NobodyToAsk nobody;
  auto flow = captured("/me?token=" + sentinel);
  const auto refused = settle(*pipeline_, flow, nobody);
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().reason,
      "the placeholder of secret `demo.access_token` was found in the query, but the secret is not "
      "put into the query");
}

TEST_F(Login, APartOfAnAnswerIsRefused) {
  const auto request = sent(captured("/token"));
  EXPECT_FALSE(plan_answer(*pipeline_, request, {.status = 206}));
}

TEST_F(Login, AnswersOfOtherHostsAreLeftAlone) {
  const Pipeline plain(test::open_policy(), secrets::Injectors());
  NobodyToAsk nobody;
  auto flow = captured("/token");
  auto cleared = settle(plain, flow, nobody).value();
  const Reached upstream{.host = "api.example.com", .port = 443, .verified_tls = true};
  const auto sealed = Sealed::seal(std::move(cleared), upstream, plain, {}).value();
  const auto plan = plan_answer(plain, sealed, {.status = 200}).value();
  EXPECT_TRUE(plan.filters.empty());
  EXPECT_FALSE(plan.hold);
}

}  // namespace
}  // namespace flow
