// SPDX-License-Identifier: Apache-2.0
#include "flow/pipeline.h"

#include <gtest/gtest.h>

#include "flow/cleared.h"
#include "flow/test_support.h"

namespace flow {
namespace {

using enum policy::Action;
using test::captured;
using test::host_rule;
using test::policy_of;

/// Gives one answer to every question, and remembers whether there was one.
class Person final : public Approver {
public:
  explicit Person(Verdict answer) : answer_(std::move(answer)) {}
  Verdict answer(const Flow&, const Ask&) override {
    asked_ = true;
    return answer_;
  }
  bool asked() const { return asked_; }

private:
  Verdict answer_;
  bool asked_ = false;
};

TEST(Pipeline, HasItsStagesInThisOrder) {
  const Pipeline pipeline(test::open_policy(), {});
  EXPECT_EQ(pipeline.stage_names(), (std::vector<std::string_view>{"route", "filter"}));
}

TEST(Pipeline, EndsAtTheFirstStageThatRefuses) {
  const Pipeline pipeline(policy_of({}), {});
  Flow flow = captured("/", {{"Host", "other.test"}});
  const Verdict verdict = pipeline.judge(flow);
  EXPECT_EQ(std::get<Deny>(verdict).stage, "route");
  EXPECT_EQ(flow.decision.reason, "");
}

policy::Policy only_path(std::string path) {
  policy::RuleSpec spec{.action = allow, .path = policy::PatternSpec{std::move(path)}};
  return policy_of([&] {
    std::vector<policy::Rule> rules;
    rules.push_back(policy::compile(std::move(spec)).value());
    return rules;
  }());
}

TEST(Pipeline, JudgesAPathOnceMoreWhenAPartOfItWasReplaced) {
  const auto scanner = test::scanner_for("v1/a-secret", redact::Action::redact);
  const Pipeline narrow(only_path("/v1/**"), {}, {}, {}, scanner);
  Flow flow = captured("/v1/a-secret/x");
  EXPECT_EQ(std::get<Deny>(narrow.judge(flow)).stage, "filter");
  const Pipeline wide(only_path("/**"), {}, {}, {}, scanner);
  flow = captured("/v1/a-secret/x");
  EXPECT_TRUE(std::holds_alternative<Pass>(wide.judge(flow)));
  EXPECT_EQ(flow.path, "/%5BREDACTED:key%5D/x");
}

TEST(Pipeline, AsksItsRulesAgainAboutWhatOthersLetPass) {
  Flow flow = captured("/v1/x");
  ASSERT_TRUE(std::holds_alternative<Pass>(Pipeline(only_path("/v1/*"), {}).judge(flow)));
  EXPECT_FALSE(Pipeline(only_path("/**"), {}).recheck(flow, flow.time));
  EXPECT_EQ(Pipeline(only_path("/v2/*"), {}).recheck(flow, flow.time)->stage, "filter");
}

secrets::Injectors credential_for(std::string host, std::string_view value) {
  std::vector<secrets::InjectorSpec> specs(1);
  specs[0].name = "key";
  specs[0].enabled = true;
  specs[0].host = std::move(host);
  specs[0].header = "X-Key";
  specs[0].source.value = base::Secret(value);
  return secrets::Injectors::create(specs, {}, "/").value();
}

TEST(Pipeline, WithAHeritageHidesWhatTheOneBeforeItHid) {
  const auto heritage = std::make_shared<Heritage>();
  const auto make = [&](secrets::Injectors injectors) {
    return Pipeline(test::open_policy(), std::move(injectors), {}, {}, {}, {}, heritage);
  };
  const auto first = make(credential_for("api.test", "first-value"));
  EXPECT_TRUE(first.guards_answers_of("api.test"));
  const auto second = make(credential_for("other.test", "second-value"));
  EXPECT_TRUE(second.guards_answers_of("api.test"));
  EXPECT_FALSE(second.guards_answers_of("third.test"));
  EXPECT_EQ(second.scrubber().scrub("first-value"), "[REDACTED:key]");
  EXPECT_EQ(first.scrubber().scrub("second-value"), "[REDACTED:key]");  // a WebSocket goes on
  const auto third = make({});
  EXPECT_TRUE(third.guards_answers_of("api.test"));
  EXPECT_EQ(third.scrubber().scrub("first-value"), "[REDACTED:key]");
}

TEST(GivesAsBefore, KnowsACredentialThatWasTakenAway) {
  Flow flow = captured("/");
  const Pipeline then(test::open_policy(), credential_for("api.example.com", "first-value"));
  ASSERT_TRUE(std::holds_alternative<Pass>(then.judge(flow)));
  const Pipeline rotated(test::open_policy(), credential_for("api.example.com", "second-value"));
  EXPECT_TRUE(gives_as_before(then, rotated, flow));
  const Pipeline without(test::open_policy(), credential_for("other.test", "first-value"));
  EXPECT_FALSE(gives_as_before(then, without, flow));
}

TEST(Heritage, GuardsAllWhenItCannotTellThemApartAnyMore) {
  Heritage heritage;
  for (int i = 0; i <= 10'000; ++i)
    heritage.guard(std::to_string(i) + ".test");
  EXPECT_TRUE(heritage.knows("never.seen"));
}

TEST(Settle, ClearsWhatEveryStagePassed) {
  const Pipeline pipeline(test::open_policy(), {});
  Person nobody{Deny{}};
  Flow flow = captured("/a/../b");
  const auto cleared = settle(pipeline, flow, nobody);
  ASSERT_TRUE(cleared);
  EXPECT_EQ(cleared->flow().url(), "https://api.example.com/b");
  EXPECT_FALSE(nobody.asked());
}

TEST(Settle, LeavesARefusedFlowWithWhatWasFoundOut) {
  const Pipeline pipeline(policy_of({host_rule(block, "*")}), {});
  Person nobody{Pass{}};
  Flow flow = captured("/x");
  const auto cleared = settle(pipeline, flow, nobody);
  ASSERT_FALSE(cleared);
  EXPECT_EQ(cleared.error().stage, "filter");
  EXPECT_EQ(flow.url(), "https://api.example.com/x");
  EXPECT_EQ(flow.decision.action, block);
  EXPECT_FALSE(nobody.asked());
}

TEST(Settle, DoesWhatThePersonSays) {
  const Pipeline pipeline(policy_of({host_rule(ask, "*")}), {});
  Person yes{Pass{}};
  Person no{Deny{.stage = "ask", .reason = "no"}};
  Flow one = captured("/");
  Flow other = captured("/");
  EXPECT_TRUE(settle(pipeline, one, yes));
  const auto refused = settle(pipeline, other, no);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "no");
}

TEST(Settle, TakesAQuestionForAnAnswerAsARefusal) {
  const Pipeline pipeline(policy_of({host_rule(ask, "*")}), {});
  Person undecided{Ask{}};
  Flow flow = captured("/");
  const auto refused = settle(pipeline, flow, undecided);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_EQ(refused.error().stage, "ask");
}

TEST(NobodyToAsk, RefusesAndNamesTheRule) {
  const Pipeline pipeline(policy_of({host_rule(ask, "*")}), {});
  NobodyToAsk nobody;
  Flow flow = captured("/");
  const auto refused = settle(pipeline, flow, nobody);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_EQ(refused.error().rule, &pipeline.policy().rules()[0]);
  EXPECT_EQ(
      refused.error().reason,
      "this needs a person's consent and none is attached (matched rule: *)");
}

}  // namespace
}  // namespace flow
