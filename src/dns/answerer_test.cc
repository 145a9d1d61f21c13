// SPDX-License-Identifier: Apache-2.0
#include "dns/answerer.h"

#include <gtest/gtest.h>

#include "dns/wire.h"

namespace dns {
namespace {

using namespace std::string_literals;

constexpr Type txt{16};
constexpr Type https{65};

/// Knows "ok.test" and what is below it.
class TestJudge : public NameJudge {
public:
  NameVerdict judge(std::string_view name) const override {
    if (name == "ok.test" || name.ends_with(".ok.test")) return {.allowed = true};
    return {.reason = "no rule allows it"};
  }
};

class Answerer : public testing::Test {
protected:
  Answer ask(std::string_view name, Type type = Type::a) {
    return answer({.question = {.name = std::string(name), .type = type}}, pool_, judge_);
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
  for (auto type : {txt, https, Type{0}, Type{10}, Type{252}, Type{65535}})
    EXPECT_EQ(ask("ok.test", type), no_data);
  EXPECT_EQ(ask("ok.test", Type::any), (Answer{.records = {refused_any_record()}}));
}

TEST_F(Answerer, LeasesNothingForOtherTypes) {
  Pool pool(0);
  EXPECT_EQ(answer({.question = {.name = "ok.test", .type = txt}}, pool, judge_), no_data);
}

TEST_F(Answerer, FailsWhenThePoolIsFull) {
  Pool pool(0);
  const auto full = answer({.question = {.name = "ok.test"}}, pool, judge_);
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
  struct Yes : NameJudge {
    NameVerdict judge(std::string_view) const override { return {.allowed = true}; }
  } yes;
  for (auto name : {"1.2.3.4", "127.1", "2130706433", "0x7f000001", "a.0x7f", "x.1"})
    EXPECT_EQ(answer({.question = {.name = name}}, pool_, yes), no_such_name) << name;
  EXPECT_EQ(answer({.question = {.name = "1.2.3.4a"}}, pool_, yes).rcode, Rcode::no_error);
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
  EXPECT_EQ(answer({.question = {.name = std::nullopt}}, pool_, judge_), no_such_name);
}

TEST_F(Answerer, RefusesOtherClassesAndVersions) {
  const Query chaos{.question = {.name = "version.bind", .klass = 3}};
  EXPECT_EQ(answer(chaos, pool_, judge_).rcode, Rcode::refused);
  const Query future{.question = {.name = "ok.test"}, .edns = Edns{.version = 1}};
  EXPECT_EQ(answer(future, pool_, judge_).rcode, Rcode::bad_version);
}

TEST_F(Answerer, RespondsInBytes) {
  std::string name;
  append_name(name, "OK.test");
  const auto question = name + "\x00\x01\x00\x01"s;
  const auto query = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s + question;
  const auto expected = "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"s + question +
                        "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc6\x12\x00\x10"s;
  EXPECT_EQ(respond(query, Transport::udp, pool_, judge_), expected);
  EXPECT_EQ(respond(query, Transport::tcp, pool_, judge_), expected);
}

TEST_F(Answerer, AnswersTheSameNameTheSameWhateverTheQueryHides) {
  const auto ask_as = [&](std::string_view spelling, std::uint16_t id) {
    std::string query;
    append_u16(query, id);
    query += "\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"s;
    append_name(query, spelling);
    query += "\x00\x01\x00\x01"s;
    return respond(query, Transport::udp, pool_, judge_);
  };
  const auto plain = ask_as("ok.test", 1);
  EXPECT_EQ(ask_as("oK.tEsT", 2).substr(plain.size() - 4), plain.substr(plain.size() - 4));
}

TEST_F(Answerer, KeepsSilentTowardsReplies) {
  EXPECT_EQ(
      respond("\x12\x34\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00"s, Transport::udp, pool_, judge_),
      "");
  EXPECT_EQ(respond("", Transport::udp, pool_, judge_), "");
}

TEST_F(Answerer, SurvivesTheLargestMessage) {
  const auto large = std::string(12, '\0') + std::string(65523, '\xc0');
  EXPECT_EQ(respond(large, Transport::tcp, pool_, judge_).substr(2, 2), "\x80\x81"s);
}

}  // namespace
}  // namespace dns
