// SPDX-License-Identifier: Apache-2.0
#pragma once
// A connection as the gateway sees it: bytes in, bytes out, in clear or through TLS, with a
// deadline.
//
// TLS works on the descriptor itself (TlsSocket and waits for readiness), without a memory BIO in
// between: no extra copies, and an idle connection keeps no buffers (SSL_MODE_RELEASE_BUFFERS).

#include <openssl/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "net/deadline.h"
#include "net/task.h"
#include "net/tls_socket.h"

namespace net {

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept;
};
using SslHandle = std::unique_ptr<SSL, FreeSsl>;

class Stream {
public:
  Stream(asio::ip::tcp::socket socket, Deadlines& deadlines);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// For how long a read, a wait or a handshake may take, and a write without anything being taken
  /// by the peer. When one passes, what waits ends with `timeout`.
  Deadline& reads() { return reads_; }
  Deadline& writes() { return writes_; }

  /// What is there now, at least one byte unless the peer has ended (then 0). Errors: closed,
  /// timeout.
  Task<base::Result<std::size_t>> read_some(std::span<char> into);
  /// The same without a wait: 0 when there is nothing, or something is wrong, which the next read
  /// tells.
  std::size_t read_at_hand(std::span<char> into);
  /// Waits until something can be read, so that no buffer is held meanwhile.
  Task<base::Result<>> wait_readable();
  /// Waits until something can be written. Not through TLS.
  Task<base::Result<>> wait_writable();
  /// Copies what has arrived without taking it, waiting for at least `at_least` bytes. Only before
  /// TLS starts.
  Task<base::Result<std::size_t>> peek(std::span<char> into, std::size_t at_least);
  /// Writes all of it.
  Task<base::Result<>> write(std::string_view data);

  /// Performs the TLS handshake that `ssl` was prepared for (accept or connect state); from then on
  /// all is encrypted.
  Task<base::Result<>> handshake(SslHandle ssl);
  /// Null before `handshake`.
  SSL* ssl() const { return ssl_.get(); }

  /// Sends close_notify (when there is TLS) and the end of the stream; does not wait for the peer.
  void close();
  /// Ends only our direction.
  void shutdown_send();
  /// Ends the connection with a reset, so that the peer sees a refusal and not an end.
  void reset();
  /// For an idle pooled connection: false when the peer closed it or sent something unasked.
  bool is_quiet();

  /// Has the kernel look whether the peer's machine is still there while nothing is said, and end
  /// the connection when it has been gone for about so long.
  void expect_peer(std::chrono::seconds silence);
  /// Has the kernel end the connection when the peer has taken nothing of what was written for so
  /// long. Without this it tries for a quarter of an hour.
  void expect_progress(std::chrono::milliseconds stall);
  /// Whether the peer's machine has said or taken something within so long: the beginning of a
  /// record that cannot be read yet, or a part of what is still on its way to it.
  bool is_moving(std::chrono::milliseconds within);

  asio::ip::tcp::socket& socket() { return socket_; }

private:
  enum class Wish { read, write };
  /// Ends whatever the socket is waiting for.
  class Limit final : public Deadline {
  public:
    Limit(Deadlines& owner, asio::ip::tcp::socket& socket) : Deadline(owner), socket_(socket) {}

  private:
    void on_expired() override;
    asio::ip::tcp::socket& socket_;
  };

  /// One attempt; nullopt when it has to wait for `wish`.
  base::Result<std::optional<std::size_t>> try_read(std::span<char> into, Wish& wish);
  bool expired() const { return reads_.expired() || writes_.expired(); }
  Task<base::Result<>> wait(Wish wish);
  std::unexpected<base::Error> broken(std::string_view doing) const;

  asio::ip::tcp::socket socket_;
  Limit reads_;
  Limit writes_;
  TlsSocket tls_socket_;
  SslHandle ssl_;
  std::optional<base::Error> untold_;  // what went wrong while nobody could be told
};

}  // namespace net
