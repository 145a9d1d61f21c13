// SPDX-License-Identifier: Apache-2.0
#include "secrets/env_file.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

/// "NAME=[value] " for each variable.
std::string parsed(std::string_view text) {
  std::string out;
  for (const auto& variable : parse_env_file(text))
    out += variable.name + "=[" + std::string(variable.value.reveal()) + "] ";
  return out;
}

TEST(EnvFile, ReadsANameAndAValueALine) {
  EXPECT_EQ(parsed("A=1\nB_2=two words\r\nC.d-e=x"), "A=[1] B_2=[two words] C.d-e=[x] ");
}

TEST(EnvFile, PassesOverBlanksAroundNameAndValue) { EXPECT_EQ(parsed(" \tA = x \n"), "A=[x] "); }

TEST(EnvFile, KnowsExport) {
  EXPECT_EQ(
      parsed("export A=1\nexport\tB=2\nexport=3\nexportC=4\n"),
      "A=[1] B=[2] export=[3] exportC=[4] ");
}

TEST(EnvFile, PassesOverComments) {
  EXPECT_EQ(parsed("# A=1\n  # B=2\nC=3 # three\nD=a#b\nE=#\n"), "C=[3] D=[a#b] E=[] ");
}

TEST(EnvFile, TakesAValueThatIsEmpty) {
  EXPECT_EQ(parsed("A=\nB=''\nC=\"\"\nD="), "A=[] B=[] C=[] D=[] ");
}

TEST(EnvFile, KeepsWhatSingleQuotesHold) {
  EXPECT_EQ(parsed("A=' x # \\n $B ' # comment\nB=`\"'`"), "A=[ x # \\n $B ] B=[\"'] ");
}

TEST(EnvFile, ReadsEscapesBetweenDoubleQuotes) {
  EXPECT_EQ(parsed(R"(A="a\nb\t\"\\\$\q")"), "A=[a\nb\t\"\\$\\q] ");
}

TEST(EnvFile, ReadsAQuotedValueOverSeveralLines) {
  EXPECT_EQ(parsed("KEY=\"-----BEGIN\nx\n-----END\"\nA=1"), "KEY=[-----BEGIN\nx\n-----END] A=[1] ");
}

TEST(EnvFile, TakesAQuoteThatIsNotClosedAsText) {
  EXPECT_EQ(parsed("A=\"x\nB='y\n"), "A=[\"x] B=['y] ");
}

TEST(EnvFile, TakesAQuoteThatIsClosedTooEarlyAsText) {
  EXPECT_EQ(parsed("A=\"x\"y\nB=it's\n"), "A=[\"x\"y] B=[it's] ");
}

TEST(EnvFile, KeepsTheEqualSignsOfAValue) { EXPECT_EQ(parsed("A=b=c=="), "A=[b=c==] "); }

TEST(EnvFile, ExpandsNothing) { EXPECT_EQ(parsed("A=$B\nC=\"${D}\""), "A=[$B] C=[${D}] "); }

TEST(EnvFile, PassesOverWhatIsNoAssignment) {
  EXPECT_EQ(parsed("words here\n=1\n1A=2\nA\nB C=3\n\nD=4"), "D=[4] ");
}

TEST(EnvFile, PassesOverAByteOrderMark) {
  EXPECT_EQ(
      parsed("\xEF\xBB\xBF"
             "A=1"),
      "A=[1] ");
}

TEST(EnvFile, KnowsTheLineOfEach) {
  const auto variables = parse_env_file("\nA=1\nB=\"x\ny\"\n\nC=3");
  ASSERT_EQ(variables.size(), 3U);
  EXPECT_EQ(variables[0].line, 2);
  EXPECT_EQ(variables[1].line, 3);
  EXPECT_EQ(variables[2].line, 6);
}

class EnvFiles : public ::testing::Test {
protected:
  std::filesystem::path file(const char* name, std::string_view text) {
    auto path = directory_.path() / name;
    EXPECT_TRUE(base::write_file(path, text));
    return path;
  }

  static std::string found(const std::vector<std::filesystem::path>& files, std::string_view key) {
    const auto values = find_in_env_files(files, key);
    if (!values) return "error";
    std::string out;
    for (const auto& value : *values)
      out.append(out.empty() ? "" : ",").append(value.reveal());
    return out;
  }

  test::Directory directory_;
};

TEST_F(EnvFiles, GiveEveryValueThatAnyOfThemHas) {
  const auto first = file(".env", "A=1\nA=2\n");
  const auto second = file(".env.local", "A=3\nB=4\nA=1\n");
  EXPECT_EQ(found({first, second}, "A"), "1,2,3");
  EXPECT_EQ(found({first, second}, "B"), "4");
  EXPECT_EQ(found({first, second}, "C"), "");
}

TEST_F(EnvFiles, ThatAreNotThereHaveNothing) {
  EXPECT_EQ(found({directory_.path() / "absent"}, "A"), "");
}

TEST_F(EnvFiles, WithMoreValuesThanAnybodyWouldWriteAreAnError) {
  std::string text;
  for (int number = 0; number < 257; ++number)
    text += "A=" + std::to_string(number) + "\n";
  EXPECT_EQ(found({file(".env", text)}, "A"), "error");
}

TEST_F(EnvFiles, ThatCannotBeReadAreAnError) {
  EXPECT_EQ(found({directory_.path()}, "A"), "error");
}

}  // namespace
}  // namespace secrets
