// SPDX-License-Identifier: Apache-2.0
#include "secrets/logins.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "secrets/json_member.h"
#include "secrets/test_support.h"

namespace secrets {
namespace {

LoginSpec session_spec(std::string name = "claude") {
  return {
      .name = std::move(name),
      .token_endpoints = {"https://auth.test/token"},
      .hosts = {"api.test"},
      .access_tokens = {"access_token"},
      .refresh_tokens = {"refresh_token"}};
}

std::string login_answer(std::string_view access, std::string_view refresh) {
  return R"({"access_token":")" + std::string(access) + R"(","refresh_token":")" +
         std::string(refresh) + R"("})";
}

/// A session of a sandbox whose programs log in.
class Session {
public:
  explicit Session(const std::filesystem::path& directory) {
    const std::vector<LoginSpec> specs{session_spec()};
    logins = Logins::create(specs, {}, directory).value();
  }

  /// The sentinels of what the server answered.
  struct Sentinels {
    std::string access;
    std::string refresh;
  };
  Sentinels take(std::string_view access, std::string_view refresh) {
    const auto taken = logins->take_tokens(rule(), login_answer(access, refresh), scrubber).value();
    return {member(taken.answer, "access_token"), member(taken.answer, "refresh_token")};
  }
  static std::string member(std::string_view json, std::string_view name) {
    return std::string(json_member(json, name).value().value().reveal());
  }
  const LoginRule& rule() const {
    return *logins->answered(
        {.method = "POST", .scheme = "https", .host = "auth.test", .port = 443, .path = "/token"});
  }
  /// What a sentinel stands for; "nothing" when it stands for nothing.
  std::string value_of(std::string_view sentinel) const {
    const auto placeholders = logins->placeholders();
    for (const auto& each : placeholders.all())
      if (each.text() == sentinel) return std::string(each.value()->reveal());
    return "nothing";
  }

  std::shared_ptr<Logins> logins;
  Scrubber scrubber{{}, Scrubber::Later::learns};
};

constexpr std::string_view access_token = "sk-ant-oat01-0123456789abcdefghijABCDEFGHIJ0123456789";
constexpr std::string_view refresh_token = "sk-ant-ort01-0123456789abcdefghijABCDEFGHIJ0123456789";

TEST(Logins, GiveSentinelsThatStandForTheTokens) {
  const test::Directory directory;
  Session session(directory.path());
  EXPECT_TRUE(session.logins->placeholders().empty());
  const auto sentinels = session.take(access_token, refresh_token);
  EXPECT_NE(sentinels.access, access_token);
  EXPECT_TRUE(sentinels.access.starts_with("sk-ant-oat01-"));
  EXPECT_EQ(session.value_of(sentinels.access), access_token);
  EXPECT_EQ(session.value_of(sentinels.refresh), refresh_token);
}

TEST(Logins, NameWhatTheyTookOnce) {
  const test::Directory directory;
  const Session session(directory.path());
  const auto taken = session.logins->take_tokens(
      session.rule(), R"([{"access_token":"first-token"},{"access_token":"other-token"}])",
      session.scrubber);
  EXPECT_EQ(taken.value().names, std::vector<std::string>{"claude.access_token"});
}

TEST(Logins, GiveTheSameSentinelForTheSameToken) {
  const test::Directory directory;
  Session session(directory.path());
  const auto first = session.take(access_token, refresh_token);
  const auto second = session.take("another-access-token", refresh_token);
  EXPECT_EQ(first.refresh, second.refresh);
  EXPECT_NE(first.access, second.access);
  EXPECT_EQ(session.value_of(first.access), access_token);
}

TEST(Logins, LeaveASentinelThatComesBack) {
  const test::Directory directory;
  Session session(directory.path());
  const auto first = session.take(access_token, refresh_token);
  EXPECT_EQ(session.take("another-access-token", first.refresh).refresh, first.refresh);
}

TEST(Logins, TeachTheScrubber) {
  const test::Directory directory;
  Session session(directory.path());
  const auto sentinels = session.take(access_token, refresh_token);
  EXPECT_EQ(
      session.scrubber.scrub("got " + std::string(access_token) + "!"),
      "got " + sentinels.access + "!");
}

TEST(Logins, AreKnownInTheNextSession) {
  const test::Directory directory;
  Session before(directory.path());
  const auto sentinels = before.take(access_token, refresh_token);
  ASSERT_TRUE(before.logins->keep());
  const Session after(directory.path());
  EXPECT_EQ(after.value_of(sentinels.access), access_token);
  EXPECT_EQ(after.value_of(sentinels.refresh), refresh_token);
}

TEST(Logins, AreNotReadableInTheFile) {
  const test::Directory directory;
  Session session(directory.path());
  session.take(access_token, refresh_token);
  ASSERT_TRUE(session.logins->keep());
  const auto bytes = base::read_file(directory.path() / "sealed", 1U << 20U).value();
  EXPECT_FALSE(bytes.contains("sk-ant"));
}

TEST(Logins, LearnWhatAnotherSessionTook) {
  const test::Directory directory;
  Session ours(directory.path());
  const auto mine = ours.take("our-access-token", "our-refresh-token");
  Session other(directory.path());
  const auto theirs = other.take(access_token, refresh_token);
  ASSERT_TRUE(other.logins->keep());
  EXPECT_EQ(ours.value_of(theirs.access), "nothing");
  ours.logins->catch_up(ours.scrubber);
  EXPECT_EQ(ours.value_of(theirs.access), access_token);
  EXPECT_EQ(ours.value_of(mine.access), "our-access-token");
  EXPECT_FALSE(ours.scrubber.scrub(access_token).contains(access_token));
}

TEST(Logins, ForgetWhatWasRemoved) {
  const test::Directory directory;
  Session session(directory.path());
  const auto sentinels = session.take(access_token, refresh_token);
  ASSERT_TRUE(session.logins->keep());
  ASSERT_TRUE(SealedFile(directory.path()).update([](std::vector<KeptSecret>& kept) {
    kept.clear();
    return base::Result<>();
  }));
  session.logins->catch_up(session.scrubber);
  EXPECT_EQ(session.value_of(sentinels.access), "nothing");
}

TEST(Logins, KeepTheNewestOfEachToken) {
  const test::Directory directory;
  Session session(directory.path());
  const auto first = session.take("access-token-0", refresh_token);
  for (std::size_t number = 1; number <= Logins::most_values; ++number) {
    session.take("access-token-" + std::to_string(number), refresh_token);
    ASSERT_TRUE(session.logins->keep());
  }
  EXPECT_EQ(session.value_of(first.access), "nothing");
  EXPECT_EQ(session.value_of(first.refresh), refresh_token);
  EXPECT_EQ(SealedFile(directory.path()).load().value().size(), Logins::most_values + 1);
  const Session after(directory.path());
  EXPECT_EQ(after.logins->placeholders().all().size(), Logins::most_values + 1);
}

TEST(Logins, StandBesideTheConfiguredPlaceholders) {
  const test::Directory directory;
  std::vector<PlaceholderSpec> secrets;
  secrets.push_back({.name = "KEY", .hosts = {"key.test"}});
  secrets.back().source.value = base::Secret("the-key-itself");
  const auto configured =
      Placeholders::create(secrets, {}, "/", [](auto) { return std::string(32, 'r'); }).value();
  const std::vector<LoginSpec> specs{session_spec()};
  const auto logins = Logins::create(specs, configured, directory.path()).value();
  EXPECT_EQ(logins->placeholders().all().size(), 1U);
  const Scrubber scrubber({}, Scrubber::Later::learns);
  const auto* rule = logins->answered(
      {.method = "POST", .scheme = "https", .host = "auth.test", .port = 443, .path = "/token"});
  ASSERT_TRUE(logins->take_tokens(*rule, login_answer(access_token, refresh_token), scrubber));
  const auto all = logins->placeholders();
  EXPECT_EQ(all.all().size(), 3U);
  EXPECT_EQ(all.environment().size(), 1U);
  EXPECT_TRUE(all.concern("key.test") && all.concern("api.test"));
}

TEST(Logins, RefuseAnAnswerOfVeryManyTokens) {
  const test::Directory directory;
  const Session session(directory.path());
  std::string text = "[";
  for (int number = 0; number < 65; ++number)
    text += "{\"access_token\":\"token-" + std::to_string(number) + "\"},";
  const auto taken = session.logins->take_tokens(session.rule(), text + "1]", session.scrubber);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, base::ErrorKind::denied);
}

TEST(Logins, ShareNoEndpoint) {
  const test::Directory directory;
  auto other = session_spec();
  other.name = "other";
  other.token_endpoints = {"https://*.test/token"};
  const std::vector<LoginSpec> specs{session_spec(), other};
  const auto logins = Logins::create(specs, {}, directory.path());
  ASSERT_FALSE(logins);
  EXPECT_TRUE(logins.error().message.ends_with("share a token endpoint")) << logins.error().message;
}

TEST(Logins, RefuseATokenThatIsTooLong) {
  const test::Directory directory;
  const Session session(directory.path());
  const auto taken = session.logins->take_tokens(
      session.rule(), login_answer(std::string(40000, 'x'), refresh_token), session.scrubber);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, base::ErrorKind::denied);
}

TEST(Logins, SayWhichFileCannotBeOpened) {
  const test::Directory directory;
  ASSERT_TRUE(base::write_file(directory.path() / "sealed", "broken", 0600));
  const std::vector<LoginSpec> specs{session_spec()};
  const auto made = Logins::create(specs, {}, directory.path());
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().message.contains("sealed")) << made.error().message;
}

}  // namespace
}  // namespace secrets
