// SPDX-License-Identifier: Apache-2.0
#include "redact/runs.h"

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.h"

namespace redact {
namespace {

std::string read(std::string_view text) {
  std::string out;
  read_base64(text, [&](char byte, std::size_t, std::size_t) {
    out += byte;
    return true;
  });
  return out;
}

std::string decoded(std::string_view text) {
  std::string out(text.size(), '\0');
  out.resize(static_cast<std::size_t>(decode_base64(text, out.data()) - out.data()));
  return out;
}

TEST(Runs, AreDecodedWhateverTheirLength) {
  for (std::size_t size = 0; size < 200; ++size) {
    const auto bytes = base::random_bytes(size);
    auto text = base::to_base64(bytes);
    text.erase(text.find_last_not_of('=') + 1);
    EXPECT_EQ(decoded(text), bytes);
    EXPECT_EQ(read(text), bytes);
  }
}
TEST(Runs, AreDecodedInEitherAlphabet) {
  const std::string text = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  EXPECT_EQ(decoded(text + "+/" + text + "+/"), decoded(text + "-_" + text + "-_"));
  EXPECT_EQ(base::to_base64(decoded(text + "-_")), text + "+/");
}
TEST(Runs, EndAtEachCharacterThatIsNoDigitWhereverItStands) {
  const std::string digits(48, 'x');
  for (int c = 0; c < 256; ++c) {
    for (std::size_t place = 24; place < 40; ++place) {
      std::string text = digits;
      text[place] = static_cast<char>(c);
      EXPECT_EQ(next_run(text, 0).end, is_base64(text[place]) ? text.size() : place) << c;
      EXPECT_EQ(decoded(text), read(text)) << c;
    }
  }
}
TEST(Runs, AreDecodedPastTheEndsOfTheirLines) {
  const auto bytes = base::random_bytes(147);  // no padding
  const auto text = base::to_base64(bytes);
  for (const std::string end : {"\n", "\r\n", "\\n", "\\r\\n"}) {
    for (std::size_t at = 57; at < 80; ++at) {
      const auto lines = text.substr(0, at) + end + text.substr(at);
      EXPECT_EQ(decoded(lines), bytes);
      EXPECT_EQ(read(lines), bytes);
      EXPECT_EQ(next_run("\"" + lines + "\"", 0).end, lines.size() + 1);
    }
  }
}
TEST(Runs, OfHexadecimalDigitsAreFoundWhereverTheyStand) {
  const std::string run(shortest_run, 'e');
  for (std::size_t before = 0; before < 60; ++before) {
    const auto found = next_hex_run(std::string(before, 'x') + run + "x", 0);
    EXPECT_EQ(found.at, before);
    EXPECT_EQ(found.end, before + shortest_run);
  }
  EXPECT_EQ(next_hex_run(std::string(shortest_run - 1, 'e') + "x", 0).at, shortest_run);
}

}  // namespace
}  // namespace redact
