// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: directories that go away, and handshakes between two sessions in
// memory.

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <string>

#include "base/encoding.h"
#include "tls/authority.h"
#include "tls/handle.h"

namespace tls::test {

class Directory {
public:
  Directory()
      : path_(
            std::filesystem::temp_directory_path() /
            ("tls-" + base::to_hex(base::random_bytes(8)))) {
    std::filesystem::create_directory(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// Making a key of RSA takes long: the authorities of a test program have it in common.
inline void copy_rsa_root(const std::filesystem::path& to) {
  struct Made {
    Made() {
      if (!Authority::load_or_create(directory.path())) std::abort();
    }
    Directory directory;
  };
  static const Made made;
  for (const auto* file : {"ca-rsa.crt", "ca-rsa.key"})
    std::filesystem::copy_file(made.directory.path() / file, to / file);
}

inline Authority new_authority() {
  const Directory directory;
  copy_rsa_root(directory.path());
  return std::move(Authority::load_or_create(directory.path())).value();
}

/// Two sessions with their ends of one pipe in memory.
struct Pair {
  Pair(Ssl client_side, Ssl server_side)
      : client(std::move(client_side)), server(std::move(server_side)) {
    BIO* left = nullptr;
    BIO* right = nullptr;
    BIO_new_bio_pair(&left, 0, &right, 0);
    SSL_set_bio(client.get(), left, left);
    SSL_set_bio(server.get(), right, right);
  }

  /// Lets both sides talk until both are done with the handshake (true) or one of them gives up.
  bool shake_hands() {
    for (int round = 0; round < 8; ++round) {
      const int client_state = step(client);
      if (client_state == SSL_ERROR_SSL) return false;
      const int server_state = step(server);
      if (server_state == SSL_ERROR_SSL) return false;
      if (client_state == SSL_ERROR_NONE && server_state == SSL_ERROR_NONE) return true;
    }
    return false;
  }

  /// One side goes as far as it can; SSL_get_error's answer.
  static int step(const Ssl& ssl) {
    ERR_clear_error();
    return SSL_get_error(ssl.get(), SSL_do_handshake(ssl.get()));
  }

  /// What `to` reads of a text that `from` writes.
  static std::string send(const Ssl& from, const Ssl& to, std::string_view text) {
    SSL_write(from.get(), text.data(), static_cast<int>(text.size()));
    std::string out(text.size(), '\0');
    const int size = SSL_read(to.get(), out.data(), static_cast<int>(out.size()));
    out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return out;
  }

  Ssl client;
  Ssl server;
};

inline std::string protocol_of(const Ssl& ssl) {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace tls::test
