// SPDX-License-Identifier: Apache-2.0
#include "session/explain.h"

#include <gtest/gtest.h>

#include "config/check.h"
#include "config/merge.h"
#include "config/toml.h"
#include "session/pipeline.h"

namespace session {
namespace {

using Outcome = Explanation::Outcome;

constexpr std::string_view file = R"(
[proxy.filter]
profile = "locked-down"

[[proxy.filter.floor]]
action = "block"
host = "*.evil.test"

[[proxy.filter.rules]]
action = "block"
host = "api.test"
path = "/admin/**"
reason = "administrators only"

[[proxy.filter.rules]]
action = "ask"
host = "ask.test"

[[proxy.filter.rules]]
action = "allow"
host = "*.test"

[[proxy.filter.rules]]
action = "allow"
host = "time.test"
ports = [123]
protocol = "udp"

[[proxy.log_skip.rules]]
pattern = "*/telemetry"
scope = "url"

[[proxy.dns.rules]]
host = "_dmarc.mail.example"
records = ["TXT"]

[proxy.credentials.example]
enabled = true
host = "api.test"
header = "X-Api-Key"

[proxy.credentials.example.source]
env = "EXAMPLE_KEY"

[proxy.credentials.map]
enabled = true
type = "query"
host = "maps.test"
parameter = "key"
source = { env = "EXAMPLE_KEY" }

[secrets.PLACED]
hosts = ["api.test"]
source = { env = "EXAMPLE_KEY" }

[secrets.MISSING]
hosts = ["api.test"]
source = { env = "GONE" }

[proxy.credentials.store]
enabled = true
type = "aws-sigv4"
host = "store.test"
source = { env = "EXAMPLE_KEY" }
access_key_id = { env = "EXAMPLE_KEY" }
)";

/// What decides, as it is made of a configuration file.
class Explain : public testing::Test {
protected:
  Explain() { decide_with({{"EXAMPLE_KEY", "a-secret-key"}}); }

  void read_file(const std::string& text) {
    config::Problems problems;
    config::Table effective = config::defaults();
    config::merge(effective, config::check(*config::parse_toml(text, "/etc/c.toml"), problems));
    config_ = config::config_of(effective, "/home/u", problems);
    for (const auto& problem : problems)
      ADD_FAILURE() << problem.to_string();
  }

  void decide_with(const config::Environment& environment, std::string_view more = "") {
    read_file(std::string(file).append(more));  // anew: its rules move into what decides
    auto decider = make_decider(
        *config_, {.environment = environment, .places = {.home = "/home/u"}}, {.sandbox = "box"});
    ASSERT_TRUE(decider) << decider.error().to_string();
    decider_ = *std::move(decider);
  }
  base::Result<Explanation> ask(Question question) {
    return explain(*decider_.pipeline, *config_, question);
  }
  Explanation about(std::string url, std::string method = "GET") {
    return ask({.method = std::move(method), .url = std::move(url)}).value();
  }

  std::optional<config::Config> config_;
  Decider decider_;
};

TEST_F(Explain, AllowsByTheRuleThatMatches) {
  const auto out = about("https://Api.Test:443/a/../b?q=1");
  EXPECT_EQ(out.outcome, Outcome::allow);
  EXPECT_EQ(out.status, 0);
  EXPECT_EQ(out.stage, "filter");
  EXPECT_EQ(out.host, "api.test");
  EXPECT_EQ(out.path, "/b");
  EXPECT_EQ(out.url, "https://api.test/b?q=1");
  ASSERT_TRUE(out.rule);
  EXPECT_EQ(out.rule->spec().origin.file, "/etc/c.toml");
}

TEST_F(Explain, BlocksByTheFloorWhateverTheRulesSay) {
  const auto out = about("https://x.evil.test/");
  EXPECT_EQ(out.outcome, Outcome::block);
  EXPECT_EQ(out.status, 403);
  ASSERT_TRUE(out.rule);
  EXPECT_EQ(out.rule->spec().origin.to_string(), "/etc/c.toml:5");
}

TEST_F(Explain, SaysWhatHappensToDatagrams) {
  const auto passes = about("udp://time.test:123");
  EXPECT_EQ(passes.outcome, Outcome::allow);
  EXPECT_EQ(passes.notes, std::vector<std::string>{"datagrams are relayed uninspected"});
  ASSERT_TRUE(passes.rule);
  EXPECT_EQ(passes.rule->spec().protocol, policy::Protocol::udp);

  const auto refused = about("udp://www.test:443");
  EXPECT_EQ(refused.outcome, Outcome::block);
  EXPECT_EQ(refused.reason, "no rule with protocol = \"udp\" allows www.test port 443");
  EXPECT_EQ(to_text(refused).find("lazaret policy allow"), std::string::npos);
  EXPECT_FALSE(ask({.method = "GET", .url = "udp://time.test"}));
}

TEST_F(Explain, GivesTheRulesReason) {
  EXPECT_EQ(about("https://api.test/admin/x").reason, "administrators only");
}

TEST_F(Explain, BlocksWhatNoRuleMatches) {
  const auto out = about("https://example.com/");
  EXPECT_EQ(out.outcome, Outcome::block);
  EXPECT_EQ(out.rule, std::nullopt);
}

TEST_F(Explain, SaysWhereAPersonWouldBeAsked) {
  const auto out = about("https://ask.test/");
  EXPECT_EQ(out.outcome, Outcome::ask);
  EXPECT_EQ(out.status, 403);
  EXPECT_EQ(out.stage, "ask");
}

TEST_F(Explain, NamesTheCredentialThatWouldBeAdded) {
  EXPECT_EQ(about("https://api.test/").inject, (std::vector<std::string>{"example"}));
  EXPECT_EQ(about("https://api.test/").injected_at, (std::vector<std::string>{"header:x-api-key"}));
  EXPECT_TRUE(about("http://api.test/").inject.empty());
  EXPECT_TRUE(about("https://api.test:8443/").inject.empty());
  EXPECT_TRUE(about("https://www.test/").inject.empty());
}

TEST_F(Explain, SaysWhereACredentialWouldStand) {
  EXPECT_NE(
      to_text(about("https://maps.test/")).find("  inject    map (query:key)\n"),
      std::string::npos);
}

TEST_F(Explain, BlocksARequestThatItsCredentialDoesNotFit) {
  const auto out = about("https://store.test/?X-Amz-Signature=0");
  EXPECT_EQ(out.outcome, Outcome::block);
  EXPECT_EQ(out.status, 403);
  EXPECT_EQ(out.stage, "inject");
  EXPECT_EQ(
      out.reason,
      "credential `store`: the URL is presigned with an access key of the program's own");
}

TEST_F(Explain, SaysWhyACredentialStaysBehind) {
  const auto out =
      ask({.method = "GET", .url = "https://api.test/", .headers = {"X-Api-Key: own"}}).value();
  EXPECT_TRUE(out.inject.empty());
  ASSERT_EQ(out.notes.size(), 1U);
  EXPECT_TRUE(out.notes[0].starts_with("credential example keeps")) << out.notes[0];
}

TEST_F(Explain, SaysWhyACredentialOfTheHostIsNotForTheRequest) {
  const auto out = about("http://api.test/");
  EXPECT_EQ(
      out.notes,
      std::vector<std::string>{"credential example is for this host, but not for this method, "
                               "path, port or scheme"});
}

TEST_F(Explain, SaysWhyACredentialIsNotUsed) {
  decide_with({});
  const auto out = about("https://api.test/");
  EXPECT_EQ(
      out.notes, std::vector<std::string>{"credential example would be added, but is not used: the "
                                          "environment variable EXAMPLE_KEY is not set"});
}

TEST_F(Explain, SaysWhereAPlaceholderWouldBeReplaced) {
  const auto out = ask({.method = "POST",
                        .url = "https://api.test/?q={secret:PLACED}",
                        .headers = {"X-Own: {secret:PLACED}"},
                        .body = "{secret:PLACED}"})
                       .value();
  EXPECT_EQ(
      out.where, (std::vector<std::string>{"PLACED query", "PLACED header:x-own", "PLACED body"}));
}

TEST_F(Explain, SaysWhyASecretHasNoPlaceholder) {
  const auto out = ask({.method = "GET", .url = "https://www.test/{secret:MISSING}"});
  ASSERT_TRUE(out) << out.error().to_string();
  EXPECT_EQ(
      out->notes, std::vector<std::string>{
                      "secret MISSING has no value: the environment variable GONE is not set"});
}

TEST_F(Explain, SaysWhatIsLeftOutOfTheLog) {
  EXPECT_TRUE(about("https://api.test/").logged);
  const auto out = about("https://api.test/telemetry");
  EXPECT_FALSE(out.logged);
  EXPECT_NE(to_text(out).find("log       left out"), std::string::npos) << to_text(out);
}

TEST_F(Explain, NeverShowsTheCredential) {
  const auto out = about("https://api.test/");
  EXPECT_EQ(to_text(out).find("a-secret-key"), std::string::npos);
  EXPECT_EQ(to_json(out).find("a-secret-key"), std::string::npos);
}

TEST_F(Explain, RefusesWhatTheGatewayWouldRefuse) {
  EXPECT_EQ(about("https://api.test/%00").status, 400);
  EXPECT_EQ(about("https://api.test/", "TRACE").status, 405);
  const auto other =
      ask({.method = "GET", .url = "https://api.test/", .headers = {"Host: b.test"}}).value();
  EXPECT_EQ(other.status, 421);
  EXPECT_EQ(other.stage, "route");
}

TEST_F(Explain, FollowsPathsThatServersReadAlike) {
  for (const auto* path : {"/Admin/x", "/admin/x/", "/admin./x", "/%2561dmin/x"})
    EXPECT_EQ(about(std::string("https://api.test") + path).reason, "administrators only") << path;
}

TEST_F(Explain, FollowsWhatARequestOverridesItselfBy) {
  const auto out =
      ask({.method = "GET", .url = "https://api.test/", .headers = {"X-Original-URL: /admin/x"}})
          .value();
  EXPECT_EQ(out.outcome, Outcome::block);
  EXPECT_EQ(out.reason, "administrators only (by the field X-Original-URL: GET /admin/x)");
}

TEST_F(Explain, RefusesABodyThatIsTooLongToBeLookedInto) {
  decide_with({{"EXAMPLE_KEY", "a-secret-key"}}, R"(
[proxy.redaction]
enabled = true
max_scan_bytes = 1024

[[proxy.redaction.rules]]
name = "mine"
source.value = "another-secret"
)");
  const auto about_body = [&](std::size_t size) {
    return ask({.method = "POST", .url = "https://www.test/", .body = std::string(size, 'x')})
        .value();
  };
  EXPECT_EQ(about_body(1024).outcome, Outcome::allow);
  EXPECT_EQ(about_body(1025).outcome, Outcome::block);
  EXPECT_NE(about_body(1025).reason.find("max_scan_bytes"), std::string::npos);
}

TEST_F(Explain, TellsWhatIsNoQuestion) {
  for (const auto* url :
       {"", "api.test", "/a", "ftp://api.test/", "https://", "https://u@a.test/",
        "https://a.test/#f"})
    EXPECT_FALSE(ask({.method = "GET", .url = url})) << url;
  EXPECT_FALSE(ask({.method = "GET", .url = "https://a.test/", .headers = {"no colon"}}));
  EXPECT_FALSE(ask({.method = "G T", .url = "https://a.test/"}));
}

TEST_F(Explain, AnswersInText) {
  EXPECT_EQ(
      to_text(about("https://api.test/admin/x")),
      "block  https://api.test/admin/x\n"
      "  why       administrators only\n"
      "  stage     filter\n"
      "  rule      block host api.test, path /admin/** (/etc/c.toml:9)\n"
      "  answer    403 from the gateway\n");
}

TEST_F(Explain, AnswersInJson) {
  EXPECT_EQ(
      to_json(about("https://www.test/")),
      R"({"decision":"allow","status":0,"stage":"filter","reason":"matched rule: *.test",)"
      R"("rule":{"pattern":"*.test","scope":"host","type":"glob","action":"allow",)"
      R"("file":"/etc/c.toml","line":19},"host":"www.test","path":"/",)"
      R"("url":"https://www.test/","inject":[],"injected_at":[],"substitute":[],"redact":[],"where":[],"notes":[],"log":true})"
      "\n");
}

TEST_F(Explain, EscapesTheQuestionForATerminal) {
  const auto refused = ask({.method = "GET", .url = "\x1b[31mred"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find('\x1b'), std::string::npos);
}

TEST_F(Explain, WarnsOfACredentialWithoutAValue) {
  decide_with({});
  ASSERT_EQ(decider_.warnings.size(), 5U);
  EXPECT_NE(decider_.warnings[0].find("EXAMPLE_KEY"), std::string::npos);
  EXPECT_TRUE(about("https://api.test/").inject.empty());
}

TEST_F(Explain, SaysWhetherANameHasAddresses) {
  EXPECT_EQ(about("dns://API.test").outcome, Outcome::allow);
  EXPECT_EQ(about("dns://api.test?type=aaaa").url, "dns://api.test?type=AAAA");
  const auto refused = about("dns://x.evil.test");
  EXPECT_EQ(refused.outcome, Outcome::block);
  ASSERT_TRUE(refused.rule);
  EXPECT_EQ(refused.rule->spec().host->text, "*.evil.test");
}

TEST_F(Explain, SaysWhetherRecordsAreLookedUp) {
  const auto allowed = about("dns://_dmarc.mail.example?type=TXT");
  EXPECT_EQ(allowed.outcome, Outcome::allow);
  ASSERT_TRUE(allowed.rule);
  EXPECT_EQ(allowed.rule->spec().host->text, "_dmarc.mail.example");
  EXPECT_EQ(about("dns://_dmarc.mail.example?type=MX").outcome, Outcome::block);
  EXPECT_EQ(about("dns://api.test?type=TXT").stage, "dns");
}

TEST_F(Explain, RefusesWhatIsNoQuestionAboutAName) {
  for (const auto* url : {"dns://", "dns://192.0.2.1", "dns://a.test?x=1", "dns://a b"})
    EXPECT_FALSE(ask({.method = "DNS", .url = url})) << url;
}

}  // namespace
}  // namespace session
