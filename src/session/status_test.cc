// SPDX-License-Identifier: Apache-2.0
#include "session/status.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

#include "control/server.h"
#include "control/unix_socket.h"

namespace session {
namespace {

namespace fs = std::filesystem;

Status example(int process, std::string started = "2026-01-31T10:30:05Z") {
  return {
      .process = process,
      .sandbox = "demo-1a2b3c4d",
      .session_id = "01a228ce-3cad-79eb-a486-9f7a15529ce3",
      .project = "/home/u/\"demo\"",
      .command = {"sh", "-c", "echo \n"},
      .started = base::parse_time(started).value(),
      .records = 7,
      .distrusted = {
          {.host = "a.test", .port = 443, .rejected = true}, {.host = "b.test", .port = 8443}}};
}

TEST(Status, IsTheSameAfterJson) {
  const auto read = status_from_json(to_json(example(5)));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, example(5));
}

TEST(Status, IsOneLine) { EXPECT_FALSE(to_json(example(5)).contains('\n')); }

TEST(Status, RefusesOtherJson) {
  EXPECT_FALSE(status_from_json("{}"));
  EXPECT_FALSE(status_from_json("no"));
  EXPECT_FALSE(status_from_json(R"({"process":"5"})"));
}

class RunningSessions : public testing::Test {
protected:
  RunningSessions() {
    std::string name = fs::temp_directory_path() / "sessions-XXXXXX";
    runtime = ::mkdtemp(name.data());
  }
  ~RunningSessions() override { fs::remove_all(runtime); }

  std::unique_ptr<control::Server> serve(const std::string& name, std::string json) {
    return control::Server::start(
               runtime / name, [json](const auto&) { return control::Answer{.json = json}; })
        .value();
  }

  fs::path runtime;
};

TEST_F(RunningSessions, AreToldTheOldestFirst) {
  const auto young = serve("1.sock", to_json(example(1, "2026-02-01T00:00:00Z")));
  const auto old = serve("2.sock", to_json(example(2)));
  const auto found = running_sessions(runtime);
  ASSERT_EQ(found.running.size(), 2U);
  EXPECT_EQ(found.running[0].process, 2);
  EXPECT_EQ(found.running[1].process, 1);
}

TEST_F(RunningSessions, DoNotCountWhoWasKilled) {
  control::listen_at(runtime / "3.sock").value().reset();
  EXPECT_TRUE(running_sessions(runtime).running.empty());
  EXPECT_FALSE(fs::exists(runtime / "3.sock"));
}

TEST_F(RunningSessions, WarnOfWhatIsNoSession) {
  const auto odd = serve("4.sock", "{}");
  EXPECT_EQ(running_sessions(runtime).warnings.size(), 1U);
}

TEST_F(RunningSessions, AreNoneWithoutTheDirectory) {
  EXPECT_TRUE(running_sessions(runtime / "none").running.empty());
}

}  // namespace
}  // namespace session
