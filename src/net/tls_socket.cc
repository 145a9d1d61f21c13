// SPDX-License-Identifier: Apache-2.0
#include "net/tls_socket.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>

namespace net {

/// What OpenSSL calls.
struct TlsSocket::Methods {
  static int write(BIO* bio, const char* data, int size) {
    const auto& socket = socket_of(bio);
    BIO_clear_retry_flags(bio);
    const int flags = MSG_NOSIGNAL | (socket.more_ ? MSG_MORE : 0);
    const ssize_t sent = ::send(socket.socket_, data, static_cast<std::size_t>(size), flags);
    if (sent < 0 && is_transient(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }

  static int read(BIO* bio, char* into, int size) {
    auto& socket = socket_of(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(socket.socket_, into, static_cast<std::size_t>(size), 0);
    if (got < 0 && is_transient(errno)) BIO_set_retry_read(bio);
    if (got == 0) socket.ended_ = true;
    return static_cast<int>(got);
  }

  static long control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
    if (command == BIO_CTRL_EOF) return socket_of(bio).ended_ ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;  // nothing is kept here
  }

  static const BIO_METHOD* all() {
    static const BIO_METHOD* const made = [] {
      BIO_METHOD* methods = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      if (methods == nullptr) return methods;
      BIO_meth_set_write(methods, write);
      BIO_meth_set_read(methods, read);
      BIO_meth_set_ctrl(methods, control);
      return methods;
    }();
    return made;
  }

private:
  static TlsSocket& socket_of(BIO* bio) { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }
  static bool is_transient(int error) {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
  }
};

bool TlsSocket::attach(SSL* ssl, int socket) {
  socket_ = socket;
  BIO* bio = Methods::all() != nullptr ? BIO_new(Methods::all()) : nullptr;
  if (bio == nullptr) return false;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
  return true;
}

}  // namespace net
