// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <csignal>

#include "net/test_support.h"

namespace net {
namespace {

using test::TestLoop;
using namespace std::chrono_literals;

using Text = base::Result<std::string>;

Task<> read_into(Stream& stream, Text& out) {
  std::array<char, 256> buffer{};
  auto size = co_await stream.read_some(buffer);
  if (size)
    out = std::string(buffer.data(), *size);
  else
    out = std::unexpected(std::move(size).error());
}

Task<> peek_into(Stream& stream, std::size_t at_least, Text& out) {
  std::array<char, 256> buffer{};
  auto size = co_await stream.peek(buffer, at_least);
  if (size)
    out = std::string(buffer.data(), *size);
  else
    out = std::unexpected(std::move(size).error());
}

Task<> write_all(Stream& stream, std::string text, bool& done) {
  auto written = co_await stream.write(text);
  done = written.has_value();
}

Task<> drain(Stream& stream, std::size_t& bytes) {
  std::array<char, 4096> buffer{};
  for (;;) {
    auto size = co_await stream.read_some(buffer);
    if (!size || *size == 0) co_return;
    bytes += *size;
  }
}

Task<> shake_hands(Stream& stream, SslHandle ssl, base::Result<>& out) {
  out = co_await stream.handshake(std::move(ssl));
}

/// Two streams that are each other's peers.
class Streams : public testing::Test {
protected:
  Text read(Stream& from) {
    Text out;
    loop_.run(read_into(from, out));
    return out;
  }
  Text peek(Stream& from, std::size_t at_least) {
    Text out;
    loop_.run(peek_into(from, at_least, out));
    return out;
  }
  bool write(Stream& to, std::string text) {
    bool done = false;
    loop_.run(write_all(to, std::move(text), done));
    return done;
  }
  void after(std::chrono::milliseconds time, std::function<void()> work) {
    loop_.tasks.spawn([](std::chrono::milliseconds pause, std::function<void()> then) -> Task<> {
      co_await test::sleep(pause);
      then();
    }(time, std::move(work)));
  }

  TestLoop loop_;
  std::pair<asio::ip::tcp::socket, asio::ip::tcp::socket> pair_ =
      test::connected_pair(loop_.context);
  Stream client_{std::move(pair_.first), loop_.deadlines};
  Stream server_{std::move(pair_.second), loop_.deadlines};
};

TEST_F(Streams, CarryBytesToTheirEnd) {
  ASSERT_TRUE(write(client_, "hello"));
  EXPECT_EQ(*read(server_), "hello");
  client_.shutdown_send();
  EXPECT_EQ(*read(server_), "");
  ASSERT_TRUE(write(server_, "still there"));
  EXPECT_EQ(*read(client_), "still there");
}

TEST_F(Streams, ShowAResetAsAFailure) {
  client_.reset();
  const auto text = read(server_);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, base::ErrorKind::closed);
}

TEST_F(Streams, GiveWhatIsAtHandWithoutAWait) {
  std::array<char, 256> buffer{};
  EXPECT_EQ(server_.read_at_hand(buffer), 0U);
  ASSERT_TRUE(write(client_, "hello"));
  EXPECT_EQ(server_.read_at_hand(buffer), 5U);
}

TEST_F(Streams, TellOfAResetThatWasSeenAtHand) {
  client_.reset();
  std::array<char, 256> buffer{};
  EXPECT_EQ(server_.read_at_hand(buffer), 0U);
  const auto text = read(server_);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, base::ErrorKind::closed);
}

TEST_F(Streams, WriteMoreThanTheKernelHolds) {
  constexpr std::size_t much = 16U << 20U;
  std::size_t bytes = 0;
  loop_.tasks.spawn(drain(server_, bytes));
  ASSERT_TRUE(write(client_, std::string(much, 'x')));
  client_.shutdown_send();
  loop_.run(test::sleep(200ms));
  EXPECT_EQ(bytes, much);
}

TEST_F(Streams, ReadWithinTheirDeadline) {
  server_.reads().expire_after(1ms);
  const auto late = read(server_);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, base::ErrorKind::timeout);
  server_.reads().never_expire();
  ASSERT_TRUE(write(client_, "late"));
  EXPECT_EQ(*read(server_), "late");
}

TEST_F(Streams, WriteWithinTheirDeadline) {
  client_.writes().expire_after(1ms);
  EXPECT_FALSE(write(client_, std::string(64U << 20U, 'x')));
  EXPECT_TRUE(client_.writes().expired());
}

TEST_F(Streams, PeekWithoutTaking) {
  ASSERT_TRUE(write(client_, "hello"));
  EXPECT_EQ(*peek(server_, 1), "hello");
  EXPECT_EQ(*peek(server_, 5), "hello");
  EXPECT_EQ(*read(server_), "hello");
}

TEST_F(Streams, PeekUntilThereIsEnough) {
  ASSERT_TRUE(write(client_, "he"));
  after(50ms, [&] { ASSERT_EQ(::send(client_.socket().native_handle(), "llo", 3, 0), 3); });
  EXPECT_EQ(*peek(server_, 5), "hello");
}

TEST_F(Streams, PeekWhatThereIsWhenThePeerEnds) {
  ASSERT_TRUE(write(client_, "he"));
  after(50ms, [&] { client_.shutdown_send(); });
  EXPECT_EQ(*peek(server_, 5), "he");
  EXPECT_EQ(*read(server_), "he");
  EXPECT_EQ(*peek(server_, 5), "");
}

TEST_F(Streams, PeekWithinTheirDeadline) {
  ASSERT_TRUE(write(client_, "he"));
  server_.reads().expire_after(1ms);
  const auto late = peek(server_, 5);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, base::ErrorKind::timeout);
  server_.reads().never_expire();
  EXPECT_EQ(*read(server_), "he");
}

TEST_F(Streams, AreWatchedByTheKernel) {
  const auto option = [&](int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    ::getsockopt(client_.socket().native_handle(), level, name, &value, &size);
    return value;
  };
  EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 0);
  client_.expect_peer(60s);
  client_.expect_progress(70s);
  EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
  const int idle = option(IPPROTO_TCP, TCP_KEEPIDLE);
  const int pause = option(IPPROTO_TCP, TCP_KEEPINTVL);
  EXPECT_EQ(idle + pause * option(IPPROTO_TCP, TCP_KEEPCNT), 60);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 70'000);
}

TEST_F(Streams, MoveWhileBytesCome) {
  loop_.run(test::sleep(300ms));
  EXPECT_FALSE(client_.is_moving(100ms));
  ASSERT_TRUE(write(server_, "x"));
  EXPECT_TRUE(client_.is_moving(100ms));
  loop_.run(test::sleep(300ms));
  EXPECT_FALSE(client_.is_moving(100ms));
}

TEST_F(Streams, DoNotMoveWhenAllWasTaken) {
  loop_.run(test::sleep(300ms));
  ASSERT_TRUE(write(client_, "x"));
  loop_.run(test::sleep(100ms));
  EXPECT_FALSE(client_.is_moving(250ms));
}

TEST_F(Streams, AreQuietUntilThePeerSpeaksOrGoes) {
  EXPECT_TRUE(client_.is_quiet());
  ASSERT_TRUE(write(server_, "x"));
  EXPECT_FALSE(client_.is_quiet());
  EXPECT_EQ(*read(client_), "x");
  EXPECT_TRUE(client_.is_quiet());
  server_.shutdown_send();
  EXPECT_FALSE(client_.is_quiet());
}

/// A key and a certificate that only this test knows.
class Tls {
public:
  Tls() : context_(SSL_CTX_new(TLS_method()), SSL_CTX_free) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(context_.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
    SSL_CTX_set_mode(
        context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  SslHandle client() const {
    SslHandle ssl(SSL_new(context_.get()));
    SSL_set_connect_state(ssl.get());
    return ssl;
  }
  SslHandle server() const {
    SslHandle ssl(SSL_new(context_.get()));
    SSL_set_accept_state(ssl.get());
    return ssl;
  }

private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
};

class TlsStreams : public Streams {
protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);  // as the gateway's threads block it
    base::Result<> accepted;
    base::Result<> connected;
    loop_.tasks.spawn(shake_hands(server_, tls_.server(), accepted));
    loop_.run(shake_hands(client_, tls_.client(), connected));
    loop_.settle();
    ASSERT_TRUE(connected) << connected.error().message;
    ASSERT_TRUE(accepted) << accepted.error().message;
  }
  Tls tls_;
};

TEST_F(TlsStreams, CarryBytesToTheirEnd) {
  ASSERT_TRUE(write(client_, "hello"));
  EXPECT_EQ(*read(server_), "hello");
  client_.close();
  EXPECT_EQ(*read(server_), "");
}

TEST_F(TlsStreams, TakeAnEndWithoutCloseNotifyForAFailure) {
  client_.shutdown_send();
  const auto text = read(server_);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, base::ErrorKind::closed);
  EXPECT_EQ(text.error().message, "the peer closed without ending TLS");
}

TEST_F(TlsStreams, WriteMoreThanTheKernelHolds) {
  constexpr std::size_t much = 8U << 20U;
  std::size_t bytes = 0;
  loop_.tasks.spawn(drain(server_, bytes));
  ASSERT_TRUE(write(client_, std::string(much, 'x')));
  client_.close();
  loop_.run(test::sleep(500ms));
  EXPECT_EQ(bytes, much);
}

TEST_F(TlsStreams, SendRecordsTogetherThatFollowEachOther) {
  struct Info {  // as linux/tcp.h goes on
    tcp_info known{};
    std::uint64_t rates_and_bytes[4]{};
    std::uint32_t others[5]{};
    std::uint32_t data_segments_out = 0;
  };
  const auto segments = [this] {
    Info info;
    socklen_t size = sizeof info;
    ::getsockopt(client_.socket().native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size);
    return info.data_segments_out;
  };
  const auto before = segments();
  ASSERT_TRUE(write(client_, std::string(SSL3_RT_MAX_PLAIN_LENGTH + 10, 'x')));
  EXPECT_EQ(segments(), before + 1);
}

TEST_F(TlsStreams, AreReadableWhileDecryptedBytesAreLeft) {
  ASSERT_TRUE(write(client_, std::string(300, 'x')));
  EXPECT_EQ(read(server_)->size(), 256U);
  bool ready = false;
  loop_.run([](Stream& stream, bool& done) -> Task<> {
    auto result = co_await stream.wait_readable();
    done = result.has_value();
  }(server_, ready));
  EXPECT_TRUE(ready);
  EXPECT_EQ(read(server_)->size(), 44U);
}

TEST_F(Streams, RefuseAHandshakeOfSomethingElse) {
  const Tls tls;
  ASSERT_TRUE(write(client_, "GET / HTTP/1.1\r\n\r\n"));
  base::Result<> outcome;
  loop_.run(shake_hands(server_, tls.server(), outcome));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, base::ErrorKind::closed);
  EXPECT_EQ(outcome.error().message, "TLS handshake: http request");
}

TEST_F(Streams, ShakeHandsWithinTheirDeadline) {
  const Tls tls;
  server_.reads().expire_after(1ms);
  base::Result<> outcome;
  loop_.run(shake_hands(server_, tls.server(), outcome));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, base::ErrorKind::timeout);
}

}  // namespace
}  // namespace net
