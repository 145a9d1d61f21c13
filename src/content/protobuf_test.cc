// SPDX-License-Identifier: Apache-2.0
#include "content/protobuf.h"

#include <gtest/gtest.h>

namespace content::protobuf {
namespace {

using namespace std::string_literals;

std::string varint(std::size_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7U)
    out += static_cast<char>(value | 0x80U);
  return out += static_cast<char>(value);
}

std::string field(std::size_t number, const std::string& bytes) {
  return varint(number << 3U | 2U) + varint(bytes.size()) + bytes;
}

std::string number_field(std::size_t number, std::size_t value) {
  return varint(number << 3U) + varint(value);
}

/// With every `from` changed to `to`.
base::Result<std::string> replaced(
    const std::string& message, const std::string& from, const std::string& to) {
  std::vector<Edit> edits;
  for (auto at = message.find(from); at != std::string::npos; at = message.find(from, at + 1))
    edits.push_back({.at = at, .size = from.size(), .with = to});
  std::string out;
  TRY_VOID(rewrite(message, edits, out));
  return out;
}

TEST(Protobuf, ChangesAStringAndItsLength) {
  const auto message = [](const std::string& value) {
    return number_field(1, 300) + field(2, "a " + value + " b") + number_field(3, 1);
  };
  for (const auto* value : {"", "x", "PLACE", "much longer than before"})
    EXPECT_EQ(replaced(message("PLACE"), "PLACE", value).value(), message(value));
}

TEST(Protobuf, ChangesEveryLengthAround) {
  const auto message = [](const std::string& value) {
    const auto inner = field(1, "key") + field(2, value);
    return field(4, field(5, field(6, inner) + number_field(7, 7))) + field(8, "other");
  };
  // Lengths of one, two and three bytes.
  for (const std::size_t size : {1, 120, 130, 17'000})
    EXPECT_EQ(
        replaced(message("PLACE"), "PLACE", std::string(size, 'v')).value(),
        message(std::string(size, 'v')));
  EXPECT_EQ(
      replaced(message(std::string(500, 'P')), std::string(500, 'P'), "v").value(), message("v"));
}

TEST(Protobuf, ChangesSeveralPlacesAtOnce) {
  const auto message = [](const std::string& value) {
    return field(1, value + " and " + value) + field(2, field(1, value) + field(1, value)) +
           field(1, value);
  };
  EXPECT_EQ(replaced(message("PLACE"), "PLACE", "a value").value(), message("a value"));
}

TEST(Protobuf, LeavesAMessageWithoutEditsAsItIs) {
  EXPECT_EQ(replaced(field(1, "text"), "PLACE", "x").value(), field(1, "text"));
  EXPECT_EQ(replaced("", "PLACE", "x").value(), "");
}

TEST(Protobuf, ChangesStringsInsideOfGroups) {
  const auto message = [](const std::string& value) {
    const auto group = varint(3U << 3U | 3U) + field(1, value) + varint(3U << 3U | 4U);
    return field(9, group);
  };
  EXPECT_EQ(replaced(message("PLACE"), "PLACE", "value").value(), message("value"));
}

TEST(Protobuf, PassesNumbersOfEveryWidth) {
  const auto message = [](const std::string& value) {
    return "\x09"
           "12345678"
           "\x15"
           "1234"s +
           number_field(3, ~0UL) + field(1, value);
  };
  EXPECT_EQ(replaced(message("PLACE"), "PLACE", "v").value(), message("v"));
}

TEST(Protobuf, TakesTextThatIsNoMessageForAString) {
  for (const std::string text :
       {"Bearer PLACE", "PLACE", "{\"token\":\"PLACE\"}", "\nPLACE", "\n\x06PLACE"})
    EXPECT_EQ(
        replaced(field(1, text), "PLACE", "longer value").value(),
        field(
            1, text.substr(0, text.find("PLACE")) + "longer value" +
                   text.substr(text.find("PLACE") + 5)));
}

TEST(Protobuf, RefusesWhatIsNoMessage) {
  for (const auto& bytes :
       {"PLACE"s, field(1, "PLACE") + "x", field(1, "PLACE").substr(0, 5), field(0, "PLACE"),
        field(1, "PLACE") + "\x0B", "\x0C" + field(1, "PLACE"), "\x0B\x14" + field(1, "PLACE"),
        field(1, "PLACE") + "\x0E\x01", field(1, "PLACE") + std::string(11, '\xFF') + "\x01"})
    EXPECT_FALSE(replaced(bytes, "PLACE", "value"));
}

TEST(Protobuf, RefusesAnEditThatIsNotInsideOneString) {
  const auto message = field(1, "PLA") + field(2, "CE") + "\x19PLACE123"s;
  std::string out = "before";
  for (const auto& edit :
       {Edit{0, 1, "x"}, Edit{1, 1, "x"}, Edit{1, 2, "x"}, Edit{3, 5, "x"}, Edit{10, 5, "x"},
        Edit{18, 1, "x"}, Edit{3, ~0UL, "x"}})
    EXPECT_FALSE(rewrite(message, {{edit}}, out));
  EXPECT_EQ(out, "before");
}

TEST(Protobuf, RefusesEditsThatOverlapOrAreNotInOrder) {
  std::string out;
  const auto message = field(1, "0123456789");
  EXPECT_FALSE(rewrite(message, {{Edit{3, 4, "x"}, Edit{5, 1, "y"}}}, out));
  EXPECT_FALSE(rewrite(message, {{Edit{6, 1, "x"}, Edit{4, 1, "y"}}}, out));
  EXPECT_TRUE(rewrite(message, {{Edit{3, 2, "x"}, Edit{5, 1, "yy"}}}, out));
  EXPECT_EQ(out, field(1, "0xyy456789"));
}

TEST(Protobuf, RefusesWhatIsNestedTooDeep) {
  const auto nested = [](std::size_t depth) {
    std::string message = "PLACE";
    for (std::size_t i = 0; i < depth; ++i)
      message = field(1, message);
    return message;
  };
  EXPECT_TRUE(replaced(nested(max_depth), "PLACE", "value"));
  EXPECT_FALSE(replaced(nested(max_depth + 1), "PLACE", "value"));
  EXPECT_FALSE(replaced(nested(100'000), "PLACE", "value"));
}

}  // namespace
}  // namespace content::protobuf
