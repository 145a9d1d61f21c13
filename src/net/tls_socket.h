// SPDX-License-Identifier: Apache-2.0
#pragma once
// A socket as OpenSSL sees it: like its own socket BIO, but of a record behind which another one
// follows at once the kernel is told so. Then it sends them together (MSG_MORE, tcp(7)): half the
// cost of a record is its way through the network's code.

#include <openssl/types.h>

namespace net {

class TlsSocket {
public:
  TlsSocket() = default;
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;

  /// `ssl` reads and writes the socket from now on, which stays its owner's. This has to live as
  /// long as `ssl`. False when there is no memory.
  bool attach(SSL* ssl, int socket);
  /// Whether what is written from now on is followed by more at once.
  void expect_more(bool more) { more_ = more; }

private:
  struct Methods;

  int socket_ = -1;
  bool more_ = false;
  bool ended_ = false;  // the peer has
};

}  // namespace net
