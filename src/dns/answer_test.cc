// SPDX-License-Identifier: Apache-2.0
#include "dns/answer.h"

#include <gtest/gtest.h>

namespace dns {
namespace {

using namespace std::string_literals;

const auto question = "\x01\x61\x04test\x00\x00\x01\x00\x01"s;

Query plain_query() {
  return {
      .header = {.id = 0xABCD, .recursion_desired = true},
      .question = {.name = "a.test", .wire = question}};
}

Query edns_query() {
  auto query = plain_query();
  query.edns = Edns{.udp_size = 4096, .dnssec_ok = true};
  return query;
}

/// The SOA record of every answer without records.
const auto soa =
    "\x00\x00\x06\x00\x01\x00\x00\x00\x0a\x00\x3f"
    "\x07lazaret\x08internal\x00\x06nobody\x07lazaret\x08internal\x00"
    "\x00\x00\x00\x01\x00\x00\x0e\x10\x00\x00\x0e\x10\x00\x00\x0e\x10\x00\x00\x00\x0a"s;

TEST(WriteAnswer, WritesARecord) {
  const Answer answer{.records = {address_record(Ipv4{0xC6120010})}};
  const auto expected = "\xab\xcd\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"s + question +
                        "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc6\x12\x00\x10"s;
  EXPECT_EQ(write_answer(plain_query(), answer, 512), expected);
}

TEST(WriteAnswer, WritesEveryKindOfRecord) {
  EXPECT_EQ(address_record(loopback_v6), (Record{Type::aaaa, std::string(15, '\0') + "\x01"}));
  EXPECT_EQ(name_record("a.test"), (Record{Type::ptr, "\x01\x61\x04test\x00"s}));
  EXPECT_EQ(refused_any_record(), (Record{Type::hinfo, "\x07RFC8482\x00"s}));
}

TEST(WriteAnswer, SpeaksEdnsOnlyToThoseWhoDo) {
  const Answer answer{.rcode = Rcode::name_error};
  const auto plain = write_answer(plain_query(), answer, 512);
  EXPECT_EQ(plain, "\xab\xcd\x81\x83\x00\x01\x00\x00\x00\x01\x00\x00"s + question + soa);
  const auto edns = write_answer(edns_query(), answer, 512);
  EXPECT_EQ(
      edns, "\xab\xcd\x81\x83\x00\x01\x00\x00\x00\x01\x00\x01"s + question + soa +
                "\x00\x00\x29\x04\xd0\x00\x00\x80\x00\x00\x00"s);
}

TEST(WriteAnswer, SaysWhyAnAnswerIsBlocked) {
  const Answer answer{
      .rcode = Rcode::name_error, .error = ExtendedError{ExtendedError::Code::blocked, "no rule"}};
  const auto bytes = write_answer(edns_query(), answer, 512);
  EXPECT_TRUE(bytes.ends_with("\x80\x00\x00\x0d\x00\x0f\x00\x09\x00\x0fno rule"s));
}

TEST(WriteAnswer, SplitsALongResponseCode) {
  const auto bytes = write_answer(edns_query(), {.rcode = Rcode::bad_version}, 512);
  EXPECT_EQ(bytes[3], '\x80');
  EXPECT_TRUE(bytes.ends_with("\x04\xd0\x01\x00\x80\x00\x00\x00"s));
}

TEST(WriteAnswer, ShortensTheReasonBetweenCharacters) {
  std::string text(239, 'x');
  const Answer answer{.error = ExtendedError{.text = text + "\xc3\xa9"}};
  EXPECT_TRUE(write_answer(edns_query(), answer, 1232).ends_with("\x00\x00" + text));
}

TEST(WriteAnswer, LeavesTheReasonOutBeforeItTruncates) {
  const Answer answer{
      .records = {name_record("a.test")}, .error = ExtendedError{.text = std::string(200, 'x')}};
  const auto whole = write_answer(edns_query(), answer, 1232);
  const auto shorter = write_answer(edns_query(), answer, whole.size() - 1);
  EXPECT_EQ(shorter.size(), whole.size() - 200);
  const auto truncated = write_answer(edns_query(), answer, shorter.size() - 1);
  EXPECT_EQ(truncated[2], '\x83');
  EXPECT_EQ(truncated.substr(6, 2), "\x00\x00"s);
}

TEST(WriteAnswer, Rfc2308SaysHowLongNothingHolds) {
  EXPECT_TRUE(write_answer(plain_query(), {}, 512).ends_with(soa));
  EXPECT_FALSE(
      write_answer(plain_query(), {.rcode = Rcode::server_failure}, 512).contains("lazaret"));
  EXPECT_FALSE(write_answer(plain_query(), {.rcode = Rcode::refused}, 512).contains("lazaret"));
}

TEST(WriteAnswer, KeepsEachRecordsOwnTime) {
  const Answer answer{.records = {{.type = Type::txt, .data = "\x01x", .ttl = 7}}};
  EXPECT_TRUE(write_answer(plain_query(), answer, 512)
                  .ends_with("\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x07\x00\x02\x01x"s));
}

TEST(WriteAnswer, Rfc6840ClaimsNothingToBeAuthentic) {
  EXPECT_EQ(write_answer(edns_query(), {}, 512)[3] & 0x20, 0);
}

TEST(WriteRejection, RepliesOnlyWhenAReplyIsDue) {
  EXPECT_EQ(write_rejection({}), "");
  const Rejected rejected{
      .header = Header{.id = 0x0102, .opcode = 4}, .rcode = Rcode::not_implemented};
  EXPECT_EQ(write_rejection(rejected), "\x01\x02\xa0\x84\x00\x00\x00\x00\x00\x00\x00\x00"s);
}

}  // namespace
}  // namespace dns
