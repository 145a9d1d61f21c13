// SPDX-License-Identifier: Apache-2.0
#include "content/cdata.h"

#include <gtest/gtest.h>

namespace content {
namespace {

/// The text, content of sections in capitals, fed in pieces of this size.
std::string followed(std::string_view text, std::size_t piece) {
  std::string out;
  CdataTracker tracker;
  const auto sink = [&](std::string_view bytes, CdataTracker::Role role) {
    for (const char c : bytes)
      out += role == CdataTracker::Role::content ? static_cast<char>(std::toupper(c)) : c;
  };
  for (std::size_t at = 0; at < text.size(); at += piece)
    tracker.feed(text.substr(at, piece), false, sink);
  tracker.feed({}, true, sink);
  return out;
}

void expect_followed(std::string_view text, std::string_view expected) {
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(followed(text, piece), expected) << piece;
}

TEST(Cdata, IsTheContentOfASection) {
  expect_followed("<a>text<![CDATA[a & <b> c]]>text</a>", "<a>text<![CDATA[A & <B> C]]>text</a>");
}

TEST(Cdata, EndsOnlyWithAllOfItsMark) {
  expect_followed("<![CDATA[a]]b]>c]]]>d", "<![CDATA[A]]B]>C]]]>d");
}

TEST(Cdata, MayBeEmptyAndFollowAnother) {
  expect_followed("<![CDATA[]]><![CDATA[b]]>", "<![CDATA[]]><![CDATA[B]]>");
}

TEST(Cdata, BeginsInNoCommentAndInNoInstruction) {
  expect_followed("<!-- <![CDATA[ -->a]]>", "<!-- <![CDATA[ -->a]]>");
  expect_followed("<?x <![CDATA[ ?>a<![CDATA[b", "<?x <![CDATA[ ?>a<![CDATA[B");
}

TEST(Cdata, WhatIsCutOffIsThereAllTheSame) {
  expect_followed("a<![CDAT", "a<![CDAT");
  expect_followed("<![CDATA[a]]", "<![CDATA[A]]");
  expect_followed("<!-", "<!-");
}

}  // namespace
}  // namespace content
