// SPDX-License-Identifier: Apache-2.0
// Against a name server on loopback that says what the test wants.
#include "gateway/name_servers.h"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <functional>

#include "dns/answer.h"
#include "dns/record_data.h"
#include "gateway/static_names.h"
#include "net/test_support.h"
#include "policy/record_rule.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using net::asio::ip::tcp;
using net::asio::ip::udp;
using net::test::TestLoop;
using Texts = std::vector<std::string>;

/// The replies to a query, in order; none is silence.
using Script = std::function<Texts(const dns::Query& query)>;

/// Answers over UDP by one script and over TCP, on the same port, by another.
class NameServer {
public:
  NameServer(TestLoop& loop, Script udp_script, Script tcp_script = {})
      : loop_(loop),
        by_udp_(std::move(udp_script)),
        by_tcp_(std::move(tcp_script)),
        acceptor_(loop.context, net::test::any_port),
        socket_(loop.context, udp::endpoint(net::asio::ip::address_v4::loopback(), port())) {
    loop.tasks.spawn(serve_udp(*this));
    loop.tasks.spawn(serve_tcp(*this));
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer() {
    acceptor_.close();
    socket_.close();
    loop_.settle();  // its tasks end
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  NameServers::Server endpoint() const { return socket_.local_endpoint(); }

  int queries = 0;
  int connections = 0;
  std::vector<std::uint16_t> ports{};  // that were asked from

private:
  static net::Task<> serve_udp(NameServer& self) {
    std::string buffer(4096, '\0');
    for (;;) {
      udp::endpoint from;
      const auto [error, size] =
          co_await self.socket_.async_receive_from(net::asio::buffer(buffer), from, net::as_result);
      if (error) co_return;
      ++self.queries;
      self.ports.push_back(from.port());
      const auto query = dns::parse_query(std::string_view(buffer).substr(0, size));
      if (!query) continue;
      for (const auto& reply : self.by_udp_(*query))
        self.socket_.send_to(net::asio::buffer(reply), from);
    }
  }
  static net::Task<> serve_tcp(NameServer& self) {
    for (;;) {
      auto [error, socket] = co_await self.acceptor_.async_accept(net::as_result);
      if (error) co_return;
      ++self.connections;
      std::string size(2, '\0');
      const auto [cut, read] =
          co_await net::asio::async_read(socket, net::asio::buffer(size), net::as_result);
      if (cut) continue;
      std::string text(static_cast<unsigned char>(size[1]), '\0');
      const auto [cut_off, rest] =
          co_await net::asio::async_read(socket, net::asio::buffer(text), net::as_result);
      const auto query = dns::parse_query(text);
      if (cut_off || !query || !self.by_tcp_) continue;
      for (const auto& reply : self.by_tcp_(*query)) {
        std::string message{
            static_cast<char>(reply.size() >> 8U), static_cast<char>(reply.size() & 0xFFU)};
        message += reply;
        const auto [unsent, sent] =
            co_await net::asio::async_write(socket, net::asio::buffer(message), net::as_result);
        if (unsent) break;
      }
    }
  }

  TestLoop& loop_;
  Script by_udp_;
  Script by_tcp_;
  tcp::acceptor acceptor_;
  udp::socket socket_;
};

constexpr dns::Ipv4 v4 = 0x08080808;
constexpr dns::Ipv6 v6{0x20, 0x01, 0x48, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

std::string reply(const dns::Query& query, std::vector<dns::Record> records) {
  return dns::write_answer(query, {.records = std::move(records)}, 65535);
}

std::string failure(const dns::Query& query, dns::Rcode rcode) {
  return dns::write_answer(query, {.rcode = rcode}, 65535);
}

/// Both addresses for every name.
Texts both(const dns::Query& query) {
  const bool is_v6 = query.question.type == dns::Type::aaaa;
  return {reply(query, {is_v6 ? dns::address_record(v6) : dns::address_record(v4)})};
}

Texts silent(const dns::Query&) { return {}; }

net::Task<> resolve_into(net::Resolver& resolver, std::string host, std::string& out) {
  auto found = co_await resolver.resolve(std::move(host));
  if (!found) {
    out = std::string(base::name_of(found.error().kind)) + ": " + found.error().message;
    co_return;
  }
  for (const auto& each : *found)
    out += (out.empty() ? "" : " ") + each.to_string();
}

/// The addresses, or the error.
std::string resolved(TestLoop& loop, net::Resolver& resolver, std::string host = "www.a.test") {
  std::string out;
  loop.run(resolve_into(resolver, std::move(host), out));
  return out;
}

std::string resolved(TestLoop& loop, std::vector<NameServers::Server> servers) {
  NameServers resolver(std::move(servers), 200ms);
  return resolved(loop, resolver);
}

TEST(NameServers, AsksForBothFamilies) {
  TestLoop loop;
  NameServer server(loop, both);
  EXPECT_EQ(resolved(loop, {server.endpoint()}), "2001:4860::1 8.8.8.8");
  EXPECT_EQ(server.queries, 2);
  EXPECT_NE(server.ports[0], server.ports[1]);
}

TEST(NameServers, TakesAnAddressForItself) {
  TestLoop loop;
  NameServer server(loop, both);
  NameServers resolver({server.endpoint()});
  EXPECT_EQ(resolved(loop, resolver, "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(server.queries, 0);
}

TEST(NameServers, WaitsForTheRightReplyAmongForgedOnes) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    auto forged = query;
    ++forged.header.id;
    const auto evil = dns::address_record(dns::Ipv4{0x0A000001});
    return Texts{reply(forged, {evil}), "nonsense", both(query).front(), reply(query, {evil})};
  });
  EXPECT_EQ(resolved(loop, {server.endpoint()}), "2001:4860::1 8.8.8.8");
}

TEST(NameServers, AsksOverTcpWhatDoesNotFit) {
  TestLoop loop;
  const auto truncated = [](const dns::Query& query) {
    auto text = both(query).front();
    text[2] = static_cast<char>(text[2] | 0x02);
    return Texts{text};
  };
  NameServer server(loop, truncated, both);
  EXPECT_EQ(resolved(loop, {server.endpoint()}), "2001:4860::1 8.8.8.8");
  EXPECT_EQ(server.connections, 2);
}

TEST(NameServers, AsksWithoutEdnsWhereItIsUnknown) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    return query.edns ? Texts{failure(query, dns::Rcode::format_error)} : both(query);
  });
  EXPECT_EQ(resolved(loop, {server.endpoint()}), "2001:4860::1 8.8.8.8");
}

TEST(NameServers, AsksTheNextOneWhenOneFailsOrIsSilent) {
  TestLoop loop;
  NameServer mute(loop, silent);
  NameServer broken(loop, [](const dns::Query& query) {
    return Texts{failure(query, dns::Rcode::server_failure)};
  });
  NameServer good(loop, both);
  EXPECT_EQ(
      resolved(loop, {mute.endpoint(), broken.endpoint(), good.endpoint()}),
      "2001:4860::1 8.8.8.8");
}

TEST(NameServers, AsksNobodyElseAfterADefiniteAnswer) {
  TestLoop loop;
  NameServer first(
      loop, [](const dns::Query& query) { return Texts{failure(query, dns::Rcode::name_error)}; });
  NameServer second(loop, both);
  EXPECT_EQ(
      resolved(loop, {first.endpoint(), second.endpoint()}),
      "not_found: cannot resolve www.a.test: it has no address");
  EXPECT_EQ(second.queries, 0);
}

TEST(NameServers, SaysThatNobodyAnswers) {
  TestLoop loop;
  NameServer mute(loop, silent);
  NameServers resolver({mute.endpoint()}, 20ms);
  EXPECT_EQ(resolved(loop, resolver), "unavailable: cannot resolve www.a.test: no reply in time");
  EXPECT_EQ(mute.queries, 4);
}

TEST(NameServers, GoesOnWithoutIpv6ThatIsLate) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    return query.question.type == dns::Type::aaaa ? Texts() : both(query);
  });
  NameServers resolver({server.endpoint()}, 5s);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(resolved(loop, resolver), "8.8.8.8");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(NameServers, WaitsForIpv4BesideIpv6) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    const bool is_v6 = query.question.type == dns::Type::aaaa;
    return is_v6 ? both(query) : Texts{failure(query, dns::Rcode::server_failure)};
  });
  EXPECT_EQ(resolved(loop, {server.endpoint()}), "2001:4860::1");
}

TEST(NameServers, AsksForAnAliasThatTheServerDidNotFollow) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    if (query.question.name != "www.a.test") return both(query);
    auto alias = dns::name_record("real.test");
    alias.type = dns::Type{5};
    return Texts{reply(query, {alias})};
  });
  EXPECT_EQ(resolved(loop, {server.endpoint()}), "2001:4860::1 8.8.8.8");
}

TEST(NameServers, EndsWhereAliasesDoNot) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    auto alias = dns::name_record("x" + query.question.name.value());
    alias.type = dns::Type{5};
    return Texts{reply(query, {alias})};
  });
  EXPECT_EQ(
      resolved(loop, {server.endpoint()}),
      "not_found: cannot resolve www.a.test: it has no address");
}

net::Task<> look_up_into(NameServers& servers, dns::Type type, base::Result<dns::Reply>& out) {
  out = co_await servers.records("www.a.test", type);
}

base::Result<dns::Reply> records(TestLoop& loop, std::vector<NameServers::Server> from) {
  NameServers servers(std::move(from), 200ms);
  base::Result<dns::Reply> out = base::fail(base::ErrorKind::internal, "not asked");
  loop.run(look_up_into(servers, dns::Type::txt, out));
  return out;
}

TEST(NameServers, LooksRecordsUp) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    return Texts{reply(query, {{.type = query.question.type, .data = "\x01x", .ttl = 9}})};
  });
  const auto found = records(loop, {server.endpoint()});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->data, Texts{"\x01x"});
  EXPECT_EQ(found->ttl, 9U);
}

TEST(NameServers, LooksRecordsUpAtTheEndOfAliases) {
  TestLoop loop;
  NameServer server(loop, [](const dns::Query& query) {
    auto alias = dns::name_record("real.test");
    alias.type = dns::Type::cname;
    alias.ttl = 3;
    const dns::Record text{.type = dns::Type::txt, .data = "\x01x", .ttl = 9};
    return Texts{reply(query, {query.question.name == "real.test" ? text : alias})};
  });
  const auto found = records(loop, {server.endpoint()});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->data, Texts{"\x01x"});
  EXPECT_EQ(found->ttl, 3U);
}

TEST(NameServers, TellsAnAbsentNameFromOneWithoutRecords) {
  TestLoop loop;
  NameServer absent(
      loop, [](const dns::Query& query) { return Texts{failure(query, dns::Rcode::name_error)}; });
  EXPECT_EQ(records(loop, {absent.endpoint()})->rcode, dns::Rcode::name_error);
  NameServer empty(loop, [](const dns::Query& query) { return Texts{reply(query, {})}; });
  EXPECT_EQ(records(loop, {empty.endpoint()})->rcode, dns::Rcode::no_error);
}

TEST(NameServers, HasNoRecordsWithoutAServer) {
  TestLoop loop;
  EXPECT_EQ(records(loop, {}).error().kind, base::ErrorKind::unavailable);
}

TEST(RecordRules, NameOnlyTypesThatCanBeRebuilt) {
  for (const auto name : policy::record_types) {
    const auto type = dns::type_named(name);
    EXPECT_TRUE(type && dns::can_rebuild(*type)) << name;
  }
}

TEST(NameServers, LeavesNothingBehindWhenItIsCancelled) {
  TestLoop loop;
  NameServer mute(loop, silent);
  NameServers resolver({mute.endpoint()}, 60s);
  std::string out;
  loop.tasks.spawn(resolve_into(resolver, "www.a.test", out));
  loop.settle();
  EXPECT_LT(loop.stop(), 1s);
  EXPECT_EQ(loop.tasks.size(), 0U);
}

TEST(StaticNames, AnswerBeforeAnybodyIsAsked) {
  TestLoop loop;
  NameServer server(loop, both);
  NameServers servers({server.endpoint()});
  const auto address = net::asio::ip::make_address("192.0.2.1");
  std::vector<StaticName> names;
  names.push_back(
      {.host = policy::Pattern::compile("*.fixed.test", policy::Scope::host).value(),
       .addresses = {address}});
  StaticNames resolver(std::move(names), servers);
  EXPECT_EQ(resolved(loop, resolver, "a.fixed.test"), "192.0.2.1");
  EXPECT_EQ(server.queries, 0);
  EXPECT_EQ(resolved(loop, resolver, "other.test"), "2001:4860::1 8.8.8.8");
}

}  // namespace
}  // namespace gateway
