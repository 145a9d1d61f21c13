// SPDX-License-Identifier: Apache-2.0
#include "gateway/refusal.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using policy::Action;

policy::Policy policy_from_file(std::string file, std::string default_origin = {}) {
  policy::RuleSpec spec{
      .action = Action::block,
      .host = policy::PatternSpec{"*.evil.test"},
      .origin = {.file = std::move(file), .line = 12}};
  std::vector<policy::Rule> rules;
  rules.push_back(policy::compile(std::move(spec)).value());
  return policy::Policy::create(
             {}, std::move(rules), {.action = Action::block, .origin = std::move(default_origin)})
      .value();
}

/// Blocks by its default alone.
policy::Policy policy_without_rules() {
  return policy::Policy::create({}, {}, {.action = Action::block}).value();
}

flow::Flow request(http::Fields fields = {}) {
  flow::Flow flow;
  flow.request = {.method = "GET", .target = "/x?y", .fields = std::move(fields)};
  flow.scheme = "https";
  flow.host = "a.evil.test";
  flow.port = 443;
  flow.path = "/x";
  return flow;
}

RefusalText refuse(
    const policy::Policy& policy,
    const flow::Flow& flow,
    const std::string& project = "/home/u/p") {
  const flow::Deny refusal{
      .stage = "filter",
      .reason = "matched rule: *.evil.test",
      .rule = policy.rules().empty() ? nullptr : &policy.rules()[0]};
  return explain_refusal(refusal, flow, policy, "id-1", project);
}

TEST(Refusal, IsOneJsonObject) {
  const auto policy = policy_from_file("/home/u/p/.lazaret.toml");
  const auto text = refuse(policy, request());
  EXPECT_EQ(text.head.status, 403);
  EXPECT_EQ(text.head.fields.find("Content-Type"), "application/json");
  EXPECT_EQ(text.head.fields.find("X-Blocked-By"), "lazaret");
  EXPECT_EQ(
      text.body,
      R"({"error":"blocked_by_lazaret","stage":"filter","reason":"matched rule: *.evil.test",)"
      R"("rule":{"pattern":"*.evil.test","file":".lazaret.toml","line":12},)"
      R"("request":{"method":"GET","host":"a.evil.test","path":"/x"},)"
      R"("id":"id-1"})"
      "\n");
}

TEST(Refusal, BeginsWithASentenceForWhoPrefersText) {
  const auto text = refuse(policy_without_rules(), request({{"Accept", "text/html, */*;q=0.5"}}));
  EXPECT_EQ(text.head.fields.find("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_TRUE(text.body.starts_with(
      "lazaret did not let this through (filter): matched rule: *.evil.test\n"
      "To allow it, outside the sandbox: lazaret policy allow a.evil.test\n\n{\"error\""))
      << text.body;
}

TEST(Refusal, IsJsonForWhoTakesAnything) {
  const auto policy = policy_from_file("command line");
  for (const auto* accept : {"*/*", "application/json, text/plain", "application/ld+json, text/x"})
    EXPECT_TRUE(refuse(policy, request({{"Accept", accept}})).body.starts_with("{")) << accept;
}

TEST(Refusal, NamesAFileOutsideTheProjectWithoutItsPlace) {
  for (const auto* file : {"/home/u/.config/lazaret/config.toml", "/home/u/pp/config.toml"}) {
    const auto policy = policy_from_file(file);
    const auto text = refuse(policy, request());
    EXPECT_NE(text.body.find(R"("file":"config.toml")"), std::string::npos) << text.body;
    EXPECT_EQ(text.body.find("/home"), std::string::npos) << text.body;
  }
}

TEST(Refusal, SaysOfADefaultActionOnlyTheNameOfItsFile) {
  const auto policy = policy_from_file("x", "/home/u/.config/lazaret/config.toml:3");
  const flow::Deny refusal{
      .stage = "filter",
      .reason =
          "no rule matches a.evil.test (default action of /home/u/.config/lazaret/config.toml:3)"};
  const auto text = explain_refusal(refusal, request(), policy, "id", "/home/u/p");
  EXPECT_EQ(text.body.find("/home"), std::string::npos) << text.body;
  EXPECT_NE(text.body.find("default action of config.toml:3"), std::string::npos) << text.body;
}

TEST(Refusal, OffersToAllowOnlyWhatARuleCanAllow) {
  const auto policy = policy_from_file("x");
  EXPECT_FALSE(refuse(policy, request()).body.contains("allow_with"));
  const auto allowable = [&](const char* stage) {
    const flow::Deny refusal{.stage = stage, .reason = "r"};
    return explain_refusal(refusal, request(), policy, "id", "/p").body.contains("allow_with");
  };
  EXPECT_TRUE(allowable("filter"));
  EXPECT_TRUE(allowable("ask"));
  for (const auto* stage : {"route", "address", "tls", "log", "parse", "upstream"})
    EXPECT_FALSE(allowable(stage)) << stage;
}

TEST(Refusal, IsTheStatusOfAGrpcCall) {
  const auto text = refuse(policy_without_rules(), request({{"Content-Type", "application/grpc"}}));
  EXPECT_EQ(text.head.status, 200);
  EXPECT_EQ(text.head.fields.find("grpc-status"), "7");
  EXPECT_EQ(
      text.head.fields.find("grpc-message"),
      "lazaret did not let this through (filter): matched rule: *.evil.test; "
      "to allow it, outside the sandbox: lazaret policy allow a.evil.test");
  EXPECT_EQ(text.body, "");
}

TEST(Refusal, EscapesWhatTheProgramSent) {
  const auto policy = policy_from_file("x");
  flow::Flow flow = request();
  flow.path = "/\"},\"error\":\"\xff";
  const auto text = refuse(policy, flow);
  EXPECT_NE(text.body.find(R"("path":"/\"},\"error\":\")"), std::string::npos) << text.body;
  EXPECT_EQ(text.body.find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace gateway
