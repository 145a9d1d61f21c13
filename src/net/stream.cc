// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace net {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

/// What is no TCP, as a test's or a relay's socket, has no such option and needs none.
void set_option(int socket, int level, int option, int value) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

}  // namespace

void FreeSsl::operator()(SSL* ssl) const noexcept {
  // Without this OpenSSL would never resume the session of a connection that ended otherwise than
  // by close_notify, which TLS has not asked for since 1.1 (RFC 4346, 7.2.1).
  SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl);
}

Stream::Stream(asio::ip::tcp::socket socket, Deadlines& deadlines)
    : socket_(std::move(socket)), reads_(deadlines, socket_), writes_(deadlines, socket_) {
  boost::system::error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

void Stream::Limit::on_expired() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

std::unexpected<base::Error> Stream::broken(std::string_view doing) const {
  if (expired()) return fail(ErrorKind::timeout, std::string(doing) + ": took too long");
  return fail(
      ErrorKind::closed,
      std::string(doing) + ": " + std::strerror(errno == 0 ? ECONNRESET : errno));
}

Task<Result<>> Stream::wait(Wish wish) {
  if (expired()) co_return fail(ErrorKind::timeout, "waiting took too long");
  if (!socket_.is_open()) co_return fail(ErrorKind::closed, "the connection was ended");
  const auto type =
      wish == Wish::read ? asio::socket_base::wait_read : asio::socket_base::wait_write;
  const auto [error] = co_await socket_.async_wait(type, as_result);
  if (expired()) co_return fail(ErrorKind::timeout, "waiting took too long");
  if (error) co_return fail(ErrorKind::closed, "waiting: " + error.message());
  co_return Result<>();
}

Task<Result<>> Stream::wait_readable() {
  if (ssl_ && SSL_has_pending(ssl_.get()) != 0) co_return Result<>();
  co_return co_await wait(Wish::read);
}

Task<Result<>> Stream::wait_writable() { co_return co_await wait(Wish::write); }

Result<std::optional<std::size_t>> Stream::try_read(std::span<char> into, Wish& wish) {
  wish = Wish::read;
  if (ssl_) {
    ERR_clear_error();
    errno = 0;
    std::size_t size = 0;
    const int outcome = SSL_read_ex(ssl_.get(), into.data(), into.size(), &size);
    if (outcome == 1) return size;
    const int reason = SSL_get_error(ssl_.get(), outcome);
    if (reason == SSL_ERROR_ZERO_RETURN) return 0;
    if (reason == SSL_ERROR_SSL &&
        ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      return fail(ErrorKind::closed, "the peer closed without ending TLS");
    }
    if (reason == SSL_ERROR_WANT_WRITE)
      wish = Wish::write;
    else if (reason != SSL_ERROR_WANT_READ)
      return broken("reading");
    return std::nullopt;
  }
  for (;;) {
    const ssize_t size = ::recv(socket_.native_handle(), into.data(), into.size(), 0);
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) return broken("reading");
  }
}

Task<Result<std::size_t>> Stream::read_some(std::span<char> into) {
  for (;;) {
    if (untold_) co_return std::unexpected(*std::exchange(untold_, std::nullopt));
    // OpenSSL knows the descriptor by its number, which after the end may already be another's.
    if (!socket_.is_open()) co_return fail(ErrorKind::closed, "the connection was ended");
    Wish wish = Wish::read;
    auto size = try_read(into, wish);
    if (!size) co_return std::unexpected(std::move(size).error());
    if (*size) co_return **size;
    auto ready = co_await wait(wish);
    if (!ready) co_return std::unexpected(std::move(ready).error());
  }
}

std::size_t Stream::read_at_hand(std::span<char> into) {
  if (untold_ || !socket_.is_open()) return 0;
  Wish ignored = Wish::read;
  auto size = try_read(into, ignored);
  if (size) return size->value_or(0);
  untold_ = std::move(size).error();
  return 0;
}

Task<Result<std::size_t>> Stream::peek(std::span<char> into, std::size_t at_least) {
  for (;;) {
    const ssize_t size = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_PEEK);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK) co_return broken("reading");
    const std::size_t there = size > 0 ? static_cast<std::size_t>(size) : 0;
    if (size == 0 || there >= at_least) co_return there;
    // Readiness would be true at once for what was already seen: ask to be woken for more than
    // that. The kernel's view of the end of the stream is readiness too, so a peer that stops
    // halfway still wakes us: twice the same amount means the end.
    const int low_water = static_cast<int>(at_least);
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof low_water);
    auto ready = co_await wait(Wish::read);
    const int one = 1;
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
    if (!ready) co_return std::unexpected(std::move(ready).error());
    const ssize_t again = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_PEEK);
    if (again >= 0 && static_cast<std::size_t>(again) < at_least)
      co_return static_cast<std::size_t>(again);
  }
}

Task<Result<>> Stream::write(std::string_view data) {
  while (!data.empty()) {
    if (!socket_.is_open()) co_return fail(ErrorKind::closed, "the connection was ended");
    Wish wish = Wish::write;
    if (ssl_) {
      ERR_clear_error();
      errno = 0;
      std::size_t size = 0;
      const auto record = data.substr(0, SSL3_RT_MAX_PLAIN_LENGTH);
      tls_socket_.expect_more(record.size() < data.size());
      const int outcome = SSL_write_ex(ssl_.get(), record.data(), record.size(), &size);
      if (outcome == 1) {
        data.remove_prefix(size);
        continue;
      }
      const int reason = SSL_get_error(ssl_.get(), outcome);
      if (reason == SSL_ERROR_WANT_READ)
        wish = Wish::read;
      else if (reason != SSL_ERROR_WANT_WRITE)
        co_return broken("writing");
    } else {
      const ssize_t size = ::send(socket_.native_handle(), data.data(), data.size(), MSG_NOSIGNAL);
      if (size >= 0) {
        data.remove_prefix(static_cast<std::size_t>(size));
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) co_return broken("writing");
    }
    auto ready = co_await wait(wish);
    if (!ready) co_return std::unexpected(std::move(ready).error());
    if (wish == Wish::write) writes_.renew();  // the peer has taken something
  }
  co_return Result<>();
}

Task<Result<>> Stream::handshake(SslHandle ssl) {
  ssl_ = std::move(ssl);
  if (!tls_socket_.attach(ssl_.get(), socket_.native_handle()))
    co_return fail(ErrorKind::internal, "TLS has no descriptor");
  for (;;) {
    if (!socket_.is_open()) co_return fail(ErrorKind::closed, "the connection was ended");
    ERR_clear_error();
    errno = 0;
    const int outcome = SSL_do_handshake(ssl_.get());
    if (outcome == 1) co_return Result<>();
    const int reason = SSL_get_error(ssl_.get(), outcome);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
      if (expired()) co_return fail(ErrorKind::timeout, "the TLS handshake took too long");
      const unsigned long code = ERR_peek_error();
      const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
      co_return fail(
          ErrorKind::closed,
          std::string("TLS handshake: ") + (text != nullptr ? text : "the peer closed"));
    }
    auto ready = co_await wait(reason == SSL_ERROR_WANT_READ ? Wish::read : Wish::write);
    if (!ready) co_return std::unexpected(std::move(ready).error());
  }
}

void Stream::close() {
  if (!socket_.is_open()) return;
  if (ssl_ && SSL_is_init_finished(ssl_.get()) != 0) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  shutdown_send();
}

void Stream::shutdown_send() {
  if (socket_.is_open()) ::shutdown(socket_.native_handle(), SHUT_WR);
}

void Stream::reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

bool Stream::is_quiet() {
  if (!socket_.is_open()) return false;
  if (ssl_ && SSL_has_pending(ssl_.get()) != 0) return false;
  char byte = 0;
  const ssize_t size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Stream::expect_peer(std::chrono::seconds silence) {
  constexpr int looks = 3;
  const int pace = std::max(1, static_cast<int>(silence.count()) / (looks + 1));
  const int socket = socket_.native_handle();
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, pace);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, pace);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, looks);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void Stream::expect_progress(std::chrono::milliseconds stall) {
  set_option(
      socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(stall.count()));
}

bool Stream::is_moving(std::chrono::milliseconds within) {
  if (!socket_.is_open()) return false;
  const int socket = socket_.native_handle();
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return false;
  if (std::cmp_less(info.tcpi_last_data_recv, within.count())) return true;
  int on_its_way = 0;
  ::ioctl(socket, TIOCOUTQ, &on_its_way);
  return on_its_way > 0 && std::cmp_less(info.tcpi_last_ack_recv, within.count());
}

}  // namespace net
