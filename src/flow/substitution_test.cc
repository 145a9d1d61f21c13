// SPDX-License-Identifier: Apache-2.0
#include "flow/substitution.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "content/decoder.h"
#include "content/encoder.h"
#include "flow/filter_chain.h"
#include "flow/request_filters.h"
#include "flow/stages/placeholders.h"
#include "flow/stages/route.h"
#include "flow/substitute_head.h"
#include "flow/test_support.h"

namespace flow {
namespace {

using secrets::Mention;
using secrets::Part;

secrets::PlaceholderSpec placeholder_spec(std::string name, std::string value) {
  secrets::PlaceholderSpec spec{.name = std::move(name), .hosts = {"api.example.com"}};
  spec.placeholder = "PLACEHOLDER_{name}";
  spec.source.value = base::Secret(value);
  return spec;
}

secrets::Placeholders placeholders_of(std::vector<secrets::PlaceholderSpec> specs) {
  return secrets::Placeholders::create(specs, {}, "/", [](auto) { return std::string("r"); })
      .value();
}

secrets::Placeholders one(secrets::PlaceholderSpec spec) {
  std::vector<secrets::PlaceholderSpec> specs;
  specs.push_back(std::move(spec));
  return placeholders_of(std::move(specs));
}

secrets::Placeholders key() { return one(placeholder_spec("KEY", "s3cr/t&")); }

/// Routed and judged; the refusal's reason, or nothing.
std::string judge(Flow& flow, const secrets::Placeholders& placeholders) {
  flow.notes = std::make_shared<Notes>();
  EXPECT_TRUE(std::holds_alternative<Pass>(Route().on_request(flow)));
  const Verdict verdict = JudgePlaceholders([&] { return placeholders; }).on_request(flow);
  const auto* deny = std::get_if<Deny>(&verdict);
  return deny != nullptr ? deny->reason : "";
}

Flow elsewhere(std::string target, http::Fields fields = {{"Host", "other.test"}}) {
  Flow flow = test::captured(std::move(target), std::move(fields));
  flow.arrival.host = flow.arrival.sni = "other.test";
  return flow;
}

TEST(JudgePlaceholders, NotesWhatWillBeReplacedOnce) {
  Flow flow = test::captured(
      "/PLACEHOLDER_KEY?a=PLACEHOLDER_KEY",
      {{"Host", "api.example.com"}, {"X-Key", "PLACEHOLDER_KEY"}});
  EXPECT_EQ(judge(flow, key()), "");
  EXPECT_EQ(flow.notes->substituted, std::vector<std::string>{"KEY"});
}

TEST(JudgePlaceholders, NotesEachPlace) {
  Flow flow = test::captured(
      "/PLACEHOLDER_KEY?a=PLACEHOLDER_KEY",
      {{"Host", "api.example.com"}, {"X-Key", "PLACEHOLDER_KEY PLACEHOLDER_KEY"}});
  EXPECT_EQ(judge(flow, key()), "");
  EXPECT_EQ(
      flow.notes->where, (std::vector<std::string>{"KEY path", "KEY query", "KEY header:x-key"}));
}

TEST(JudgePlaceholders, RefusesOnesForAnotherHostWhereverTheyStand) {
  const http::Field host{"Host", "other.test"};
  const std::string login = "Basic " + std::string("bWU6UExBQ0VIT0xERVJfS0VZ");
  for (Flow flow :
       {elsewhere("/PLACEHOLDER_KEY"), elsewhere("/PLACEHOLDER%5fKEY"),
        elsewhere("/?q=PLACEHOLDER_KEY"), elsewhere("/", {host, {"X-Key", "a PLACEHOLDER_KEY"}}),
        elsewhere("/", {host, {"PLACEHOLDER_KEY", "x"}}),
        elsewhere("/", {host, {"Authorization", login}})}) {
    EXPECT_NE(judge(flow, key()).find("the secret is not for other.test"), std::string::npos)
        << flow.request.target;
  }
}

TEST(JudgePlaceholders, LetsAMentionGoOn) {
  auto mentioned = placeholder_spec("KEY", "s3cret");
  mentioned.mention = Mention::inert;
  Flow flow = elsewhere("/?q=PLACEHOLDER_KEY");
  EXPECT_EQ(judge(flow, one(std::move(mentioned))), "");
  EXPECT_TRUE(flow.notes->substituted.empty());
}

http::Request sent(Flow flow, const secrets::Placeholders& placeholders) {
  EXPECT_EQ(judge(flow, placeholders), "");
  http::Request head = flow.request;
  head.target = flow.path + (flow.query ? "?" + *flow.query : "");
  substitute_head(head, flow, placeholders);
  return head;
}

TEST(SubstituteHead, WritesAValueSoThatItSeparatesNothing) {
  const auto head = sent(test::captured("/a/PLACEHOLDER_KEY/b?k=PLACEHOLDER_KEY&x=1"), key());
  EXPECT_EQ(head.target, "/a/s3cr%2Ft%26/b?k=s3cr%2Ft%26&x=1");
}

TEST(SubstituteHead, WritesAValueIntoAFieldAsItIs) {
  const auto head = sent(
      test::captured("/", {{"Host", "api.example.com"}, {"X-Key", "<PLACEHOLDER_KEY>"}}), key());
  EXPECT_EQ(head.fields.find("x-key"), "<s3cr/t&>");
}

TEST(SubstituteHead, DecodesBasicCredentialsAndEncodesThemAgain) {
  const auto head = sent(
      test::captured(
          "/", {{"Host", "api.example.com"}, {"Authorization", "basic bWU6UExBQ0VIT0xERVJfS0VZ"}}),
      key());
  EXPECT_EQ(head.fields.find("authorization"), "Basic bWU6czNjci90Jg==");
}

TEST(SubstituteHead, LeavesWhatMayOnlyBeMentioned) {
  auto header_only = placeholder_spec("KEY", "s3cret");
  header_only.mention = Mention::inert;
  header_only.in = {Part::header};
  const auto head = sent(
      test::captured(
          "/?q=PLACEHOLDER_KEY", {{"Host", "api.example.com"}, {"X-Key", "PLACEHOLDER_KEY"}}),
      one(std::move(header_only)));
  EXPECT_EQ(head.target, "/?q=PLACEHOLDER_KEY");
  EXPECT_EQ(head.fields.find("x-key"), "s3cret");
}

/// A body as it is sent, cut in two at `cut`; "!" and the reason when it is refused.
std::string body_of(
    Flow flow,
    const Pipeline& pipeline,
    std::string_view text,
    std::size_t cut,
    http::Framing how) {
  if (!flow.notes) flow.notes = std::make_shared<Notes>();
  EXPECT_TRUE(std::holds_alternative<Pass>(Route().on_request(flow)));
  FilterChain chain(plan_body(pipeline, flow, how, 1000).filters);
  std::string out;
  for (const bool last : {false, true}) {
    if (!chain.feed(last ? text.substr(cut) : text.substr(0, cut), last))
      return "!" + chain.refusal()->reason;
    out += chain.sent();
  }
  return out;
}

TEST(SubstitutionFilter, ReplacesWhereverTheBodyIsCut) {
  const Pipeline pipeline(test::open_policy(), {}, key());
  const std::string_view text = "x PLACEHOLDER_KEY y PLACEHOLDER_KEY";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(
        body_of(test::captured("/"), pipeline, text, cut, http::Framing::chunked()),
        "x s3cr/t& y s3cr/t&")
        << cut;
  }
}

TEST(SubstitutionFilter, TakesNoTextForJsonInItsMiddle) {
  const Pipeline pipeline(test::open_policy(), {}, one(placeholder_spec("KEY", "a\"b\"c\"d")));
  Flow flow = test::captured("/");
  flow.notes = std::make_shared<Notes>();
  ASSERT_TRUE(std::holds_alternative<Pass>(Route().on_request(flow)));
  FilterChain chain(plan_body(pipeline, flow, http::Framing::chunked(), 1000).filters);
  std::string out;
  for (const std::string_view piece : {"text PLACE", "", "{PLACEHOLDER_KEY"}) {
    ASSERT_TRUE(chain.feed(piece, false));
    out += chain.sent();
  }
  ASSERT_TRUE(chain.feed("", true));
  out += chain.sent();
  EXPECT_EQ(out, "text PLACE{a\"b\"c\"d");
}

TEST(SubstitutionFilter, SaysWhereInAJsonTextTheFirstOneStands) {
  const Pipeline pipeline(test::open_policy(), {}, key());
  const std::string_view text =
      R"({"before":"x","auth":[1,{"token":"PLACEHOLDER_KEY"}],"more":"PLACEHOLDER_KEY"})";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Flow flow =
        test::captured("/", {{"Host", "api.example.com"}, {"Content-Type", "application/json"}});
    const auto notes = flow.notes = std::make_shared<Notes>();
    body_of(flow, pipeline, text, cut, http::Framing::chunked());
    EXPECT_EQ(notes->where, std::vector<std::string>{"KEY body:$.auth[1].token"}) << cut;
  }
}

TEST(SubstitutionFilter, RefusesAPlaceholderForAnotherHostWhereverTheBodyIsCut) {
  const Pipeline pipeline(test::open_policy(), {}, key());
  const std::string_view text = "x PLACEHOLDER_KEY y";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto out = body_of(elsewhere("/"), pipeline, text, cut, http::Framing::chunked());
    EXPECT_TRUE(out.starts_with("!the placeholder of secret `KEY` was found in the body")) << cut;
  }
}

/// The same of a whole body with such a Content-Type and Content-Encoding.
std::string body_of(
    std::string type,
    std::string_view text,
    std::string coding = "",
    const secrets::Placeholders& placeholders = one(placeholder_spec("KEY", "a\"b&<c"))) {
  const Pipeline pipeline(test::open_policy(), {}, placeholders);
  Flow flow = test::captured(
      "/", {{"Host", "api.example.com"},
            {"Content-Type", std::move(type)},
            {"Content-Encoding", std::move(coding)}});
  return body_of(std::move(flow), pipeline, text, text.size() / 2, http::Framing::chunked());
}

TEST(Substitution, WritesAValueAsTheBodysFormatDoes) {
  EXPECT_EQ(body_of("text/plain", "k: PLACEHOLDER_KEY"), "k: a\"b&<c");
  EXPECT_EQ(body_of("application/json", R"({"k": "PLACEHOLDER_KEY"})"), R"({"k": "a\"b&<c"})");
  EXPECT_EQ(
      body_of("application/x-www-form-urlencoded", "k=PLACEHOLDER_KEY&l=1"), "k=a%22b%26%3Cc&l=1");
  EXPECT_EQ(body_of("text/xml", "<k>PLACEHOLDER_KEY</k>"), "<k>a&quot;b&amp;&lt;c</k>");
  EXPECT_EQ(
      body_of("text/xml", "<k><![CDATA[PLACEHOLDER_KEY]]>PLACEHOLDER_KEY</k>"),
      "<k><![CDATA[a\"b&<c]]>a&quot;b&amp;&lt;c</k>");
}

TEST(Substitution, TakesABodyOfNoTypeThatBeginsLikeJsonForThat) {
  EXPECT_EQ(body_of("", R"( {"k": "PLACEHOLDER_KEY"})"), R"( {"k": "a\"b&<c"})");
}

TEST(Substitution, WritesAValueAsEachPartOfAMultipartBodyDoes) {
  const auto body = [](std::string_view plain, std::string_view json) {
    return "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n" + std::string(plain) +
           "\r\n--b\r\nContent-Disposition: form-data; name=\"y\"\r\n"
           "Content-Type: application/json\r\n\r\n\"" +
           std::string(json) + "\"\r\n--b--\r\n";
  };
  EXPECT_EQ(
      body_of("multipart/form-data; boundary=b", body("PLACEHOLDER_KEY", "PLACEHOLDER_KEY")),
      body("a\"b&<c", "a\\\"b&<c"));
}

TEST(Substitution, MendsTheLengthsInAProtobufMessage) {
  // 1: {2: "PLACEHOLDER_KEY"}
  const std::string before = "\x0a\x11\x12\x0fPLACEHOLDER_KEY";
  const std::string after =
      "\x0a\x08\x12\x06"
      "a\"b&<c";
  EXPECT_EQ(body_of("application/x-protobuf", before), after);
  const std::string frame("\0\0\0\0\x13", 5);
  const std::string shorter("\0\0\0\0\x0a", 5);
  EXPECT_EQ(body_of("application/grpc", frame + before), shorter + after);
}

TEST(Substitution, LooksIntoMessagesInBase64) {
  const std::string frame("\0\0\0\0\x11", 5);
  const std::string shorter("\0\0\0\0\x08", 5);
  EXPECT_EQ(
      body_of("application/grpc-web-text", base::to_base64(frame + "\x0a\x0fPLACEHOLDER_KEY")),
      base::to_base64(shorter + "\x0a\x06" + "a\"b&<c"));
}

TEST(Substitution, LooksIntoCompressedBodiesAndLeavesThemReadable) {
  for (const auto coding :
       {content::Coding::gzip, content::Coding::deflate, content::Coding::br,
        content::Coding::zstd}) {
    std::string packed;
    content::Encoder({coding}).feed("k: PLACEHOLDER_KEY", true, packed);
    EXPECT_EQ(body_of("text/plain", packed, std::string(content::name_of(coding))), "k: a\"b&<c");
  }
}

TEST(Substitution, RefusesACompressedBodyThatIsNone) {
  EXPECT_TRUE(
      body_of("text/plain", "k: PLACEHOLDER_KEY", "gzip").starts_with("!the body cannot be"));
}

TEST(Substitution, LeavesABodyInAnUnknownCodingAsItIs) {
  EXPECT_EQ(body_of("text/plain", "k: PLACEHOLDER_KEY", "x-own"), "k: PLACEHOLDER_KEY");
}

TEST(SubstitutionFilter, RefusesToChangeABodyWhoseLengthWasTold) {
  const Pipeline pipeline(test::open_policy(), {}, key());
  const auto out =
      body_of(test::captured("/"), pipeline, "x PLACEHOLDER_KEY y", 3, http::Framing::length(5000));
  EXPECT_TRUE(
      out.starts_with("!the placeholder of secret `KEY` stands in a body that is too long"));
}

TEST(PlanBody, HoldsABodyThatTellsItsLengthUpToTheLimit) {
  const Pipeline pipeline(test::open_policy(), {}, key());
  Flow flow = test::captured("/");
  EXPECT_TRUE(plan_body(pipeline, flow, http::Framing::length(1000), 1000).hold);
  EXPECT_FALSE(plan_body(pipeline, flow, http::Framing::length(1001), 1000).hold);
  EXPECT_FALSE(plan_body(pipeline, flow, http::Framing::chunked(), 1000).hold);
}

TEST(PlanBody, LooksIntoNothingWhenThereIsNothingToFind) {
  const Pipeline pipeline(test::open_policy(), {});
  const auto plan = plan_body(pipeline, test::captured("/"), http::Framing::length(10), 1000);
  EXPECT_TRUE(plan.filters.empty());
  EXPECT_FALSE(plan.hold);
}

}  // namespace
}  // namespace flow
