// SPDX-License-Identifier: Apache-2.0
#include "flow/request_filters.h"

#include <gtest/gtest.h>

#include "content/decoder.h"
#include "content/encoder.h"
#include "flow/filter_chain.h"
#include "flow/test_support.h"

namespace flow {
namespace {

using namespace std::string_literals;
using content::Coding;

const std::string buried = "finalJumbleVerify";

Pipeline searching(redact::Action action = redact::Action::block) {
  return Pipeline(test::open_policy(), {}, {}, {}, test::scanner_for(buried, action));
}

Flow in_coding(std::string_view name, std::string type = "text/plain") {
  Flow flow = test::captured(
      "/", {{"Host", "api.example.com"},
            {"Content-Type", std::move(type)},
            {"Content-Encoding", std::string(name)}});
  flow.notes = std::make_shared<Notes>();
  EXPECT_TRUE(std::holds_alternative<Pass>(Route().on_request(flow)));
  return flow;
}

std::string packed_in(const content::Codings& codings, std::string_view text) {
  std::string out;
  content::Encoder(codings).feed(text, true, out);
  return out;
}

std::string unpacked_from(const content::Codings& codings, std::string_view bytes) {
  std::string out;
  EXPECT_TRUE(content::Decoder(codings).feed(bytes, true, out));
  return out;
}

/// A body that says "text" to all who decode it, and a secret to those who do not.
std::string burying(Coding coding) {
  if (coding == Coding::zstd) {
    const auto size = static_cast<char>(buried.size());
    return "\x50\x2A\x4D\x18"s + size + "\0\0\0"s + buried + packed_in({coding}, "text");
  }
  auto member = packed_in({coding}, "text");
  member[3] = 16;  // it has a comment
  return member.insert(10, buried + '\0');
}

TEST(PlanBody, LetsNothingGoOnOfWhatNoReaderOfACodingSees) {
  const auto pipeline = searching();
  for (const auto coding : {Coding::gzip, Coding::zstd}) {
    const auto body = burying(coding);
    ASSERT_TRUE(body.contains(buried));
    for (const auto framing : {http::Framing::length(body.size()), http::Framing::chunked()}) {
      auto plan = plan_body(pipeline, in_coding(content::name_of(coding)), framing, 1000);
      EXPECT_FALSE(plan.keeps_original);
      FilterChain chain(std::move(plan.filters));
      ASSERT_TRUE(chain.feed(body, true));
      EXPECT_TRUE(chain.has_changed());
      EXPECT_FALSE(chain.sent().contains(buried));
      EXPECT_EQ(unpacked_from({coding}, chain.sent()), "text");
    }
  }
}

TEST(PlanBody, WritesAnewWhatIsInSeveralCodings) {
  const content::Codings codings{Coding::gzip, Coding::zstd};
  auto plan = plan_body(searching(), in_coding("gzip, zstd"), http::Framing::chunked(), 1000);
  FilterChain chain(std::move(plan.filters));
  const auto inner = burying(Coding::gzip);
  ASSERT_TRUE(chain.feed(packed_in({Coding::zstd}, inner), true));
  EXPECT_EQ(unpacked_from(codings, chain.sent()), "text");
  EXPECT_FALSE(unpacked_from({Coding::zstd}, chain.sent()).contains(buried));
}

TEST(PlanBody, WritesEveryByteOfATextAnew) {
  std::string text;
  for (unsigned i = 0; i < 100'000; ++i)
    text += static_cast<char>(i * i >> 7U);
  const auto pipeline = searching();
  for (const auto coding : {Coding::gzip, Coding::deflate, Coding::br, Coding::zstd}) {
    const auto body = packed_in({coding}, text);
    auto plan = plan_body(
        pipeline, in_coding(content::name_of(coding)), http::Framing::length(body.size()), 1000000);
    FilterChain chain(std::move(plan.filters));
    std::string sent;
    for (const bool last : {false, true}) {
      const auto half = body.size() / 2;
      ASSERT_TRUE(chain.feed(last ? body.substr(half) : body.substr(0, half), last));
      sent += chain.sent();
    }
    EXPECT_EQ(unpacked_from({coding}, sent), text);
  }
}

TEST(PlanBody, KeepsTheBytesThatCameWhereNoSecretIsLookedFor) {
  const Pipeline pipeline(test::open_policy(), {}, test::placeholder());
  const auto body = packed_in({Coding::gzip}, "text");
  auto plan = plan_body(pipeline, in_coding("gzip"), http::Framing::length(body.size()), 1000);
  EXPECT_TRUE(plan.keeps_original);
  FilterChain chain(std::move(plan.filters));
  ASSERT_TRUE(chain.feed(body, true));
  EXPECT_FALSE(chain.has_changed());
}

unsigned mirrored(unsigned char byte) {
  unsigned out = 0;
  for (unsigned bit = 0; bit < 8; ++bit)
    out |= (byte >> bit & 1U) << (7U - bit);
  return out;
}

/// A text that deflate writes as the secret: with its fixed codes a byte below 144 takes eight bits
/// and says 48 more, mirrored; five longer ones align it.
std::string deflated_as_secret() {
  std::string text = "\x90\x91\x92\x93\x94";
  for (const char c : buried)
    text += static_cast<char>(mirrored(static_cast<unsigned char>(c)) - 0x30U);
  return text;
}

TEST(PlanBody, RefusesATextThatItsCodingWritesAsASecret) {
  const auto text = deflated_as_secret();
  ASSERT_TRUE(packed_in({Coding::gzip}, text).contains(buried));
  for (const auto action : {redact::Action::block, redact::Action::redact}) {
    auto plan = plan_body(searching(action), in_coding("gzip"), http::Framing::chunked(), 1000);
    FilterChain chain(std::move(plan.filters));
    EXPECT_FALSE(chain.feed(packed_in({Coding::gzip}, text), true));
    EXPECT_EQ(
        chain.refusal()->reason,
        "redaction rule \"key\" found in the encoded body what must not leave");
  }
}

TEST(PlanBody, OnlyNotesATextThatItsCodingWritesAsASecretOfARuleThatLogs) {
  const auto flow = in_coding("gzip");
  auto plan = plan_body(searching(redact::Action::log), flow, http::Framing::chunked(), 1000);
  FilterChain chain(std::move(plan.filters));
  EXPECT_TRUE(chain.feed(packed_in({Coding::gzip}, deflated_as_secret()), true));
  EXPECT_EQ(flow.notes->redacted, std::vector<std::string>{"key"});
}

TEST(PlanBody, RefusesALongBodyInBase64ThatToldItsLength) {
  auto plan = plan_body(
      searching(redact::Action::redact), in_coding("", "application/grpc-web-text"),
      http::Framing::length(1001), 1000);
  FilterChain chain(std::move(plan.filters));
  EXPECT_FALSE(chain.feed("AAAA", false));
  EXPECT_TRUE(chain.refusal()->reason.contains("max_scan_bytes"));
}

}  // namespace
}  // namespace flow
