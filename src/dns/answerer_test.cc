// SPDX-License-Identifier: Apache-2.0
#include "dns/answerer.h"

#include <gtest/gtest.h>

#include "dns/wire.h"

namespace dns {
namespace {

using namespace std::string_literals;

constexpr auto txt = Type::txt;
constexpr auto https = Type::https;

/// Knows "ok.test" and what is below it, and TXT records of "txt.test" and "txt.ok.test".
class TestJudge : public NameJudge {
public:
  NameVerdict judge(std::string_view name) const override {
    if (name == "ok.test" || name.ends_with(".ok.test")) return {.has_addresses = true};
    return {.has_records = name == "txt.test", .reason = "no rule allows it"};
  }
  RecordVerdict judge_records(std::string_view name, Type type) const override {
    const bool allowed = type == txt && name.starts_with("txt.");
    return {.allowed = allowed, .reason = allowed ? "" : "no rule has them"};
  }
};

/// Lets everything be connected to.
class OpenJudge : public NameJudge {
public:
  NameVerdict judge(std::string_view) const override { return {.has_addresses = true}; }
  RecordVerdict judge_records(std::string_view, Type) const override { return {}; }
};

class Answerer : public testing::Test {
protected:
  Answer ask(std::string_view name, Type type = Type::a) {
    return ask({.question = {.name = std::string(name), .type = type}}, judge_, pool_);
  }
  Answer ask(const Query& query) { return ask(query, judge_, pool_); }
  static Answer ask(const Query& query, const NameJudge& judge, Pool& pool) {
    auto answered = answer(query, pool, judge);
    EXPECT_TRUE(std::holds_alternative<Answer>(answered));
    return std::get<Answer>(std::move(answered));
  }
  std::string respond_to(std::string_view message, Transport transport = Transport::udp) {
    auto response = respond(message, transport, pool_, judge_);
    EXPECT_TRUE(std::holds_alternative<std::string>(response));
    return std::get<std::string>(std::move(response));
  }
  Addresses addresses_of(std::string_view name) { return *pool_.lease(name); }

  Pool pool_;
  TestJudge judge_;
};

Answer with_address(const Address& address) { return {.records = {address_record(address)}}; }
Answer with_name(std::string_view name) { return {.records = {name_record(name)}}; }
const Answer no_data{};
const Answer no_such_name{.rcode = Rcode::name_error};

TEST_F(Answerer, GivesAnAllowedNameItsAddresses) {
  EXPECT_EQ(ask("ok.test"), with_address(addresses_of("ok.test").v4));
  EXPECT_EQ(ask("ok.test", Type::aaaa), with_address(addresses_of("ok.test").v6));
}

TEST_F(Answerer, SaysWhyANameIsRefused) {
  const Answer expected{
      .rcode = Rcode::name_error,
      .error = ExtendedError{ExtendedError::Code::blocked, "no rule allows it"}};
  for (auto type : {Type::a, Type::aaaa, Type::any, txt, https})
    EXPECT_EQ(ask("evil.test", type), expected);
}

TEST_F(Answerer, HasNothingOfOtherTypes) {
  for (auto type : {Type::cname, Type::soa, Type{0}, Type{10}, Type{65535}})
    EXPECT_EQ(ask("ok.test", type), no_data);
  EXPECT_EQ(ask("ok.test", Type::any), (Answer{.records = {refused_any_record()}}));
}

TEST_F(Answerer, LeasesNothingForOtherTypes) {
  Pool pool(0);
  const Query query{.question = {.name = "ok.test", .type = Type::cname}};
  EXPECT_EQ(ask(query, judge_, pool), no_data);
}

TEST_F(Answerer, FailsWhenThePoolIsFull) {
  Pool pool(0);
  const auto full = ask({.question = {.name = "ok.test"}}, judge_, pool);
  EXPECT_EQ(full.rcode, Rcode::server_failure);
  EXPECT_TRUE(full.error);
}

TEST_F(Answerer, KnowsTheNamesOfEverySandbox) {
  EXPECT_EQ(ask("localhost"), with_address(loopback_v4));
  EXPECT_EQ(ask("a.localhost", Type::aaaa), with_address(loopback_v6));
  EXPECT_EQ(ask("localhost", txt), no_data);
  EXPECT_EQ(ask("host.lazaret.internal"), with_address(host_v4));
  EXPECT_EQ(ask("lazaret.internal"), with_address(host_v4));
  EXPECT_EQ(ask("lazaret.internal", Type::aaaa), no_data);
  EXPECT_EQ(ask("other.lazaret.internal"), no_such_name);
  EXPECT_EQ(ask("", Type{2}), no_data);
}

TEST_F(Answerer, IsNotFooledByNamesThatLookAlike) {
  for (auto name : {"notlocalhost", "localhost.test", "xlazaret.internal", "lazaret.internal.test"})
    EXPECT_EQ(ask(name).rcode, Rcode::name_error) << name;
}

TEST_F(Answerer, RefusesAddressesAskedAsNames) {
  const OpenJudge yes;
  for (auto name : {"1.2.3.4", "127.1", "2130706433", "0x7f000001", "a.0x7f", "x.1"})
    EXPECT_EQ(ask({.question = {.name = name}}, yes, pool_), no_such_name) << name;
  EXPECT_EQ(ask({.question = {.name = "1.2.3.4a"}}, yes, pool_).rcode, Rcode::no_error);
}

TEST_F(Answerer, NamesItsAddressesBackwards) {
  addresses_of("ok.test");
  EXPECT_EQ(ask("16.0.18.198.in-addr.arpa", Type::ptr), with_name("ok.test"));
  EXPECT_EQ(
      ask("0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.6.c.6.0.0.d.f.ip6.arpa", Type::ptr),
      with_name("ok.test"));
  EXPECT_EQ(ask("1.0.0.127.in-addr.arpa", Type::ptr), with_name("localhost"));
  EXPECT_EQ(ask("2.2.0.10.in-addr.arpa", Type::ptr), with_name("host.lazaret.internal"));
  EXPECT_EQ(ask("16.0.18.198.in-addr.arpa", Type::a), no_data);
  EXPECT_EQ(ask("17.0.18.198.in-addr.arpa", Type::ptr), no_such_name);
  EXPECT_EQ(ask("8.8.8.8.in-addr.arpa", Type::ptr), no_such_name);
  EXPECT_EQ(ask("ipv4only.arpa"), no_such_name);
}

TEST_F(Answerer, HasNoNamesThatNoHostHas) {
  const auto odd = ask(Query{.question = {.name = std::nullopt}});
  EXPECT_EQ(odd.rcode, Rcode::name_error);
  EXPECT_TRUE(odd.error);
}

TEST_F(Answerer, RefusesOtherClasses) {
  const auto chaos = ask(Query{.question = {.name = "version.bind", .klass = 3}});
  EXPECT_EQ(chaos.rcode, Rcode::refused);
  EXPECT_EQ(chaos.error->code, ExtendedError::Code::not_supported);
}

TEST_F(Answerer, Rfc6891RefusesOtherVersions) {
  const Query future{.question = {.name = "ok.test"}, .edns = Edns{.version = 1}};
  EXPECT_EQ(ask(future).rcode, Rcode::bad_version);
}

TEST_F(Answerer, Rfc5936RefusesTransfers) {
  for (const auto type : {Type::axfr, Type::ixfr})
    EXPECT_EQ(ask("ok.test", type).rcode, Rcode::refused);
}

TEST_F(Answerer, SaysWhyRecordsAreNotLookedUp) {
  const Answer expected{.error = ExtendedError{ExtendedError::Code::blocked, "no rule has them"}};
  EXPECT_EQ(ask("ok.test", txt), expected);
  EXPECT_EQ(ask("ok.test", https), expected);
  EXPECT_EQ(ask("txt.test", https), expected);
}

TEST_F(Answerer, LooksUpWhatARuleNames) {
  const Query query{.question = {.name = "txt.test", .type = txt}};
  const auto answered = answer(query, pool_, judge_);
  ASSERT_TRUE(std::holds_alternative<Lookup>(answered));
  EXPECT_EQ(std::get<Lookup>(answered), (Lookup{.name = "txt.test", .type = txt}));
}

TEST_F(Answerer, GivesNoAddressToANameThatHasOnlyRecords) {
  const Answer expected{.error = ExtendedError{ExtendedError::Code::blocked, "no rule allows it"}};
  EXPECT_EQ(ask("txt.test"), expected);
  EXPECT_EQ(ask("txt.test", Type::aaaa), expected);
  EXPECT_EQ(ask("txt.test", Type::cname), no_data);
}

TEST(AnswerLookup, HandsRecordsOn) {
  const Lookup lookup{.name = "txt.test"};
  const auto out = answer(lookup, Reply{.data = {"\x01x", "\x01y"}, .ttl = 9});
  const Answer expected{
      .records = {
          {.type = txt, .data = "\x01x", .ttl = 9}, {.type = txt, .data = "\x01y", .ttl = 9}}};
  EXPECT_EQ(out, expected);
}

TEST(AnswerLookup, Rfc8020KeepsANameAliveThatHasAddresses) {
  const Reply absent{.rcode = Rcode::name_error};
  EXPECT_EQ(answer(Lookup{}, absent), no_such_name);
  EXPECT_EQ(answer(Lookup{.has_addresses = true}, absent), no_data);
}

TEST(AnswerLookup, SaysWhyItFailed) {
  const auto out =
      answer(Lookup{}, base::fail(base::ErrorKind::timeout, "no name server answered in time"));
  EXPECT_EQ(out.rcode, Rcode::server_failure);
  EXPECT_EQ(out.error->text, "no name server answered in time");
}

TEST_F(Answerer, RespondsInBytes) {
  std::string name;
  append_name(name, "OK.test");
  const auto question = name + "\x00\x01\x00\x01"s;
  const auto query = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s + question;
  const auto expected = "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"s + question +
                        "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc6\x12\x00\x10"s;
  EXPECT_EQ(respond_to(query), expected);
  EXPECT_EQ(respond_to(query, Transport::tcp), expected);
}

TEST_F(Answerer, AnswersTheSameNameTheSameWhateverTheQueryHides) {
  const auto ask_as = [&](std::string_view spelling, std::uint16_t id) {
    std::string query;
    append_u16(query, id);
    query += "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s;
    append_name(query, spelling);
    query += "\x00\x01\x00\x01"s;
    return respond_to(query);
  };
  const auto plain = ask_as("ok.test", 1);
  EXPECT_EQ(ask_as("oK.tEsT", 2).substr(plain.size() - 4), plain.substr(plain.size() - 4));
}

TEST_F(Answerer, KeepsSilentTowardsReplies) {
  EXPECT_EQ(respond_to("\x12\x34\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00"s), "");
  EXPECT_EQ(respond_to(""), "");
}

TEST_F(Answerer, SurvivesTheLargestMessage) {
  const auto large = std::string(12, '\0') + std::string(65523, '\xc0');
  EXPECT_EQ(respond_to(large, Transport::tcp).substr(2, 2), "\x80\x81"s);
}

}  // namespace
}  // namespace dns
