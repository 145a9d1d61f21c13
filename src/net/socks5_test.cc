// SPDX-License-Identifier: Apache-2.0
#include "net/socks5.h"

#include <gtest/gtest.h>

namespace net::socks5 {
namespace {

using namespace std::string_literals;

template <class T>
Parsed<T> complete(T value, std::size_t consumed) {
  return Complete<T>{value, consumed};
}

TEST(Socks5, OffersALoginOnlyWhereThereIsOne) {
  EXPECT_EQ(greeting(Login::none), "\x05\x01\x00"s);
  EXPECT_EQ(greeting(Login::password), "\x05\x02\x00\x02"s);
}

TEST(Socks5, ReadsTheChosenMethod) {
  EXPECT_EQ(read_method("\x05\x00"s, Login::none), complete(Method::none, 2));
  EXPECT_EQ(read_method("\x05\x02more"s, Login::password), complete(Method::password, 2));
  EXPECT_EQ(read_method("\x05\xff"s, Login::none), complete(Method::not_acceptable, 2));
  EXPECT_EQ(read_method("\x05"s, Login::none), Parsed<Method>(NeedMore{}));
  EXPECT_EQ(read_method("", Login::none), Parsed<Method>(NeedMore{}));
}

TEST(Socks5, RefusesAMethodThatWasNotOffered) {
  EXPECT_TRUE(std::holds_alternative<Malformed>(read_method("\x05\x02"s, Login::none)));
  EXPECT_TRUE(std::holds_alternative<Malformed>(read_method("\x05\x01"s, Login::password)));
  EXPECT_TRUE(std::holds_alternative<Malformed>(read_method("H", Login::none)));
}

TEST(Socks5, SendsUserAndPassword) {
  EXPECT_EQ(login_request("me", "pass")->reveal(), "\x01\x02me\x04pass"s);
  EXPECT_EQ(login_request("me", "")->reveal(), "\x01\x02me\x00"s);
  EXPECT_FALSE(login_request("", "x"));
  EXPECT_FALSE(login_request("me", std::string(256, 'x')));
}

TEST(Socks5, ReadsTheReplyToALogin) {
  EXPECT_EQ(read_login_reply("\x01\x00"s), complete(true, 2));
  EXPECT_EQ(read_login_reply("\x05\x00"s), complete(true, 2));
  EXPECT_EQ(read_login_reply("\x01\x01"s), complete(false, 2));
  EXPECT_EQ(read_login_reply("\x01"s), Parsed<bool>(NeedMore{}));
  EXPECT_TRUE(std::holds_alternative<Malformed>(read_login_reply("\x02\x00"s)));
}

TEST(Socks5, AsksForNamesAndAddresses) {
  using boost::asio::ip::make_address;
  EXPECT_EQ(*connect_request("a.test"s, 443), "\x05\x01\x00\x03\x06"s + "a.test" + "\x01\xbb"s);
  EXPECT_EQ(
      *connect_request(make_address("192.0.2.7"), 80), "\x05\x01\x00\x01\xc0\x00\x02\x07\x00\x50"s);
  EXPECT_EQ(
      *connect_request(make_address("2001:db8::7"), 80),
      "\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\x00\x07\x00\x50"s);
  EXPECT_FALSE(connect_request(""s, 80));
  EXPECT_FALSE(connect_request(std::string(256, 'a'), 80));
}

TEST(Socks5, ReadsAReplyOfEachKindAndNoByteMore) {
  const auto succeeded = Reply::succeeded;
  for (const auto& [text, size] : std::initializer_list<std::pair<std::string, std::size_t>>{
           {"\x05\x00\x00\x01\x01\x02\x03\x04\x00\x50SSH"s, 10},
           {"\x05\x00\x00\x03\x03nam\x00\x50SSH"s, 10},
           {"\x05\x00\x00\x03\x00\x00\x50SSH"s, 7},
           {"\x05\x00\x00\x04"s + std::string(16, 'x') + "\x00\x50SSH"s, 22}}) {
    for (std::size_t cut = 0; cut < size; ++cut)
      EXPECT_EQ(read_reply(text.substr(0, cut)), Parsed<Reply>(NeedMore{}));
    EXPECT_EQ(read_reply(text), complete(succeeded, size));
  }
}

TEST(Socks5, ReadsARefusalThatEndsEarly) {
  EXPECT_EQ(read_reply("\x05\x02"s), complete(Reply::not_allowed, 2));
  EXPECT_EQ(explain(Reply::not_allowed), "its rules do not allow it");
  EXPECT_EQ(explain(Reply{200}), "it failed for an unknown reason");
}

TEST(Socks5, RefusesAReplyItCannotRead) {
  for (const auto& text :
       {"\x04"s, "HTTP/1.1"s, "\x05\x00\x01"s, "\x05\x00\x00\x02\x00"s, "\x05\x00\x00\x00\x00"s})
    EXPECT_TRUE(std::holds_alternative<Malformed>(read_reply(text)));
}

}  // namespace
}  // namespace net::socks5
