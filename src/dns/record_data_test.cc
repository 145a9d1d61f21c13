// SPDX-License-Identifier: Apache-2.0
#include "dns/record_data.h"

#include <gtest/gtest.h>

#include "dns/test_support.h"
#include "dns/wire.h"

namespace dns {
namespace {

using namespace std::string_literals;
using test::wire;

const std::string no_protocol = "\x00\x02\x00\x00"s;
const std::string port_8443 = "\x00\x03\x00\x02\x20\xfb"s;
const std::string h2_and_h3 = "\x00\x01\x00\x06\x02h3\x02h2"s;
const std::string h2_alone = "\x00\x01\x00\x03\x02h2"s;
const std::string h3_alone = "\x00\x01\x00\x03\x02h3"s;
const std::string hint4 = "\x00\x04\x00\x04\x01\x02\x03\x04"s;
const std::string ech = "\x00\x05\x00\x03xyz"s;
const std::string hint6 = "\x00\x06\x00\x10"s + std::string(16, '\x01');

/// What becomes of the data of a record; "malformed", "withheld".
std::string rebuilt(Type type, const std::string& data, const std::string& before = "") {
  const auto out = rebuild_data(type, before + data, before.size(), data.size());
  if (out) return *out;
  return out.error() == Unfit::malformed ? "malformed" : "withheld";
}

/// An HTTPS record of priority 1 about its own name, with these parameters.
std::string https_record(const std::string& parameters) { return "\x00\x01\x00"s + parameters; }

/// What is left of the parameters.
std::string left_of(const std::string& parameters) {
  const auto out = rebuilt(Type::https, https_record(parameters));
  return out.starts_with("\x00\x01\x00"s) ? out.substr(3) : out;
}

void expect_malformed_when_cut(Type type, const std::string& data) {
  EXPECT_EQ(rebuilt(type, data), data);
  for (std::size_t size = 0; size < data.size(); ++size)
    EXPECT_EQ(rebuilt(type, data.substr(0, size)), "malformed") << size;
}

TEST(RebuildData, Rfc1035KeepsStringsOfTxt) {
  const auto two = "\x03one\x00"s;
  EXPECT_EQ(rebuilt(Type::txt, two), two);
  for (const auto& bad : {""s, "\x04one"s, "\x03one\x01"s})
    EXPECT_EQ(rebuilt(Type::txt, bad), "malformed");
}

TEST(RebuildData, Rfc1035DecompressesAndLowersTheExchange) {
  const auto before = wire("A.test");
  EXPECT_EQ(
      rebuilt(Type::mx, "\x00\x0a\x04MAIL\xc0\x00"s, before), "\x00\x0a"s + wire("mail.a.test"));
}

TEST(RebuildData, Rfc7505KeepsANullExchange) { EXPECT_EQ(rebuilt(Type::mx, "\0\0\0"s), "\0\0\0"s); }

TEST(RebuildData, RefusesAnythingBehindAName) {
  EXPECT_EQ(rebuilt(Type::mx, "\x00\x0a"s + wire("a.test") + "x"), "malformed");
  EXPECT_EQ(rebuilt(Type::mx, "\x00\x0a\xc0\x02"s), "malformed");
}

TEST(RebuildData, WithholdsNamesThatNoHostHas) {
  EXPECT_EQ(rebuilt(Type::mx, "\x00\x0a\x03"s + "a b" + wire("test")), "withheld");
  EXPECT_EQ(rebuilt(Type::srv, "\0\0\0\0\0\0\x03"s + "a.b" + wire("test")), "withheld");
  EXPECT_EQ(rebuilt(Type::https, "\x00\x01\x03"s + "a/b" + wire("test")), "withheld");
}

TEST(RebuildData, Rfc2782KeepsServices) {
  expect_malformed_when_cut(Type::srv, "\x00\x01\x00\x02\x14\xe6"s + wire("host.a.test"));
}

TEST(RebuildData, Rfc3403KeepsNaptr) {
  expect_malformed_when_cut(
      Type::naptr, "\x00\x64\x00\x0a\x01S\x07SIP+D2U\x00"s + wire("_sip._udp.a.test"));
}

TEST(RebuildData, Rfc8659KeepsCaa) {
  const auto issue = "\x80\x05issueca.test"s;
  EXPECT_EQ(rebuilt(Type::caa, issue), issue);
  EXPECT_EQ(rebuilt(Type::caa, "\x00\x05issue"s), "\x00\x05issue"s);
  for (const auto& bad :
       {""s, "\x00"s, "\x00\x00x"s, "\x00\x05iss"s, "\x00\x02i-"s,
        "\x00\x10"s + std::string(16, 'a')})
    EXPECT_EQ(rebuilt(Type::caa, bad), "malformed");
}

TEST(RebuildData, Rfc9460KeepsPriorityTargetAndPort) {
  const auto record = "\x00\x02"s + wire("svc.a.test") + port_8443;
  EXPECT_EQ(rebuilt(Type::svcb, record), record);
  EXPECT_EQ(rebuilt(Type::https, record), record);
}

TEST(RebuildData, Rfc9460TakesHintsAndEchOut) {
  EXPECT_EQ(left_of(port_8443 + hint4 + ech + hint6), port_8443);
}

TEST(RebuildData, TakesUnknownParametersOut) {
  EXPECT_EQ(left_of(port_8443 + "\x00\x07\x00\x02/q"s + "\xff\x00\x00\x01x"s), port_8443);
}

TEST(RebuildData, KeepsTheProtocolsThatTheGatewaySpeaks) {
  EXPECT_EQ(left_of(h2_and_h3), h2_alone);
  EXPECT_EQ(left_of(h3_alone + port_8443), port_8443);
}

TEST(RebuildData, Rfc9460WithholdsARecordWithoutAProtocolLeft) {
  EXPECT_EQ(left_of(h3_alone + no_protocol), "withheld");
  EXPECT_EQ(left_of(h2_and_h3 + no_protocol), h2_alone + no_protocol);
}

TEST(RebuildData, Rfc9460WithholdsWhatIsMandatoryAndTakenOut) {
  EXPECT_EQ(left_of("\x00\x00\x00\x02\x00\x04"s + hint4), "withheld");
  EXPECT_EQ(left_of("\x00\x00\x00\x02\x00\x05"s + ech), "withheld");
  const auto port = "\x00\x00\x00\x02\x00\x03"s + port_8443;
  EXPECT_EQ(left_of(port), port);
}

TEST(RebuildData, Rfc9460RefusesOddMandatoryLists) {
  for (const auto& list :
       {""s, "\x00"s, "\x00\x00"s, "\x00\x03\x00\x03"s, "\x00\x03\x00\x01"s, "\x00\x01"s}) {
    std::string parameter = "\x00\x00"s;
    append_u16(parameter, static_cast<std::uint16_t>(list.size()));
    EXPECT_EQ(left_of(parameter + list + port_8443), "malformed");
  }
}

TEST(RebuildData, Rfc9460DropsTheParametersOfAnAlias) {
  const auto alias = "\x00\x00"s + wire("other.test");
  EXPECT_EQ(rebuilt(Type::https, alias + port_8443), alias);
}

TEST(RebuildData, Rfc9460RefusesCompressedTargets) {
  EXPECT_EQ(rebuilt(Type::https, "\x00\x01\xc0\x00"s, wire("a.test")), "malformed");
}

TEST(RebuildData, Rfc9460RefusesParametersThatDoNotAscend) {
  EXPECT_EQ(left_of(port_8443 + h2_alone), "malformed");
  EXPECT_EQ(left_of(port_8443 + port_8443), "malformed");
}

TEST(RebuildData, Rfc9460RefusesValuesOfAnotherShape) {
  for (const auto& bad :
       {"\x00\x01\x00\x00"s, "\x00\x01\x00\x01\x00"s, "\x00\x01\x00\x02\x03h"s,
        "\x00\x02\x00\x01x"s, "\x00\x03\x00\x01x"s, "\x00\x04\x00\x00"s, "\x00\x04\x00\x03xyz"s,
        "\x00\x06\x00\x04xyzw"s, "\x00\x03\x00"s})
    EXPECT_EQ(left_of(bad), "malformed");
}

TEST(RebuildData, KnowsNoAddresses) {
  for (const auto type : {Type::a, Type::aaaa, Type::cname, Type::any, Type::opt, Type{0}}) {
    EXPECT_FALSE(can_rebuild(type));
    EXPECT_EQ(rebuilt(type, "\x01\x02\x03\x04"), "malformed");
  }
}

}  // namespace
}  // namespace dns
