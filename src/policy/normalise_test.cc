// SPDX-License-Identifier: Apache-2.0
#include "policy/normalise.h"

#include <gtest/gtest.h>

#include <string>

namespace policy {
namespace {

using namespace std::string_literals;

struct Accepted {
  std::string from;
  std::string to;
};

TEST(NormaliseHost, GivesEachNameOneSpelling) {
  const Accepted table[] = {
      {"Example.COM", "example.com"},
      {"example.com.", "example.com"},
      {"my_service.example.com", "my_service.example.com"},
      {"r3---sn-abc.example.com", "r3---sn-abc.example.com"},
      {"MÜNCHEN.example", "xn--mnchen-3ya.example"},
      {"xn--MNCHEN-3ya.example", "xn--mnchen-3ya.example"},
      {"faß.example", "xn--fa-hia.example"},
      {"ｅｘａｍｐｌｅ．ｃｏｍ", "example.com"},
      {"example。com", "example.com"},
      {"localhost.", "localhost"},
  };
  for (const auto& [from, to] : table)
    EXPECT_EQ(normalise_host(from).value_or("refused"), to) << from;
}

TEST(NormaliseHost, ReadsEverySpellingOfAnIpv4Address) {
  const Accepted table[] = {
      {"127.0.0.1", "127.0.0.1"},
      {"127.1", "127.0.0.1"},
      {"127.0.1", "127.0.0.1"},
      {"2130706433", "127.0.0.1"},
      {"0x7f000001", "127.0.0.1"},
      {"0x7F.0.0.0x1", "127.0.0.1"},
      {"0177.0.0.01", "127.0.0.1"},
      {"017700000001", "127.0.0.1"},
      {"0", "0.0.0.0"},
      {"127.0.0.1.", "127.0.0.1"},
      {"１２７.0.0.1", "127.0.0.1"},
      {"255.255.65535", "255.255.255.255"},
      {"0x0000007f.1", "127.0.0.1"},
  };
  for (const auto& [from, to] : table)
    EXPECT_EQ(normalise_host(from).value_or("refused"), to) << from;
}

TEST(NormaliseHost, WritesIpv6WithoutBracketsInCanonicalForm) {
  const Accepted table[] = {
      {"[::1]", "::1"},
      {"::1", "::1"},
      {"[2001:DB8:0:0:0:0:0:1]", "2001:db8::1"},
      {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
      {"[::ffff:10.9.9.9]", "::ffff:10.9.9.9"},
      {"::ffff:a09:909", "::ffff:10.9.9.9"},
  };
  for (const auto& [from, to] : table)
    EXPECT_EQ(normalise_host(from).value_or("refused"), to) << from;
}

TEST(NormaliseHost, RefusesWhatIsNoHost) {
  const std::string table[] = {
      "",
      ".",
      "..",
      "a..b",
      ".a",
      "example.com..",
      "a b",
      " a",
      "a\tb",
      "a\rb",
      "evil\0ok.test"s,
      "ev%69l.test",
      "user@host",
      "a/b",
      "a\\.b",
      "a#b",
      "a?b",
      "*",
      "*.example.com",
      "a:80",
      "[::1",
      "::1]",
      "[::1]:80",
      "[fe80::1%25lo]",
      "fe80::1%lo",
      "[127.0.0.1]",
      "[]",
      "256.1.1.1",
      "1.2.3.4.5",
      "08.1.1.1",
      "0x",
      "4294967296",
      "example.1",
      "xn--a",
      "xn--\x80",
      "\xff.test",
      "a／b",
      "a％2e.test",
      "a：80",
      "example.com\0"s,
      "127.0.0.1 evil",
      "-\x7f",
      std::string(64, 'a') + ".test",
      std::string(2000, 'a'),
  };
  for (const auto& text : table) {
    EXPECT_FALSE(normalise_host(text)) << text;
  }
}

TEST(NormaliseHost, HoldsNamesTo253Bytes) {
  const std::string label(62, 'a');
  const std::string longest = label + "." + label + "." + label + "." + label + ".b";
  EXPECT_EQ(longest.size(), 253U);
  EXPECT_TRUE(normalise_host(longest));
  EXPECT_TRUE(normalise_host(longest + "."));
  EXPECT_FALSE(normalise_host(longest + "b"));
}

TEST(SplitAuthority, TakesHostAndPortApart) {
  const auto with_port = split_authority("Example.com:8443");
  ASSERT_TRUE(with_port);
  EXPECT_EQ(with_port->host, "example.com");
  EXPECT_EQ(with_port->port, 8443);
  EXPECT_EQ(split_authority("example.com")->port, std::nullopt);
  EXPECT_EQ(split_authority("[::1]:80")->host, "::1");
  EXPECT_EQ(split_authority("[::1]")->port, std::nullopt);
}

TEST(SplitAuthority, RefusesSecondReadings) {
  for (const std::string text :
       {"", ":80", "a:", "a:0", "a:65536", "a:080", "a:+80", "a: 80", "a:80:90", "::1", "::1:80",
        "[::1]80", "[::1", "[::1]:", "u@a", "u:p@a:80", "a:8 0", "a:99999999999"}) {
    EXPECT_FALSE(split_authority(text)) << text;
  }
}

TEST(NormalisePath, GivesEachPathOneSpelling) {
  const Accepted table[] = {
      {"", "/"},
      {"/", "/"},
      {"/a/b", "/a/b"},
      {"/%61dmin", "/admin"},
      {"/%41%7e%2D%2e%5F", "/A~-._"},
      {"/a%2fb", "/a%2Fb"},
      {"/a%2Fb", "/a%2Fb"},
      {"/caf%c3%a9", "/caf%C3%A9"},
      {"/./admin", "/admin"},
      {"/x/../admin", "/admin"},
      {"/x/%2e%2E/admin", "/admin"},
      {"/x/.%2e/admin", "/admin"},
      {"/../../admin", "/admin"},
      {"/a/b/..", "/a/"},
      {"/a/b/.", "/a/b/"},
      {"/..", "/"},
      {"/a/...", "/a/..."},
      {"/a//b", "/a//b"},
      {"//admin", "//admin"},
      {"/a//../b", "/a/b"},
      {"/.well-known/x", "/.well-known/x"},
      {"/a|b{c}\"<>^`", "/a%7Cb%7Bc%7D%22%3C%3E%5E%60"},
      {"/@scope%2fname;v=1:2,3!$&'()*+", "/@scope%2Fname;v=1:2,3!$&'()*+"},
      {"/%20%0a", "/%20%0A"},
  };
  for (const auto& [from, to] : table)
    EXPECT_EQ(normalise_path(from).value_or("refused"), to) << from;
}

TEST(NormalisePath, RefusesWhatServersReadDifferently) {
  for (const std::string& text :
       {"a"s,
        "*"s,
        "/%"s,
        "/%4"s,
        "/%zz"s,
        "/a\0b"s,
        "/%00"s,
        "/a\\b"s,
        "/a b"s,
        "/a\tb"s,
        "/a\rb"s,
        "/\x7f"s,
        "/caf\xc3\xa9"s,
        "/a?b"s,
        "/a#b"s,
        "/x/..;/admin"s,
        "/x/.;a/admin"s,
        "/x/..%2fadmin"s,
        "/x/..%5cadmin"s,
        "/x%2f%2e%2e%2fadmin"s,
        "/a%2F.."s}) {
    EXPECT_FALSE(normalise_path(text)) << text;
  }
}

TEST(NormaliseQuery, GivesEachQueryOneSpelling) {
  const Accepted table[] = {
      {"", ""},
      {"a=1&b=%41", "a=1&b=A"},
      {"q=%2f%2F/", "q=%2F%2F/"},
      {"a=?x", "a=?x"},
      {"a[]={\"b\"}", "a[]=%7B%22b%22%7D"},
      {"b=%00", "b=%00"},
      {"p=..\\x", "p=..%5Cx"},
  };
  for (const auto& [from, to] : table)
    EXPECT_EQ(normalise_query(from).value_or("refused"), to) << from;
}

TEST(NormaliseQuery, RefusesRawBytesThatSplitARequest) {
  for (const std::string& text : {"a b"s, "a\n"s, "a\0"s, "%"s, "%g0"s, "\xc3\xa9"s, "a#b"s}) {
    EXPECT_FALSE(normalise_query(text)) << text;
  }
}

TEST(NormaliseMethod, MakesCaseNoDifference) {
  EXPECT_EQ(normalise_method("get").value(), "GET");
  EXPECT_EQ(normalise_method("M-SEARCH").value(), "M-SEARCH");
}

TEST(NormaliseMethod, RefusesNonTokensAndEchoes) {
  for (const std::string& text :
       {""s, "GET\t"s, "GET "s, "G ET"s, "GET\0"s, "GET/"s, "TRACE"s, "trace"s, "TRACK"s,
        std::string(33, 'A')}) {
    EXPECT_FALSE(normalise_method(text)) << text;
  }
}

TEST(Normalise, NeverRepeatsTheInputInAnError) {
  EXPECT_FALSE(normalise_host("s3cret@host").error().to_string().contains("s3cret"));
  EXPECT_FALSE(normalise_path("/s3cret\\").error().to_string().contains("s3cret"));
}

}  // namespace
}  // namespace policy
