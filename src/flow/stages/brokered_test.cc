// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/brokered.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "flow/test_support.h"

namespace flow {
namespace {

policy::Policy brokered_policy(bool brokered = true) {
  policy::RuleSpec spec{
      .action = policy::Action::allow,
      .host = policy::PatternSpec{"api.example.com"},
      .brokered = brokered};
  std::vector<policy::Rule> rules;
  rules.push_back(policy::compile(std::move(spec)).value());
  return test::policy_of(std::move(rules));
}

/// Why the request is refused; empty when it is not.
std::string reason(Flow flow, policy::Policy policy = brokered_policy()) {
  const Pipeline pipeline(
      std::move(policy), test::injectors_of(test::credential()), test::placeholder());
  const Verdict verdict = pipeline.judge(flow);
  const auto* deny = std::get_if<Deny>(&verdict);
  return deny == nullptr ? "" : deny->stage + ": " + deny->reason;
}

Flow with(std::string name, std::string value) {
  return test::captured("/", {{"Host", "api.example.com"}, {std::move(name), std::move(value)}});
}

TEST(Brokered, RefusesACredentialThatTheProgramBringsAlong) {
  for (const auto* name : {"Authorization", "cookie", "X-Api-Key", "PRIVATE-TOKEN"})
    EXPECT_TRUE(reason(with(name, "of-another-account")).starts_with("brokered: ")) << name;
  for (const auto* query : {"access_token=x", "a=b&X-Amz-Signature=x", "sig=x"})
    EXPECT_TRUE(reason(test::captured("/?" + std::string(query))).starts_with("brokered: "))
        << query;
}

TEST(Brokered, KnowsCredentialsByTheirNames) {
  for (const auto* name :
       {"X-Functions-Key", "Ocp-Apim-Subscription-Key", "xi-api-key", "X-RapidAPI-Key",
        "Circle-Token", "X-Shopify-Access-Token", "X-Auth", "X-Authorization", "DPoP"})
    EXPECT_TRUE(reason(with(name, "of-another-account")).starts_with("brokered: ")) << name;
  for (const auto* query : {"oauth_token=x", "a=1;api_key=x", "accessToken=x", "api%5Fkey=x"})
    EXPECT_TRUE(reason(test::captured("/?" + std::string(query))).starts_with("brokered: "))
        << query;
  for (const auto* name : {"Idempotency-Key", "X-CSRF-Token", "Npm-Auth-Type", "X-Author"})
    EXPECT_EQ(reason(with(name, "x")), "") << name;
  for (const auto* query :
       {"pageToken=x&sort_key=y&max_tokens=5", "$skiptoken=x", "pagetoken=x", "rewriteToken=x",
        "continuationtoken=x", "ClientToken=x&ClientRequestToken=y"})
    EXPECT_EQ(reason(test::captured("/?" + std::string(query))), "") << query;
  EXPECT_EQ(reason(with("x-ms-session-token", "0:1#2")), "");
}
TEST(Brokered, KnowsAKeyAmongTheProtocolsOfAWebSocket) {
  const auto offered = [](const char* protocols) {
    return reason(with("Sec-WebSocket-Protocol", protocols));
  };
  EXPECT_NE(offered("realtime, openai-insecure-api-key.of-another"), "");
  EXPECT_EQ(offered("realtime, openai-insecure-api-key.PLACEHOLDER_KEY"), "");
  EXPECT_EQ(offered("graphql-transport-ws, v2.2"), "");
}
TEST(Brokered, TakesNothingForOursThatHasMore) {
  for (const auto& [name, value] : std::vector<std::pair<const char*, const char*>>{
           {"Cookie", "session=of-another; x=PLACEHOLDER_KEY"},
           {"X-Api-Key", "of-another,PLACEHOLDER_KEY"},
           {"X-Api-Key", "of-another PLACEHOLDER_KEY"},
           {"Private-Token", "PLACEHOLDER_KEY of-another"}})
    EXPECT_NE(reason(with(name, value)), "") << name << value;
}
TEST(Brokered, TakesNoKeyForAUserOfOurs) {
  // In place of the credential's own field, which would be replaced.
  const auto login = [](std::string_view text) {
    return reason(with("Proxy-Authorization", "Basic " + base::to_base64(text)));
  };
  EXPECT_EQ(login("x-access-token:PLACEHOLDER_KEY"), "");
  EXPECT_EQ(login("somebody@a-longer-name.example.com:PLACEHOLDER_KEY"), "");
  EXPECT_NE(login("ghp_oFaNoTheRaCcOuNt0123456789abcdefABCD:PLACEHOLDER_KEY"), "");
  EXPECT_NE(login("user:pwPLACEHOLDER_KEY"), "");
}
TEST(Brokered, SeesTheFieldOfTheCredentialItself) {
  const auto judged = [&](const char* value, bool overwrites) {
    auto own = test::credential();
    own.header = "X-Custom";
    own.overwrite = overwrites;
    const Pipeline pipeline(
        brokered_policy(), test::injectors_of(std::move(own)), test::placeholder());
    auto flow = with("X-Custom", value);
    return std::holds_alternative<Pass>(pipeline.judge(flow));
  };
  EXPECT_FALSE(judged("of-another-account", false));
  EXPECT_TRUE(judged("of-another-account", true));
  EXPECT_TRUE(judged("proxy-managed", false));
}

TEST(Brokered, SaysWhereItStands) {
  EXPECT_NE(reason(with("X-Api-Key", "x")).find("(header:x-api-key)"), std::string::npos);
  EXPECT_NE(reason(test::captured("/?key=x")).find("(query:key)"), std::string::npos);
}

TEST(Brokered, PassesWhatIsTheGateways) {
  EXPECT_EQ(reason(test::captured("/?q=x&key=")), "");
  EXPECT_EQ(reason(with("Authorization", "Bearer proxy-managed")), "");
  EXPECT_EQ(reason(with("X-Api-Key", "PLACEHOLDER_KEY")), "");
  EXPECT_EQ(reason(with("Authorization", "Basic bWU6UExBQ0VIT0xERVJfS0VZ")), "");
  EXPECT_EQ(reason(with("Idempotency-Key", "1234")), "");
}

TEST(Brokered, IsNotAskedWhereNoRuleWantsIt) {
  EXPECT_EQ(reason(with("Authorization", "of-another-account"), brokered_policy(false)), "");
}

}  // namespace
}  // namespace flow
