// SPDX-License-Identifier: Apache-2.0
// What a program in the sandbox's network namespace meets. Needs user namespaces and nftables.
#include "sandbox/capture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "sandbox/refusals.h"
#include "sandbox/warden_test_support.h"

namespace sandbox {
namespace {

using test::AsAnyUser;
using test::Inside;
using test::readable;

struct Place {
  const char* address;
  std::uint16_t port;
  Endpoint endpoint() const { return Endpoint::parse(address, port).value(); }
};

base::Fd make_socket(const Endpoint& for_what, int type, int protocol = 0) {
  return base::Fd(
      socket(for_what.is_v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
}

/// Connects as a program would; 0 or errno. Waits a second at most.
int try_connect(const Endpoint& to) {
  const auto socket = make_socket(to, SOCK_STREAM);
  const auto address = to_socket_address(to);
  if (connect(socket.get(), address.get(), address.size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd wait{socket.get(), POLLOUT, 0};
  if (poll(&wait, 1, 1000) != 1) return ETIMEDOUT;
  int reason = 0;
  socklen_t size = sizeof reason;
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &reason, &size);
  return reason;
}

/// Sends one datagram; 0 or errno.
int try_send(const Endpoint& to, int type = SOCK_DGRAM, int protocol = 0) {
  const auto socket = make_socket(to, type, protocol);
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
  const auto address = to_socket_address(to);
  const std::string_view bytes = "datagram of the program";
  const auto sent =
      sendto(socket.get(), bytes.data(), bytes.size(), 0, address.get(), address.size);
  return sent < 0 ? errno : 0;
}

/// Asks a DNS server over UDP, expects the answer from where it was asked; 0 or errno.
int ask_dns(const Endpoint& server) {
  const auto socket = make_socket(server, SOCK_DGRAM);
  const auto address = to_socket_address(server);
  if (connect(socket.get(), address.get(), address.size) != 0) return errno;
  if (send(socket.get(), "query", 5, 0) != 5) return errno;
  std::array<char, 16> answer{};
  if (!readable(socket.get())) return ETIMEDOUT;
  return recv(socket.get(), answer.data(), answer.size(), 0) == 6 ? 0 : EBADMSG;
}

/// Answers one query, in a child so that the asker can run here.
void answer_dns(int socket) {
  if (fork() != 0) return;
  SocketAddress client;
  std::array<char, 16> query{};
  if (!readable(socket)) _exit(1);
  recvfrom(socket, query.data(), query.size(), 0, client.get(), &client.size);
  sendto(socket, "answer", 6, 0, client.get(), client.size);
  _exit(0);
}

/// From an address that is nobody's here, which takes no privilege; 0 or errno.
int try_send_from(const Endpoint& from, const Endpoint& to) {
  const auto socket = make_socket(from, SOCK_DGRAM);
  const int on = 1;
  if (setsockopt(socket.get(), IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on) != 0) return errno;
  const auto own = to_socket_address(from);
  if (bind(socket.get(), own.get(), own.size) != 0) return errno;
  const auto address = to_socket_address(to);
  return sendto(socket.get(), "?", 1, 0, address.get(), address.size) == 1 ? 0 : errno;
}

bool readable_now(int socket) {
  pollfd wait{socket, POLLIN, 0};
  return poll(&wait, 1, 0) == 1;
}

/// As a program talks to a server: a question, an answer, and another question to the same; 0 or
/// errno.
int talk_to(const Endpoint& server) {
  const auto socket = make_socket(server, SOCK_DGRAM);
  const auto address = to_socket_address(server);
  if (connect(socket.get(), address.get(), address.size) != 0) return errno;
  std::array<char, 16> answer{};
  for (const std::string_view question : {"first", "again"}) {
    if (send(socket.get(), question.data(), question.size(), 0) != 5) return errno;
    if (!readable(socket.get())) return ETIMEDOUT;
    if (recv(socket.get(), answer.data(), answer.size(), 0) != 6) return EBADMSG;
  }
  return 0;
}

/// The other side of talk_to(): the first question comes to the listener, the next one to the
/// socket that answered. In a thread's place a child, with sockets of the warden made before.
void answer_datagrams(Warden& warden, const DatagramListeners& listeners, const Endpoint& server) {
  std::fflush(nullptr);
  if (fork() != 0) return;
  const int listener = (server.is_v4 ? listeners.v4 : listeners.v6).get();
  SocketAddress program;
  std::array<char, 16> question{};
  if (!readable(listener)) _exit(1);
  recvfrom(listener, question.data(), question.size(), 0, program.get(), &program.size);
  const auto answers = warden.answer(server, to_endpoint(program).value());
  if (!answers) _exit(2);
  send(answers->get(), "answer", 6, 0);
  if (!readable(answers->get())) _exit(3);
  const auto size = recv(answers->get(), question.data(), question.size(), 0);
  if (std::string_view(question.data(), 5) == "again" && size == 5)
    send(answers->get(), "answer", 6, 0);
  _exit(0);
}

std::vector<std::string> read_refusals(int socket) {
  std::vector<std::string> seen;
  std::array<char, 8192> buffer{};
  for (;;) {
    const auto size = recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size <= 0) return seen;
    for (const auto& refusal : parse_refusals({buffer.data(), static_cast<std::size_t>(size)}))
      seen.push_back(refusal.to_string());
  }
}

class Capture : public AsAnyUser {};
INSTANTIATE_TEST_SUITE_P(User, Capture, test::both_users, test::name_of_user);

/// A warden of its own for each test, and code inside of it.
void with_capture(const std::function<void(Warden&, const Inside&)>& body) {
  auto warden = Warden::start();
  ASSERT_TRUE(warden) << warden.error().to_string();
  body(*warden, Inside(*warden));
}

TEST_P(Capture, TakesTcpToAnyAddressAndPortAndTellsWhereItWent) {
  constexpr Place places[] = {
      {"203.0.113.7", 443},     {"203.0.113.7", 80},      {"198.51.100.20", 22},
      {"198.51.100.20", 65535}, {"198.51.100.20", 1},     {"10.0.2.2", 8080},
      {"10.0.2.3", 443},        {"169.254.169.254", 80},  {"192.168.1.1", 6667},
      {"2001:db8::1", 443},     {"2001:db8::1", 65535},   {"fd00:6c61::7", 22},
      {"fe80::1", 80},          {"64:ff9b::a09:909", 80},
  };
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      for (const auto& place : places) {
        SCOPED_TRACE(place.endpoint().to_string());
        const int scope_missing = inside.run([&] { return try_connect(place.endpoint()); });
        if (scope_missing == EINVAL) continue;  // a link-local address needs an interface
        EXPECT_EQ(scope_missing, 0);
        const base::Fd accepted(accept4(warden.listeners().tcp.get(), nullptr, nullptr, 0));
        ASSERT_TRUE(accepted);
        const auto wanted = original_destination(accepted.get());
        ASSERT_TRUE(wanted) << wanted.error().to_string();
        EXPECT_EQ(wanted->to_string(), place.endpoint().to_string());
        EXPECT_NE(*wanted, local_endpoint(accepted.get()).value());
      }
    });
  });
}

TEST_P(Capture, LeavesLoopbackToTheSandbox) {
  constexpr const char* own[] = {"127.0.0.1", "127.0.0.2", "::1", "10.0.2.100", "fd00:2::100"};
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      for (const auto* address : own) {
        SCOPED_TRACE(address);
        const auto service = warden.listen(Endpoint::parse(address, 8080).value());
        ASSERT_TRUE(service) << service.error().to_string();
        EXPECT_EQ(inside.run([&] { return try_connect(Place{address, 8080}.endpoint()); }), 0);
        EXPECT_TRUE(base::Fd(accept4(service->get(), nullptr, nullptr, 0)));
        EXPECT_EQ(
            inside.run([&] { return try_connect(Place{address, 8081}.endpoint()); }), ECONNREFUSED);
      }
      EXPECT_FALSE(base::Fd(accept4(warden.listeners().tcp.get(), nullptr, nullptr, 0)));
    });
  });
}

TEST_P(Capture, HidesTheGatewaysOwnPorts) {
  run([] {
    with_capture([](Warden& warden, const Inside& inside) {
      auto& listeners = warden.listeners();
      for (const auto* address : {"127.0.0.1", "127.0.0.2", "::1", "10.0.2.100", "fd00:2::100"}) {
        for (const auto* listener : {&listeners.tcp, &listeners.dns_tcp}) {
          const auto port = local_endpoint(listener->get()).value().port;
          const auto to = Endpoint::parse(address, port).value();
          EXPECT_EQ(inside.run([&] { return try_connect(to); }), ECONNREFUSED) << to.to_string();
        }
      }
      for (const auto* listener : {&listeners.dns_udp4, &listeners.dns_udp6}) {
        const auto to = local_endpoint(listener->get()).value();
        EXPECT_EQ(inside.run([&] { return try_send(to); }), EPERM) << to.to_string();
      }
    });
  });
}

TEST_P(Capture, AnswersDnsWhateverServerIsAsked) {
  constexpr const char* servers[] = {
      "8.8.8.8", "10.0.2.3", "127.0.0.53", "2001:4860:4860::8888", "::1"};
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      for (const auto* server : servers) {
        SCOPED_TRACE(server);
        const auto place = Place{server, 53}.endpoint();
        auto& listeners = warden.listeners();
        answer_dns((place.is_v4 ? listeners.dns_udp4 : listeners.dns_udp6).get());
        EXPECT_EQ(inside.run([&] { return ask_dns(place); }), 0);

        EXPECT_EQ(inside.run([&] { return try_connect(place); }), 0);
        const base::Fd accepted(accept4(listeners.dns_tcp.get(), nullptr, nullptr, 0));
        ASSERT_TRUE(accepted);
        EXPECT_EQ(original_destination(accepted.get()).value(), place);
      }
    });
  });
}

TEST_P(Capture, RefusesTheRestAtOnceAndTellsIt) {
  struct Attempt {
    Place place;
    int type;
    int protocol;
    const char* seen;
  };
  constexpr Attempt attempts[] = {
      {{"8.8.8.8", 443}, SOCK_DGRAM, 0, "udp 8.8.8.8:443"},
      {{"10.0.2.2", 123}, SOCK_DGRAM, 0, "udp 10.0.2.2:123"},
      {{"224.0.0.251", 5353}, SOCK_DGRAM, 0, "udp 224.0.0.251:5353"},
      {{"255.255.255.255", 67}, SOCK_DGRAM, 0, "udp 255.255.255.255:67"},
      {{"2001:db8::1", 443}, SOCK_DGRAM, 0, "udp [2001:db8::1]:443"},
      {{"ff0e::fb", 5353}, SOCK_DGRAM, 0, "udp [ff0e::fb]:5353"},
      {{"8.8.8.8", 0}, SOCK_RAW, IPPROTO_ICMP, "icmp 8.8.8.8"},
      {{"2001:db8::1", 0}, SOCK_RAW, IPPROTO_ICMPV6, "icmpv6 [2001:db8::1]"},
      {{"8.8.8.8", 0}, SOCK_RAW, 47, "protocol 47 8.8.8.8"},
  };
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      for (const auto& [place, type, protocol, seen] : attempts) {
        SCOPED_TRACE(seen);
        EXPECT_EQ(inside.run([&] { return try_send(place.endpoint(), type, protocol); }), EPERM);
        EXPECT_EQ(read_refusals(warden.listeners().refusals.get()), std::vector<std::string>{seen});
      }
    });
  });
}

TEST_P(Capture, HandsOverDatagramsAndAnswersAsTheServer) {
  constexpr const char* servers[] = {"198.51.100.20", "198.18.0.16", "2001:db8::1"};
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      const auto listeners = warden.capture({.ports = {123}});
      ASSERT_TRUE(listeners) << listeners.error().to_string();
      for (const auto* server : servers) {
        SCOPED_TRACE(server);
        const auto place = Place{server, 123}.endpoint();
        answer_datagrams(warden, *listeners, place);
        EXPECT_EQ(inside.run([&] { return talk_to(place); }), 0);
      }
    });
  });
}

TEST_P(Capture, StillRefusesDatagramsForOtherPortsAndForNeighbours) {
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      const auto listeners = warden.capture({.ports = {123}});
      ASSERT_TRUE(listeners);
      for (const Place place :
           {Place{"8.8.8.8", 124},
            {"2001:db8::1", 124},
            {"224.0.0.251", 123},
            {"ff0e::fb", 123},
            {"255.255.255.255", 123}}) {
        EXPECT_EQ(inside.run([&] { return try_send(place.endpoint()); }), EPERM) << place.address;
      }
      for (const auto* listener : {&listeners->v4, &listeners->v6}) {
        EXPECT_FALSE(readable_now(listener->get()));
        const auto own = local_endpoint(listener->get()).value();
        EXPECT_EQ(inside.run([&] { return try_send(own); }), EPERM) << own.to_string();
      }
    });
  });
}

TEST_P(Capture, HandsOverNoDatagramsFromABorrowedAddress) {
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      const auto listeners = warden.capture({.ports = {123}});
      ASSERT_TRUE(listeners);
      const auto from = Place{"fd00:6c61::7", 4000}.endpoint();
      const auto to = Place{"fd00:6c61::10", 123}.endpoint();
      EXPECT_EQ(inside.run([&] { return try_send_from(from, to); }), EPERM);
      EXPECT_FALSE(readable_now(listeners->v6.get()));
    });
  });
}

TEST_P(Capture, TellsWhatToDoWhenTheKernelRefusesToHandOverAndGoesOn) {
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      const auto listeners = warden.capture({});  // an empty set is no rule
      ASSERT_FALSE(listeners);
      EXPECT_TRUE(listeners.error().hint.contains("modprobe nft_tproxy"));
      EXPECT_EQ(inside.run([&] { return try_send(Place{"8.8.8.8", 123}.endpoint()); }), EPERM);
      EXPECT_EQ(inside.run([&] { return try_connect(Place{"8.8.8.8", 123}.endpoint()); }), 0);
    });
  });
}

TEST_P(Capture, HandsOverQuestionsForNamedNameServersAlone) {
  run([&] {
    with_capture([&](Warden& warden, const Inside& inside) {
      const auto named = Place{"192.0.2.53", 53}.endpoint();
      const auto listeners = warden.capture({.ports = {53}, .name_servers = {named}});
      ASSERT_TRUE(listeners);
      for (const auto& place : {named, Place{"198.18.0.16", 53}.endpoint()}) {
        answer_datagrams(warden, *listeners, place);
        EXPECT_EQ(inside.run([&] { return talk_to(place); }), 0) << place.to_string();
      }
      const auto other = Place{"192.0.2.54", 53}.endpoint();
      answer_dns(warden.listeners().dns_udp4.get());
      EXPECT_EQ(inside.run([&] { return ask_dns(other); }), 0);
    });
  });
}

TEST_P(Capture, TellsAFloodOfRefusalsWithoutBecomingOne) {
  run([] {
    with_capture([](Warden& warden, const Inside& inside) {
      const auto flood = [] {
        for (int i = 0; i < 2000; ++i)
          if (try_send(Place{"192.0.2.9", 9}.endpoint()) != EPERM) return 1;
        return 0;
      };
      EXPECT_EQ(inside.run(flood), 0);
      const auto seen = read_refusals(warden.listeners().refusals.get());
      EXPECT_GE(seen.size(), 20U);
      EXPECT_LE(seen.size(), 200U);
    });
  });
}

}  // namespace
}  // namespace sandbox
