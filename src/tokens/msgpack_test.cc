// SPDX-License-Identifier: Apache-2.0
#include "tokens/msgpack.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/encoding.h"

namespace tokens::msgpack {
namespace {

using namespace std::string_view_literals;

struct Number {
  std::int64_t value;
  std::string_view hex;
};

constexpr Number numbers[] = {
    {0, "00"},
    {127, "7f"},
    {128, "cc80"},
    {255, "ccff"},
    {256, "cd0100"},
    {65535, "cdffff"},
    {65536, "ce00010000"},
    {4294967295, "ceffffffff"},
    {4294967296, "cf0000000100000000"},
    {std::numeric_limits<std::int64_t>::max(), "cf7fffffffffffffff"},
    {-1, "ff"},
    {-32, "e0"},
    {-33, "d0df"},
    {-128, "d080"},
    {-129, "d1ff7f"},
    {-32768, "d18000"},
    {-32769, "d2ffff7fff"},
    {-2147483648LL, "d280000000"},
    {-2147483649LL, "d3ffffffff7fffffff"},
    {std::numeric_limits<std::int64_t>::min(), "d38000000000000000"},
};

TEST(MessagePack, WritesAndReadsEachIntegerInItsShortestForm) {
  for (const auto& [value, hex] : numbers) {
    std::string bytes;
    append_integer(bytes, value);
    EXPECT_EQ(base::to_hex(bytes), hex);
    Reader in(bytes);
    EXPECT_EQ(in.take_integer(), value) << hex;
    EXPECT_TRUE(in.at_end());
  }
}

TEST(MessagePack, RefusesIntegersInALongerForm) {
  for (const auto bytes :
       {"\xcc\x7f"sv, "\xcd\x00\xff"sv, "\xce\x00\x00\xff\xff"sv,
        "\xcf\x00\x00\x00\x00\xff\xff\xff\xff"sv, "\xd0\x05"sv, "\xd0\xe0"sv, "\xd1\xff\x80"sv,
        "\xd2\xff\xff\x80\x00"sv, "\xd3\xff\xff\xff\xff\x80\x00\x00\x00"sv}) {
    EXPECT_FALSE(Reader(bytes).take_integer()) << base::to_hex(bytes);
    EXPECT_FALSE(Reader(bytes).take_unsigned()) << base::to_hex(bytes);
    EXPECT_FALSE(Reader(bytes).take_any(8)) << base::to_hex(bytes);
  }
}

TEST(MessagePack, RefusesAnIntegerThatDoesNotFit) {
  EXPECT_FALSE(Reader("\xcf\xff\xff\xff\xff\xff\xff\xff\xff").take_integer());
  EXPECT_EQ(
      Reader("\xcf\xff\xff\xff\xff\xff\xff\xff\xff").take_unsigned(),
      std::numeric_limits<std::uint64_t>::max());
}

TEST(MessagePack, WritesAndReadsStringsAndBinariesInTheirShortestForm) {
  for (const std::size_t size : {0, 1, 31, 32, 255, 256, 65535, 65536}) {
    const std::string text(size, 'x');
    std::string bytes;
    append_string(bytes, text);
    append_binary(bytes, text);
    Reader in(bytes);
    EXPECT_EQ(in.take_string(), text);
    EXPECT_EQ(in.take_binary(), text);
    EXPECT_TRUE(in.at_end());
  }
}

TEST(MessagePack, RefusesStringsAndBinariesInALongerForm) {
  EXPECT_FALSE(Reader("\xd9\x01x"sv).take_string());
  EXPECT_FALSE(Reader("\xda\x00\x01x"sv).take_string());
  EXPECT_FALSE(Reader("\xdb\x00\x00\x00\x01x"sv).take_string());
  EXPECT_FALSE(Reader("\xc5\x00\x01x"sv).take_binary());
  EXPECT_FALSE(Reader("\xc6\x00\x00\x00\x01x"sv).take_binary());
}

TEST(MessagePack, TakesNoBinaryForAString) {
  EXPECT_FALSE(Reader("\xc4\x01x"sv).take_string());
  EXPECT_FALSE(Reader("\xa1x"sv).take_binary());
}

TEST(MessagePack, WritesAndReadsArrayHeads) {
  for (const std::size_t size : {0, 15, 16, 65535, 65536}) {
    std::string bytes;
    append_array(bytes, size);
    bytes.append(size, '\0');
    EXPECT_EQ(Reader(bytes).take_array(), size);
  }
}

TEST(MessagePack, RefusesAnArrayThatClaimsMoreThanThereIs) {
  EXPECT_FALSE(Reader("\x91"sv).take_array());
  EXPECT_FALSE(Reader("\xdd\xff\xff\xff\xff\x00"sv).take_array());
  EXPECT_FALSE(Reader("\xdc\x00\x01\x00"sv).take_array());
}

TEST(MessagePack, RefusesWhatIsCutShort) {
  for (const auto bytes : {""sv, "\xcc"sv, "\xcd\x01"sv, "\xa2x"sv, "\xd9"sv, "\xc4\x02x"sv})
    EXPECT_FALSE(Reader(bytes).take_any(8)) << base::to_hex(bytes);
}

TEST(MessagePack, RefusesMapsFloatsAndExtensions) {
  for (const auto bytes :
       {"\x80"sv, "\x81\x01\x01"sv, "\xde\x00\x00"sv, "\xca\x00\x00\x00\x00"sv,
        "\xcb\x00\x00\x00\x00\x00\x00\x00\x00"sv, "\xd4\x01\x01"sv, "\xc7\x00\x01"sv, "\xc1"sv}) {
    EXPECT_FALSE(Reader(bytes).take_any(8)) << base::to_hex(bytes);
  }
}

TEST(MessagePack, TakesAWholeValueWithWhatIsInIt) {
  Reader in("\x92\x01\x91\xa1x\xc3"sv);
  EXPECT_EQ(in.take_any(2), "\x92\x01\x91\xa1x"sv);
  EXPECT_EQ(in.take_bool(), true);
}

TEST(MessagePack, RefusesTooDeepNesting) {
  const std::string nested = std::string(9, '\x91') + '\x01';
  EXPECT_FALSE(Reader(nested).take_any(8));
  EXPECT_TRUE(Reader(std::string_view(nested).substr(1)).take_any(8));
}

}  // namespace
}  // namespace tokens::msgpack
