// SPDX-License-Identifier: Apache-2.0
#include "dns/reply.h"

#include <gtest/gtest.h>

#include "dns/wire.h"

namespace dns {
namespace {

using namespace std::string_literals;

const Asked about_a{.id = 0x1234, .name = "www.a.test"};
const Asked about_aaaa{.id = 0x1234, .name = "www.a.test", .type = Type::aaaa};

std::string name(std::string_view text) {
  std::string out;
  append_name(out, text);
  return out;
}

std::string record(std::string_view owner, std::uint16_t type, std::string_view data) {
  std::string out(owner);
  append_u16(out, type);
  append_u16(out, 1);
  append_u32(out, 300);
  append_u16(out, static_cast<std::uint16_t>(data.size()));
  out.append(data);
  return out;
}

/// A reply to `asked` with these answers.
std::string reply(
    const Asked& asked, const std::vector<std::string>& answers, std::uint16_t flags = 0x8180) {
  std::string out;
  append_u16(out, asked.id);
  append_u16(out, flags);
  append_u16(out, 1);
  append_u16(out, static_cast<std::uint16_t>(answers.size()));
  append_u32(out, 0);
  append_name(out, asked.name);
  append_u16(out, static_cast<std::uint16_t>(asked.type));
  append_u16(out, 1);
  for (const auto& answer : answers)
    out += answer;
  return out;
}

const std::string asked_name = "\xC0\x0C"s;  // a pointer to the question's name
const std::string a7 = "\xC0\x00\x02\x07"s;
constexpr Ipv4 address7 = 0xC0000207;

TEST(WriteQuery, AsksWithAndWithoutEdns) {
  EXPECT_EQ(
      write_query({.id = 0x1234, .name = "a.test"}, WithEdns::no),
      "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01\x61\x04test\x00\x00\x01\x00\x01"s);
  const auto with = write_query({.id = 1, .name = "a.test", .type = Type::aaaa}, WithEdns::yes);
  ASSERT_TRUE(with);
  const auto read = parse_query(*with);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->question.name, "a.test");
  EXPECT_EQ(read->question.type, Type::aaaa);
  EXPECT_EQ(read->edns->udp_size, 1232);
  EXPECT_TRUE(read->header.recursion_desired);
}

TEST(WriteQuery, RefusesWhatHasNoFormOnTheWire) {
  for (const auto& text :
       {""s, "."s, "a..test"s, "a."s, std::string(64, 'a') + ".test", "a b"s, "a\0b"s,
        std::string(200, 'a')})
    EXPECT_FALSE(write_query({.name = text}, WithEdns::no)) << text;
}

TEST(ParseReply, ReadsAddressesOfBothFamilies) {
  const auto v4 = parse_reply(reply(about_a, {record(asked_name, 1, a7)}), about_a);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->addresses, std::vector<Address>{address7});
  EXPECT_EQ(v4->canonical, "www.a.test");
  const Ipv6 bytes{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
  const auto v6 = parse_reply(
      reply(about_aaaa, {record(asked_name, 28, std::string(bytes.begin(), bytes.end()))}),
      about_aaaa);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->addresses, std::vector<Address>{bytes});
}

TEST(ParseReply, ComparesNamesWithoutCase) {
  Asked shouted = about_a;
  shouted.name = "WWW.A.test";
  EXPECT_TRUE(parse_reply(reply(shouted, {}), about_a));
}

TEST(ParseReply, FollowsAliasesInAnyOrder) {
  const auto read = parse_reply(
      reply(
          about_a, {record(name("c.test"), 1, a7), record(name("b.test"), 5, name("c.test")),
                    record(asked_name, 5, name("b.test"))}),
      about_a);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->addresses, std::vector<Address>{address7});
  EXPECT_EQ(read->canonical, "c.test");
}

TEST(ParseReply, SaysWhereAChainEndsWithoutAddresses) {
  const auto read = parse_reply(reply(about_a, {record(asked_name, 5, name("far.test"))}), about_a);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->canonical, "far.test");
  EXPECT_TRUE(read->addresses.empty());
}

TEST(ParseReply, TakesNoAddressOfAnotherName) {
  const auto read = parse_reply(reply(about_a, {record(name("other.test"), 1, a7)}), about_a);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->addresses.empty());
}

TEST(ParseReply, TakesNoAddressOfAnotherFamilyOrClass) {
  auto chaos = record(asked_name, 1, a7);
  chaos[5] = 3;
  const auto read =
      parse_reply(reply(about_a, {record(asked_name, 28, std::string(16, 'x')), chaos}), about_a);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->addresses.empty());
}

TEST(ParseReply, KnowsFailuresAndTruncation) {
  EXPECT_EQ(parse_reply(reply(about_a, {}, 0x8183), about_a)->rcode, Rcode::name_error);
  EXPECT_EQ(parse_reply(reply(about_a, {}, 0x8182), about_a)->rcode, Rcode::server_failure);
  EXPECT_TRUE(parse_reply(reply(about_a, {}, 0x8380), about_a)->truncated);
  const auto bare = "\x12\x34\x81\x81\x00\x00\x00\x00\x00\x00\x00\x00"s;
  EXPECT_EQ(parse_reply(bare, about_a)->rcode, Rcode::format_error);
}

TEST(ParseReply, WaitsForTheRightOneWhenIdOrQuestionDiffer) {
  Asked other = about_a;
  other.id = 0x1235;
  EXPECT_EQ(parse_reply(reply(about_a, {}), other).error(), BadReply::unrelated);
  other = about_a;
  other.name = "x.a.test";
  EXPECT_EQ(parse_reply(reply(about_a, {}), other).error(), BadReply::unrelated);
  EXPECT_EQ(parse_reply(reply(about_a, {}), about_aaaa).error(), BadReply::unrelated);
  const auto query = write_query(about_a, WithEdns::no).value();
  EXPECT_EQ(parse_reply(query, about_a).error(), BadReply::unrelated);
  EXPECT_EQ(parse_reply("", about_a).error(), BadReply::unrelated);
  const auto bare_denial = "\x12\x34\x81\x83\x00\x00\x00\x00\x00\x00\x00\x00"s;
  EXPECT_EQ(parse_reply(bare_denial, about_a).error(), BadReply::unrelated);
}

TEST(ParseReply, RefusesARecordThatIsCutOrCrooked) {
  const auto whole = reply(about_a, {record(asked_name, 1, a7)});
  const auto question_end = reply(about_a, {}).size();
  for (std::size_t cut = question_end; cut < whole.size(); ++cut)
    EXPECT_EQ(parse_reply(whole.substr(0, cut), about_a).error(), BadReply::malformed) << cut;
  for (const auto& bad :
       {record(asked_name, 1, "abc"), record("\xC0\xFF"s, 1, a7),
        record(asked_name, 5, name("b.test") + "x"),
        record(
            asked_name, 5,
            "\x05"
            "ab"),
        record(
            "\x80"
            "a\x00"s,
            1, a7)})
    EXPECT_EQ(parse_reply(reply(about_a, {bad}), about_a).error(), BadReply::malformed);
}

TEST(ParseReply, EndsWherePointersTurnInCircles) {
  const auto here = static_cast<char>(reply(about_a, {}).size());
  const auto loop = record("\xC0"s + here, 1, a7);
  EXPECT_EQ(parse_reply(reply(about_a, {loop}), about_a).error(), BadReply::malformed);
}

TEST(ParseReply, EndsWhereAliasesTurnInCircles) {
  const auto read = parse_reply(
      reply(
          about_a,
          {record(asked_name, 5, name("b.test")), record(name("b.test"), 5, name("www.a.test"))}),
      about_a);
  EXPECT_EQ(read.error(), BadReply::malformed);
}

TEST(ParseReply, KeepsAFewAddressesOfVeryMany) {
  std::vector<std::string> answers;
  for (char high = 0; high < 2; ++high) {
    for (int low = 0; low < 100; ++low)
      answers.push_back(record(asked_name, 1, "\x0A\x00"s + high + static_cast<char>(low)));
  }
  EXPECT_EQ(parse_reply(reply(about_a, answers), about_a)->addresses.size(), 64U);
}

const Asked about_txt{.id = 0x1234, .name = "www.a.test", .type = Type::txt};
const std::string hello = "\x05hello"s;

TEST(ParseReply, ReadsRecordsAtTheEndOfTheChain) {
  const auto read = parse_reply(
      reply(
          about_txt, {record(asked_name, 5, name("b.test")), record(name("b.test"), 16, hello),
                      record(name("c.test"), 16, "\x01x")}),
      about_txt);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->data, std::vector<std::string>{hello});
  EXPECT_TRUE(read->addresses.empty());
}

TEST(ParseReply, RefusesRecordsThatAreNotWellFormed) {
  const auto bad = record(asked_name, 16, "\x06hello");
  EXPECT_EQ(parse_reply(reply(about_txt, {bad}), about_txt).error(), BadReply::malformed);
}

TEST(ParseReply, RefusesMoreRecordsThanAnybodyHas) {
  std::vector<std::string> answers(most_records, record(asked_name, 16, hello));
  EXPECT_EQ(parse_reply(reply(about_txt, answers), about_txt)->data.size(), most_records);
  answers.push_back(record(asked_name, 16, hello));
  EXPECT_EQ(parse_reply(reply(about_txt, answers), about_txt).error(), BadReply::malformed);
}

TEST(ParseReply, HoldsAsLongAsTheShortestRecordAndAnHourAtMost) {
  const auto read = [](const std::string& seconds) {
    auto answer = record(asked_name, 16, hello);
    answer.replace(6, 4, seconds);
    return parse_reply(reply(about_txt, {answer, record(name("x.test"), 16, hello)}), about_txt)
        ->ttl;
  };
  EXPECT_EQ(read("\x00\x00\x00\x05"s), 5U);
  EXPECT_EQ(read("\x00\x01\x00\x00"s), 3600U);
}

TEST(ParseReply, Rfc2181TakesAnImpossibleTimeForNone) {
  auto answer = record(asked_name, 16, hello);
  answer[6] = '\x80';
  EXPECT_EQ(parse_reply(reply(about_txt, {answer}), about_txt)->ttl, 0U);
}

}  // namespace
}  // namespace dns
