// SPDX-License-Identifier: Apache-2.0
#include "net/dial.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/resolver.h"
#include "net/test_support.h"

namespace net {
namespace {

using test::tcp;
using test::TestLoop;
using namespace std::chrono_literals;

/// A port that answers.
class Listener {
public:
  explicit Listener(TestLoop& loop) : acceptor_(loop.context, test::any_port) {}
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
  tcp::acceptor acceptor_;
};

/// A port that refuses: it was free a moment ago.
tcp::endpoint closed_port(TestLoop& loop) { return Listener(loop).endpoint(); }

/// A port that never answers: its queue of connections is full.
class Silent {
public:
  explicit Silent(TestLoop& loop) : acceptor_(loop.context) {
    acceptor_.open(tcp::v4());
    acceptor_.bind(test::any_port);
    acceptor_.listen(0);
    for (int i = 0; i < 4; ++i) {
      auto& socket = fillers_.emplace_back(loop.context, tcp::v4());
      socket.native_non_blocking(true);
      const auto to = endpoint();
      static_cast<void>(
          ::connect(socket.native_handle(), to.data(), static_cast<socklen_t>(to.size())));
    }
  }
  tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
  tcp::acceptor acceptor_;
  std::vector<tcp::socket> fillers_;
};

struct Outcome {
  tcp::endpoint reached{};
  std::optional<base::Error> error{};
};

Task<> dial_into(Outcome& out, Endpoints endpoints, std::chrono::milliseconds limit) {
  auto socket = co_await dial(std::move(endpoints), limit);
  if (socket)
    out.reached = socket->remote_endpoint();
  else
    out.error = socket.error();
}

Outcome dialled(TestLoop& loop, Endpoints endpoints, std::chrono::milliseconds limit = 5s) {
  Outcome out;
  loop.run(dial_into(out, std::move(endpoints), limit));
  return out;
}

std::string order_of(std::initializer_list<std::string_view> addresses) {
  Endpoints endpoints;
  for (const auto address : addresses)
    endpoints.emplace_back(asio::ip::make_address(address), 443);
  std::string out;
  for (const auto& each : in_dialling_order(endpoints))
    out += (out.empty() ? "" : " ") + each.address().to_string();
  return out;
}

TEST(Dial, TakesTheFamiliesInTurnBeginningWithTheFirst) {
  EXPECT_EQ(order_of({"::1", "::2", "::3", "1.0.0.1", "1.0.0.2"}), "::1 1.0.0.1 ::2 1.0.0.2 ::3");
  EXPECT_EQ(order_of({"1.0.0.1", "1.0.0.2", "::1"}), "1.0.0.1 ::1 1.0.0.2");
  EXPECT_EQ(order_of({"1.0.0.1", "1.0.0.2"}), "1.0.0.1 1.0.0.2");
  EXPECT_EQ(order_of({}), "");
}

TEST(Dial, TriesNoAddressTwiceAndNotAllOfVeryMany) {
  EXPECT_EQ(order_of({"::1", "::1", "1.0.0.1", "::1", "1.0.0.1"}), "::1 1.0.0.1");
  Endpoints many;
  for (std::uint32_t i = 0; i < 1000; ++i)
    many.emplace_back(asio::ip::address_v4(0x0A000000U + i), 443);
  EXPECT_EQ(in_dialling_order(many).size(), 32U);
}

TEST(Dial, ConnectsToTheFirstThatAnswers) {
  TestLoop loop;
  const Listener first(loop);
  const Listener second(loop);
  EXPECT_EQ(dialled(loop, {first.endpoint(), second.endpoint()}).reached, first.endpoint());
}

TEST(Dial, GoesOnAtOnceWhenOneRefuses) {
  TestLoop loop;
  const Listener open(loop);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(dialled(loop, {closed_port(loop), open.endpoint()}).reached, open.endpoint());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 200ms);
}

TEST(Dial, DoesNotWaitForOneThatIsSilent) {
  TestLoop loop;
  const Silent silent(loop);
  const Listener open(loop);
  EXPECT_EQ(dialled(loop, {silent.endpoint(), open.endpoint()}).reached, open.endpoint());
}

TEST(Dial, BeginsTheNextAQuarterOfASecondAfterOneThatIsSilent) {
  TestLoop loop;
  const Silent silent(loop);
  const Listener open(loop);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(dialled(loop, {silent.endpoint(), open.endpoint()}).reached, open.endpoint());
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, 240ms);
  EXPECT_LT(took, 2s);
}

TEST(Dial, BeginsTheNextAtOnceWhenOneFailsBesideASilentOne) {
  TestLoop loop;
  const Silent silent(loop);
  const Listener open(loop);
  const auto begin = std::chrono::steady_clock::now();
  const auto reached =
      dialled(loop, {silent.endpoint(), closed_port(loop), open.endpoint()}).reached;
  EXPECT_EQ(reached, open.endpoint());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 450ms);
}

TEST(Dial, SaysThatThereIsNoAddress) {
  TestLoop loop;
  const auto out = dialled(loop, {});
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->message, "connecting: there is no address");
}

TEST(Dial, SaysThatAllRefused) {
  TestLoop loop;
  const auto out = dialled(loop, {closed_port(loop), closed_port(loop)});
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, base::ErrorKind::unavailable);
  EXPECT_EQ(out.error->message, "connecting: Connection refused");
}

TEST(Dial, GivesUpWhenTheTimeIsUp) {
  TestLoop loop;
  const Silent silent(loop);
  const auto out = dialled(loop, {silent.endpoint()}, 100ms);
  ASSERT_TRUE(out.error);
  EXPECT_EQ(out.error->kind, base::ErrorKind::timeout);
}

TEST(Dial, LeavesNothingBehindWhenItIsCancelled) {
  TestLoop loop;
  const Silent silent(loop);
  Outcome out;
  loop.tasks.spawn(dial_into(out, {silent.endpoint()}, 60s));
  loop.settle();
  EXPECT_LT(loop.stop(), 1s);
  EXPECT_EQ(loop.tasks.size(), 0U);
}

std::vector<std::string> resolved(TestLoop& loop, std::string host) {
  std::vector<std::string> out;
  SystemResolver resolver;
  loop.run([](Resolver& from, std::string name, std::vector<std::string>& texts) -> Task<> {
    auto addresses = co_await from.resolve(std::move(name));
    if (!addresses) co_return;
    for (const auto& each : *addresses)
      texts.push_back(each.to_string());
  }(resolver, std::move(host), out));
  return out;
}

TEST(Resolver, TakesAnAddressForItself) {
  TestLoop loop;
  EXPECT_EQ(resolved(loop, "192.0.2.7"), (std::vector<std::string>{"192.0.2.7"}));
  EXPECT_EQ(resolved(loop, "2001:db8::7"), (std::vector<std::string>{"2001:db8::7"}));
}

TEST(Resolver, AsksTheSystem) {
  TestLoop loop;
  for (const auto& address : resolved(loop, "localhost"))
    EXPECT_TRUE(asio::ip::make_address(address).is_loopback()) << address;
  EXPECT_FALSE(resolved(loop, "localhost").empty());
}

}  // namespace
}  // namespace net
