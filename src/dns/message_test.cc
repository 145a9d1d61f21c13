// SPDX-License-Identifier: Apache-2.0
#include "dns/message.h"

#include <gtest/gtest.h>

#include "dns/test_support.h"
#include "dns/wire.h"

namespace dns {
namespace {

using namespace std::string_literals;
using test::wire;

const std::string one_question = "\x00\x01\x00\x00\x00\x00\x00\x00"s;
const std::string question_and_opt = "\x00\x01\x00\x00\x00\x00\x00\x01"s;
const std::string type_a_in = "\x00\x01\x00\x01"s;

/// A query with id 0x1234 and RD, for the name as it stands on the wire.
std::string query_for(std::string_view wire_name) {
  return "\x12\x34\x01\x00"s + one_question + std::string(wire_name) + type_a_in;
}

/// An OPT record of version 0, size 1232, without DO.
std::string opt(std::string_view options = "") {
  auto record = "\x00\x00\x29\x04\xd0\x00\x00\x00\x00"s;
  append_u16(record, static_cast<std::uint16_t>(options.size()));
  return record.append(options);
}

std::optional<std::string> name_in(std::string_view wire_name) {
  auto query = parse_query(query_for(wire_name));
  EXPECT_TRUE(query);
  return query ? query->question.name : std::nullopt;
}

Rcode rejection_of(std::string_view message) {
  const auto query = parse_query(message);
  EXPECT_FALSE(query);
  EXPECT_TRUE(query || query.error().header);
  return query ? Rcode::no_error : query.error().rcode;
}

TEST(ParseQuery, ReadsAQuestion) {
  const Query expected{
      .header = {.id = 0x1234, .recursion_desired = true},
      .question = {.name = "www.a.test", .wire = "\x03www\x01\x61\x04test\x00\x00\x01\x00\x01"s}};
  EXPECT_EQ(parse_query(query_for(wire("www.a.test"))), expected);
}

TEST(ParseQuery, ReadsEdns) {
  const auto query = parse_query(
      "\x00\x01\x00\x10"s + question_and_opt + wire("a.test") + type_a_in +
      "\x00\x00\x29\x10\x00\x00\x01\x80\x00\x00\x00"s);
  ASSERT_TRUE(query);
  EXPECT_TRUE(query->header.checking_disabled);
  EXPECT_EQ(query->edns, (Edns{.udp_size = 4096, .version = 1, .dnssec_ok = true}));
}

TEST(ParseQuery, ForgetsOptions) {
  const auto head = "\x00\x01\x00\x00"s + question_and_opt + wire("a.test") + type_a_in;
  const auto cookie = "\x00\x0a\x00\x08\x01\x02\x03\x04\x05\x06\x07\x08"s;
  EXPECT_EQ(parse_query(head + opt(cookie)), parse_query(head + opt()));
}

TEST(ParseQuery, CanonicalisesNames) {
  EXPECT_EQ(name_in(wire("wWw.EXAMPLE.com")), "www.example.com");
  EXPECT_EQ(name_in(wire("_dmarc.xn--a-b.test")), "_dmarc.xn--a-b.test");
  EXPECT_EQ(name_in(wire("")), "");
}

TEST(ParseQuery, KeepsTheSpellingOfTheQuestion) {
  const auto query = parse_query(query_for(wire("ExAmPle.test")));
  EXPECT_EQ(query->question.wire, wire("ExAmPle.test") + type_a_in);
}

TEST(ParseQuery, GivesNoNameForWhatIsNoHost) {
  for (const auto& label :
       {"a.b"s, "a\\b"s, "*"s, "a b"s, "a\0b"s, "a\x01z"s, "caf\xc3\xa9"s, "a/b"s, "a:b"s, "a@b"s,
        "[::1]"s, "\x7f"s}) {
    std::string name;
    append_u8(name, static_cast<std::uint8_t>(label.size()));
    EXPECT_EQ(name_in(name + label + wire("test")), std::nullopt) << label;
  }
}

TEST(ParseQuery, TakesNamesUpToTheirLongest) {
  const auto label = wire(std::string(63, 'x')).substr(0, 64);
  const auto longest = label + label + label + wire(std::string(61, 'y'));
  EXPECT_EQ(longest.size(), 255U);
  EXPECT_EQ(name_in(longest)->size(), 253U);
  const auto too_long = label + label + label + wire(std::string(62, 'y'));
  EXPECT_EQ(rejection_of(query_for(too_long)), Rcode::format_error);
}

TEST(ParseQuery, RefusesCompressionAndReservedLabels) {
  for (const auto& name :
       {"\xc0\x0c"s, "\x01\x61\xc0\x0c"s, "\x01\x61\xff\xff"s, "\x40\x61\x00"s, "\x80\x00"s})
    EXPECT_EQ(rejection_of(query_for(name)), Rcode::format_error);
}

TEST(ParseQuery, DropsWhatIsNoQuery) {
  const auto whole = query_for(wire("a.test"));
  for (std::size_t size = 0; size < 12; ++size)
    EXPECT_EQ(parse_query(whole.substr(0, size)), std::unexpected(Rejected{})) << size;
  auto reply = whole;
  reply[2] = '\x81';
  EXPECT_EQ(parse_query(reply), std::unexpected(Rejected{}));
}

TEST(ParseQuery, RefusesAMessageCutShort) {
  const auto whole = "\x00\x01\x00\x00"s + question_and_opt + wire("a.test") + type_a_in +
                     opt("\x00\x0a\x00\x01z"s);
  for (std::size_t size = 12; size < whole.size(); ++size)
    EXPECT_EQ(rejection_of(whole.substr(0, size)), Rcode::format_error) << size;
  EXPECT_TRUE(parse_query(whole));
}

TEST(ParseQuery, Rfc6891RefusesOptionsThatDoNotFillTheirRecord) {
  const auto head = "\x00\x01\x00\x00"s + question_and_opt + wire("a.test") + type_a_in;
  for (const auto& options : {"\x00"s, "\x00\x0a\x00"s, "\x00\x0a\x00\x02x"s})
    EXPECT_EQ(rejection_of(head + opt(options)), Rcode::format_error);
}

TEST(ParseQuery, RefusesBytesBehindTheMessage) {
  EXPECT_EQ(rejection_of(query_for(wire("a.test")) + "x"), Rcode::format_error);
}

TEST(ParseQuery, RefusesOtherCounts) {
  const auto rest = wire("a.test") + type_a_in;
  for (const auto& counts :
       {"\x00\x00\x00\x00\x00\x00\x00\x00"s, "\x00\x02\x00\x00\x00\x00\x00\x00"s,
        "\x00\x32\x00\x00\x00\x00\x00\x00"s, "\x00\x01\x00\x01\x00\x00\x00\x00"s,
        "\x00\x01\x00\x00\x00\x01\x00\x00"s, "\x00\x01\x00\x00\x00\x00\x00\x02"s})
    EXPECT_EQ(rejection_of("\x12\x34\x01\x00" + counts + rest), Rcode::format_error);
}

TEST(ParseQuery, RefusesAdditionalRecordsOtherThanOpt) {
  const auto head = "\x00\x01\x00\x00"s + question_and_opt + wire("a.test") + type_a_in;
  const auto tsig = "\x00\x00\xfa\x00\xff\x00\x00\x00\x00\x00\x00"s;
  const auto named_opt = "\x01\x61"s + opt();
  EXPECT_EQ(rejection_of(head + tsig), Rcode::format_error);
  EXPECT_EQ(rejection_of(head + named_opt), Rcode::format_error);
}

TEST(ParseQuery, DoesNotImplementOtherOperations) {
  auto notify = query_for(wire("a.test"));
  notify[2] = '\x20';
  const auto query = parse_query(notify);
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error().rcode, Rcode::not_implemented);
  EXPECT_EQ(query.error().header->opcode, 4);
}

}  // namespace
}  // namespace dns
