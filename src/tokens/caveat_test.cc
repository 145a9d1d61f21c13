// SPDX-License-Identifier: Apache-2.0
#include "tokens/caveat.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"

namespace tokens {
namespace {

using namespace std::string_view_literals;

struct Encoding {
  Restriction restriction;
  std::uint64_t kind;
  std::string_view body;
  std::string_view name;
};

constexpr std::uint64_t shared = 1ULL << 32U;
constexpr std::uint64_t own = 1ULL << 48U;

const Encoding encodings[] = {
    {Validity{-1, 300}, 4, "92ffcd012c", "validity"},
    {ThirdParty{"x", "k", "t"}, 11, "93a178c4016bc40174", "third_party"},
    {BoundToParent{"abc"}, 12, "c403616263", "bound_to_parent"},
    {Hosts{{"a", "b"}}, shared + 1, "9192a161a162", "hosts"},
    {Methods{{"GET"}}, shared + 2, "9191a3474554", "methods"},
    {Paths{{"/*"}}, shared + 3, "9191a22f2a", "paths"},
    {Ports{{443, 8443}}, own + 1, "9192cd01bbcd20fb", "ports"},
    {RequestLimit{100}, own + 2, "9164", "requests"},
    {UploadLimit{65536}, own + 3, "91ce00010000", "bytes_up"},
    {Sandboxes{{"s"}}, own + 4, "9191a173", "sandbox"},
    {Clients{{"c"}}, own + 5, "9191a163", "client"},
    {Purpose{"p"}, own + 6, "91a170", "purpose"},
    {SingleUse{}, own + 7, "90", "single_use"},
    {AskPerson{}, own + 8, "90", "ask_person"},
};

TEST(Caveat, HasTheKindAndTheBytesOfTheFormat) {
  for (const Encoding& row : encodings) {
    const Caveat caveat(row.restriction);
    EXPECT_EQ(caveat.kind(), row.kind) << row.name;
    EXPECT_EQ(base::to_hex(caveat.body()), row.body) << row.name;
    EXPECT_EQ(name_of(caveat.restriction()), row.name);
  }
}

TEST(Caveat, IsReadAsItWasWritten) {
  for (const Encoding& row : encodings) {
    const Caveat caveat(row.restriction);
    const auto again = Caveat::decode(caveat.kind(), caveat.body());
    ASSERT_TRUE(again) << row.name;
    EXPECT_EQ(*again, caveat) << row.name;
  }
}

TEST(Caveat, RefusesTheBodyOfAnotherKind) {
  for (const Encoding& row : encodings) {
    for (const auto body : {"\xc0"sv, "\x01"sv, "\x91\x91\x91\x01"sv, "\x94\x01\x01\x01\x01"sv})
      EXPECT_FALSE(Caveat::decode(row.kind, body)) << row.name << " " << base::to_hex(body);
    const std::string longer = Caveat(row.restriction).body() + '\x01';
    EXPECT_FALSE(Caveat::decode(row.kind, longer)) << row.name;
  }
}

TEST(Caveat, RefusesPortsThatAreNone) {
  EXPECT_FALSE(Caveat::decode(own + 1, "\x91\x91\x00"sv));
  EXPECT_FALSE(Caveat::decode(own + 1, "\x91\x91\xce\x00\x01\x00\x00"sv));
}

TEST(Caveat, KeepsTheBodyOfAKindThatItDoesNotKnow) {
  const auto caveat = Caveat::decode(13, "\x92\x01\xa1x"sv);
  ASSERT_TRUE(caveat);
  EXPECT_NE(caveat->as<UnknownKind>(), nullptr);
  EXPECT_EQ(caveat->body(), "\x92\x01\xa1x"sv);
  EXPECT_EQ(name_of(caveat->restriction()), "unknown");
  EXPECT_FALSE(Caveat::decode(13, "\x92\x01"sv));
}

}  // namespace
}  // namespace tokens
