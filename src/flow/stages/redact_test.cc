// SPDX-License-Identifier: Apache-2.0
#include "flow/stages/redact.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "flow/stages/route.h"
#include "flow/test_support.h"

namespace flow {
namespace {

using redact::Action;
using test::routed;

Redact stage(Action action) { return Redact(test::scanner_for("a-secret-of-some-length", action)); }

TEST(Redact, PassesAnInnocentRequestAsItIs) {
  Flow flow = routed("/a?b=c");
  EXPECT_TRUE(std::holds_alternative<Pass>(stage(Action::block).on_request(flow)));
  EXPECT_EQ(flow.query, "b=c");
  EXPECT_TRUE(flow.notes->redacted.empty());
}

TEST(Redact, RefusesASecretAndDoesNotRepeatIt) {
  Flow flow = routed("/a?b=a%2dsecret-of-some-length");
  const auto verdict = stage(Action::block).on_request(flow);
  const auto& deny = std::get<Deny>(verdict);
  EXPECT_EQ(deny.status, 403);
  EXPECT_EQ(deny.stage, "redaction");
  EXPECT_EQ(deny.reason, "redaction rule \"key\" found in url what must not leave");
  EXPECT_EQ(flow.notes->redacted, std::vector<std::string>{"key"});
  EXPECT_EQ(flow.notes->where.size(), 1U);
  EXPECT_EQ(flow.notes->redaction, redact::Action::block);
}

TEST(Redact, ReplacesASecretInUrlAndFields) {
  Flow flow = routed(
      "/x/a-secret-of-some-length?k=a-secret-of-some-length&l",
      {{"Host", "api.example.com"}, {"X-Key", "k a-secret-of-some-length"}, {"A", "b"}});
  EXPECT_TRUE(std::holds_alternative<Pass>(stage(Action::redact).on_request(flow)));
  EXPECT_EQ(flow.path, "/x/%5BREDACTED:key%5D");
  EXPECT_EQ(flow.query, "k=%5BREDACTED:key%5D&l");
  EXPECT_EQ(flow.request.fields.find("X-Key"), "k [REDACTED:key]");
  EXPECT_EQ(flow.request.fields.find("A"), "b");
}

TEST(Redact, RefusesWhatItCannotReplace) {
  Flow flow = routed("/a-secret-of/-some-length");
  EXPECT_TRUE(std::holds_alternative<Deny>(stage(Action::redact).on_request(flow)));
  flow = routed("/", {{"Host", "api.example.com"}, {"x-a-secret-of-some-length", "1"}});
  EXPECT_TRUE(std::holds_alternative<Deny>(stage(Action::redact).on_request(flow)));
}

TEST(Redact, LeavesAloneWhatSaysHowLongABodyIs) {
  Flow flow =
      routed("/", {{"Host", "api.example.com"}, {"Content-Length", "1234"}, {"X-Number", "1234"}});
  EXPECT_TRUE(std::holds_alternative<Pass>(
      Redact(test::scanner_for("1234", Action::redact)).on_request(flow)));
  EXPECT_EQ(flow.request.fields.find("Content-Length"), "1234");
  EXPECT_EQ(flow.request.fields.find("X-Number"), "[REDACTED:key]");
}

TEST(Redact, RefusesToTakeTheSlashAwayThatAPathBeginsWith) {
  Flow flow = routed("/home/bob/@127.0.0.1:80/internal");
  const auto verdict = Redact(test::scanner_for("/home/bob/", Action::redact)).on_request(flow);
  EXPECT_EQ(std::get<Deny>(verdict).stage, "redaction");
}

TEST(Redact, RefusesToMakeAPathOfAQuery) {
  Flow flow = routed("/a/secret?text/../../admin");
  const auto verdict = Redact(test::scanner_for("secret?text", Action::redact)).on_request(flow);
  EXPECT_EQ(std::get<Deny>(verdict).stage, "redaction");
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), base::to_upper);
  return text;
}

TEST(Redact, RefusesAHostWhoseNameSaysASecret) {
  const std::string plain = "a-secret-of-some-length.example.com";
  for (const auto& host :
       {plain, std::string("a-secret-of.-some-length.example.com"),
        base::to_hex("a-secret-of-some-length") + ".example.com"}) {
    for (const auto action : {Action::block, Action::redact}) {
      Flow flow = test::captured("/", {{"Host", upper(host)}});
      flow.arrival.host = flow.arrival.sni = host;
      ASSERT_TRUE(std::holds_alternative<Pass>(Route().on_request(flow)));
      const auto verdict = stage(action).on_request(flow);
      EXPECT_EQ(
          std::get<Deny>(verdict).reason,
          "redaction rule \"key\" found in host what must not leave");
    }
  }
}

TEST(Redact, RefusesAMethodThatSaysASecret) {
  Flow flow = routed("/");
  flow.request.method = "A-SECRET-OF-SOME-LENGTH";
  EXPECT_EQ(
      std::get<Deny>(stage(Action::block).on_request(flow)).reason,
      "redaction rule \"key\" found in method what must not leave");
}

TEST(Redact, OnlyNotesWhatIsLogged) {
  Flow flow = routed("/?k=a-secret-of-some-length");
  EXPECT_TRUE(std::holds_alternative<Pass>(stage(Action::log).on_request(flow)));
  EXPECT_EQ(flow.query, "k=a-secret-of-some-length");
  EXPECT_EQ(flow.notes->redaction, redact::Action::log);
}

}  // namespace
}  // namespace flow
