// SPDX-License-Identifier: Apache-2.0
#include "gateway/tunnel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "gateway/testbed.h"
#include "net/loop.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using net::asio::ip::tcp;

/// A test's end of a connection, blocking; no wait is longer than some seconds.
class Outside {
public:
  explicit Outside(int socket) : socket_(socket) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) & ~O_NONBLOCK);
  }

  int number() const { return socket_.get(); }
  bool send(std::string_view text, int flags = 0) {
    while (!text.empty()) {
      const ssize_t size = ::send(number(), text.data(), text.size(), flags | MSG_NOSIGNAL);
      if (size <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  /// Up to `bytes`, fewer at the end; `failed` says what the last read ended with.
  std::string receive(std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) {
      std::string piece(std::min(bytes - out.size(), std::size_t{64} << 10U), '\0');
      const ssize_t size = ::recv(number(), piece.data(), piece.size(), 0);
      failed = size < 0 ? errno : 0;
      if (size <= 0) break;
      out.append(piece, 0, static_cast<std::size_t>(size));
    }
    return out;
  }
  void end() { ::shutdown(number(), SHUT_WR); }
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.reset();
  }
  void close() { socket_.reset(); }

  int failed = 0;

private:
  base::Fd socket_;
};

/// A loop on a thread of its own, and tunnels on it between ends that the test holds.
class Tunnels : public testing::Test {
protected:
  /// The ends of one tunnel.
  struct Ends {
    Outside client;
    Outside server;
    std::shared_ptr<std::atomic<bool>> over = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<TunnelCount> count = std::make_shared<TunnelCount>();

    bool wait_until_over() const {
      for (int i = 0; i < 2000 && !*over; ++i)
        std::this_thread::sleep_for(5ms);
      return *over;
    }
  };

  Tunnels() {
    std::signal(SIGPIPE, SIG_IGN);  // as the gateway's threads block it
    loop_.start("tunnels");
  }
  ~Tunnels() override { loop_.stop(); }

  Ends open(
      std::string already_read = {},
      std::chrono::milliseconds silence = 60s,
      std::shared_ptr<http::FirstLine> first_line = nullptr) {
    std::optional<Ends> ends;
    start([&] {
      auto [client, inner_client] = pair();
      auto [server, inner_server] = pair();
      ends.emplace(Ends{.client = Outside(client.release()), .server = Outside(server.release())});
      auto wire = std::make_shared<Wire>(std::move(inner_client), loop_.deadlines());
      while (!already_read.empty()) {
        const auto room = wire->in.room();
        const auto size = std::min(room.size(), already_read.size());
        already_read.copy(room.data(), size);
        wire->in.commit(size);
        already_read.erase(0, size);
      }
      auto upstream = std::make_shared<Upstream>(std::move(inner_server), loop_.deadlines());
      loop_.tasks().spawn(
          run(loop_, std::move(wire), std::move(upstream), silence, ends->count, ends->over,
              std::move(first_line)));
    });
    return *std::move(ends);
  }

  /// On the loop's thread, and waits for it: deadlines belong to that thread.
  void start(const std::function<void()>& work) {
    std::atomic<bool> done = false;
    loop_.post([&] {
      work();
      done = true;
      done.notify_one();
    });
    done.wait(false);
  }

  static net::Task<> run(
      net::Loop& loop,
      std::shared_ptr<Wire> client,
      UpstreamPtr upstream,
      std::chrono::milliseconds silence,
      std::shared_ptr<TunnelCount> count,
      std::shared_ptr<std::atomic<bool>> over,
      std::shared_ptr<http::FirstLine> first_line) {
    co_await relay(
        loop, std::move(client), std::move(upstream), silence, *count, std::move(first_line));
    *over = true;
  }

  /// How many pipes are in use.
  std::size_t pipes() {
    std::size_t count = 0;
    start([&] { count = loop_.pipes().taken(); });
    return count;
  }

  net::Loop loop_{[](std::string_view what) { ADD_FAILURE() << what; }};

private:
  std::pair<tcp::socket, tcp::socket> pair() {
    tcp::acceptor acceptor(loop_.context(), {net::asio::ip::address_v4::loopback(), 0});
    tcp::socket outer(loop_.context());
    outer.connect(acceptor.local_endpoint());
    tcp::socket inner = acceptor.accept();
    return {std::move(outer), std::move(inner)};
  }
};

/// Bytes that tell where they stand: a piece lost, doubled or moved shows.
std::string pattern(std::size_t begin, std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint64_t at = (begin + i) * 0x9E37'79B9'7F4A'7C15U;
    out[i] = static_cast<char>(at >> 56U);
  }
  return out;
}

constexpr std::size_t piece = 1UL << 20U;

void send_pattern(Outside& to, std::size_t pieces) {
  for (std::size_t i = 0; i < pieces; ++i)
    ASSERT_TRUE(to.send(pattern(i * piece, piece)));
  to.end();
}

void expect_pattern(Outside& from, std::size_t pieces) {
  for (std::size_t i = 0; i < pieces; ++i)
    ASSERT_TRUE(from.receive(piece) == pattern(i * piece, piece)) << "piece " << i;
  EXPECT_EQ(from.receive(1), "");
  EXPECT_EQ(from.failed, 0);
}

void exchange_patterns(Outside& client, Outside& server, std::size_t pieces) {
  const std::jthread up([&] { send_pattern(client, pieces); });
  const std::jthread down([&] { send_pattern(server, pieces); });
  const std::jthread arrives([&] { expect_pattern(server, pieces); });
  expect_pattern(client, pieces);
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_F(Tunnels, CarryBytesBothWaysAndCountThem) {
  auto ends = open();
  ASSERT_TRUE(ends.client.send("hello"));
  EXPECT_EQ(ends.server.receive(5), "hello");
  ASSERT_TRUE(ends.server.send("welcome"));
  EXPECT_EQ(ends.client.receive(7), "welcome");
  ends.client.end();
  ends.server.end();
  ASSERT_TRUE(ends.wait_until_over());
  EXPECT_EQ(ends.count->up, 5U);
  EXPECT_EQ(ends.count->down, 7U);
}

TEST_F(Tunnels, SendWhatWasAlreadyReadFirst) {
  const auto read = pattern(0, 100'000);
  auto ends = open(read);
  ASSERT_TRUE(ends.client.send("then this"));
  ends.client.end();
  EXPECT_TRUE(ends.server.receive(100'000) == read);
  EXPECT_EQ(ends.server.receive(9), "then this");
  ends.server.end();
  ASSERT_TRUE(ends.wait_until_over());
  EXPECT_EQ(ends.count->up, 100'009U);
}

TEST_F(Tunnels, CarryMuchBothWaysAtOnce) {
  auto ends = open();
  exchange_patterns(ends.client, ends.server, 64);
  ASSERT_TRUE(ends.wait_until_over());
  EXPECT_EQ(ends.count->up, 64 * piece);
  EXPECT_EQ(ends.count->down, 64 * piece);
  EXPECT_EQ(pipes(), 0U);
}

TEST_F(Tunnels, EndOneDirectionWhileTheOtherGoesOn) {
  auto ends = open();
  ASSERT_TRUE(ends.client.send("last words"));
  ends.client.end();
  EXPECT_EQ(ends.server.receive(100), "last words");  // and the end
  EXPECT_EQ(ends.server.failed, 0);
  ASSERT_TRUE(ends.server.send("the answer"));
  EXPECT_EQ(ends.client.receive(10), "the answer");
  EXPECT_FALSE(*ends.over);
  ends.server.end();
  EXPECT_EQ(ends.client.receive(1), "");
  EXPECT_TRUE(ends.wait_until_over());
}

TEST_F(Tunnels, EndTheOtherDirectionFirstLikewise) {
  auto ends = open();
  ends.server.end();
  EXPECT_EQ(ends.client.receive(1), "");
  ASSERT_TRUE(ends.client.send("still"));
  EXPECT_EQ(ends.server.receive(5), "still");
  ends.client.end();
  EXPECT_TRUE(ends.wait_until_over());
}

TEST_F(Tunnels, PassAResetOnAsAReset) {
  auto first = open();
  ASSERT_TRUE(first.client.send("x"));
  EXPECT_EQ(first.server.receive(1), "x");
  first.client.reset();
  EXPECT_EQ(first.server.receive(1), "");
  EXPECT_EQ(first.server.failed, ECONNRESET);
  EXPECT_TRUE(first.wait_until_over());

  auto second = open();
  second.server.reset();
  EXPECT_EQ(second.client.receive(1), "");
  EXPECT_EQ(second.client.failed, ECONNRESET);
  EXPECT_TRUE(second.wait_until_over());
}

TEST_F(Tunnels, PassAResetOnFromTheReceiverOfMuch) {
  auto ends = open();
  std::jthread sender([&] {
    while (ends.client.send(std::string(piece, 'x'))) {
    }
  });
  EXPECT_EQ(ends.server.receive(piece).size(), piece);
  ends.server.reset();
  sender.join();  // its sending failed
  EXPECT_TRUE(ends.wait_until_over());
  EXPECT_EQ(pipes(), 0U);
}

TEST_F(Tunnels, HoldLittleForASlowReader) {
  auto ends = open();
  ::fcntl(ends.client.number(), F_SETFL, ::fcntl(ends.client.number(), F_GETFL) | O_NONBLOCK);
  const std::string much(piece, 'x');
  std::size_t sent = 0;
  for (int quiet = 0; quiet < 20;) {
    const ssize_t size = ::send(ends.client.number(), much.data(), much.size(), MSG_NOSIGNAL);
    if (size > 0) {
      sent += static_cast<std::size_t>(size);
      quiet = 0;
    } else {
      ++quiet;
      std::this_thread::sleep_for(20ms);
    }
  }
  EXPECT_EQ(pipes(), 1U);
  EXPECT_LT(sent, 32 * piece);  // the buffers of four sockets, and one pipe
  ends.client.end();
  EXPECT_EQ(ends.server.receive(64 * piece).size(), sent);
  ends.server.end();
  EXPECT_TRUE(ends.wait_until_over());
  EXPECT_EQ(ends.count->up, sent);
}

TEST_F(Tunnels, HoldNoPipeWhileNothingMoves) {
  auto ends = open();
  ASSERT_TRUE(ends.client.send("hello"));
  EXPECT_EQ(ends.server.receive(5), "hello");
  EXPECT_EQ(pipes(), 0U);
}

TEST_F(Tunnels, EndWhenNothingMovedForTooLong) {
  auto ends = open({}, 300ms);
  EXPECT_EQ(ends.client.receive(1), "");
  EXPECT_EQ(ends.client.failed, ECONNRESET);
  EXPECT_TRUE(ends.wait_until_over());
}

TEST_F(Tunnels, StayWhileOneDirectionIsSilent) {
  auto ends = open({}, 800ms);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(ends.server.send("."));
    ASSERT_EQ(ends.client.receive(1), ".");
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_FALSE(*ends.over);
}

TEST_F(Tunnels, GetPastAnUrgentByte) {
  auto ends = open();
  ASSERT_TRUE(ends.client.send("before"));
  EXPECT_EQ(ends.server.receive(6), "before");
  ASSERT_TRUE(ends.client.send("!", MSG_OOB));
  std::this_thread::sleep_for(50ms);
  ASSERT_TRUE(ends.client.send("after"));
  EXPECT_EQ(ends.server.receive(5), "after");
}

TEST_F(Tunnels, CopyWhenThereIsNoDescriptorForAPipe) {
  auto ends = open();
  const test::NoDescriptors none;
  exchange_patterns(ends.client, ends.server, 4);
  ASSERT_TRUE(ends.wait_until_over());
  EXPECT_EQ(ends.count->up, 4 * piece);
  EXPECT_EQ(ends.count->down, 4 * piece);
}

TEST_F(Tunnels, LeaveNoDescriptorBehind) {
  const auto once = [&] {
    auto ends = open();
    ASSERT_TRUE(ends.client.send("hello"));
    ASSERT_EQ(ends.server.receive(5), "hello");
    ends.client.close();
    ASSERT_EQ(ends.server.receive(1), "");
    ends.server.close();
    ASSERT_TRUE(ends.wait_until_over());
  };
  once();
  start([] {});
  const auto before = open_descriptors();
  for (int i = 0; i < 1000; ++i)
    once();
  start([] {});
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Tunnels, PassAnOpenLineOnBeforeItIsComplete) {
  auto ends = open({}, 60s, std::make_shared<http::FirstLine>());
  ends.client.send("ruok");
  EXPECT_EQ(ends.server.receive(4), "ruok");
  ends.server.send("imok");
  EXPECT_EQ(ends.client.receive(4), "imok");
  const auto rest = "\nGET / HTTP/1.1\n" + pattern(0, piece);
  std::jthread sender([&] { ends.client.send(rest); });
  EXPECT_EQ(ends.server.receive(rest.size()), rest);
}

TEST_F(Tunnels, PassNothingOnThatMakesTheLineARequest) {
  const auto line = std::make_shared<http::FirstLine>();
  auto ends = open("F", 60s, line);
  ends.client.send("O");
  EXPECT_EQ(ends.server.receive(2), "FO");
  ends.client.send("O /x HTTP/1.1\r\n");
  EXPECT_EQ(ends.server.receive(1), "");
  EXPECT_EQ(ends.server.failed, ECONNRESET);
  EXPECT_EQ(ends.client.receive(1), "");
  EXPECT_EQ(ends.client.failed, ECONNRESET);
  EXPECT_TRUE(ends.wait_until_over());
  EXPECT_EQ(line->likeness(), http::Likeness::yes);
  EXPECT_EQ(ends.count->up, 2U);
}

}  // namespace
}  // namespace gateway
