// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "control/client.h"
#include "control/server.h"
#include "control/unix_socket.h"

namespace control {
namespace {

namespace fs = std::filesystem;

class Control : public testing::Test {
protected:
  Control() {
    std::string name = fs::temp_directory_path() / "control-XXXXXX";
    directory = ::mkdtemp(name.data());
    socket = directory / "run" / "1.sock";
  }
  ~Control() override { fs::remove_all(directory); }

  std::unique_ptr<Server> serve(Handler handler = echo) {
    auto server = Server::start(socket, std::move(handler));
    EXPECT_TRUE(server) << server.error().to_string();
    return server ? std::move(*server) : nullptr;
  }
  static Answer echo(const http::Request& request) {
    return {.status = 200, .json = request.target};
  }

  fs::path directory;
  fs::path socket;
};

TEST_F(Control, AnswersWhatTheHandlerSays) {
  const auto server = serve();
  EXPECT_EQ(ask(socket, "GET", "/status").value(), (Answer{.status = 200, .json = "/status"}));
  EXPECT_EQ(ask(socket, "POST", "/other").value().json, "/other");
}

TEST_F(Control, CarriesALongAnswer) {
  const std::string much(1U << 20U, 'x');
  const auto server = serve([&](const http::Request&) { return Answer{.json = much}; });
  EXPECT_EQ(ask(socket, "GET", "/").value().json, much);
}

TEST_F(Control, AHandlerThatThrowsIsAnAnswer) {
  const auto server =
      serve([](const http::Request&) -> Answer { throw std::runtime_error("no \"thread\""); });
  EXPECT_EQ(
      ask(socket, "POST", "/").value(),
      (Answer{.status = 500, .json = "{\"error\":\"no \\\"thread\\\"\"}\n"}));
}

TEST_F(Control, IsForItsUserAlone) {
  const auto server = serve();
  struct stat status{};
  ASSERT_EQ(::stat(socket.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(socket.parent_path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(Control, LeavesNoSocketBehind) {
  serve().reset();
  EXPECT_FALSE(fs::exists(socket));
  EXPECT_EQ(ask(socket, "GET", "/").error().kind, base::ErrorKind::not_found);
}

TEST_F(Control, TakesThePlaceOfASocketThatNobodyListensAt) {
  fs::create_directories(socket.parent_path());
  listen_at(socket).value().reset();
  ASSERT_TRUE(fs::exists(socket));
  EXPECT_EQ(ask(socket, "GET", "/").error().kind, base::ErrorKind::not_found);
  const auto server = serve();
  EXPECT_EQ(ask(socket, "GET", "/a").value().json, "/a");
}

TEST_F(Control, LeavesASocketThatSomebodyListensAt) {
  const auto server = serve();
  EXPECT_FALSE(Server::start(socket, echo));
  EXPECT_EQ(ask(socket, "GET", "/a").value().json, "/a");
}

TEST_F(Control, ReachesASocketWithALongPath) {
  socket = directory / std::string(200, 'd') / "1.sock";
  const auto server = serve();
  EXPECT_EQ(ask(socket, "GET", "/a").value().json, "/a");
}

TEST_F(Control, ExplainsWhatIsNoRequest) {
  const auto server = serve();
  const auto peer = connect_to(socket).value();
  ASSERT_TRUE(send_all(peer, "what?\r\n\r\n"));
  std::string answer;
  while (receive_some(peer, answer)) {
  }
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
  EXPECT_TRUE(answer.contains("\"error\":")) << answer;
}

TEST_F(Control, DoesNotWaitLongForOneWhoSaysNothing) {
  const auto server = serve();
  const auto silent = connect_to(socket).value();
  EXPECT_EQ(ask(socket, "GET", "/a").value().json, "/a");
}

}  // namespace
}  // namespace control
