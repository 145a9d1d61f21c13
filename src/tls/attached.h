// SPDX-License-Identifier: Apache-2.0
#pragma once
// A C++ object that lives exactly as long as an OpenSSL object: callbacks find it there, whoever
// holds the last reference. One object of each type per OpenSSL object.

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>

namespace tls {

template <class T>
class Attached {
public:
  static T* to(const SSL_CTX* context) {
    return static_cast<T*>(SSL_CTX_get_ex_data(context, context_index()));
  }
  static T* to(const SSL* ssl) { return static_cast<T*>(SSL_get_ex_data(ssl, ssl_index())); }
  static T* to(const X509_STORE* store) {
    return static_cast<T*>(X509_STORE_get_ex_data(store, store_index()));
  }

  static bool attach(SSL_CTX* context, std::unique_ptr<T> object) {
    if (SSL_CTX_set_ex_data(context, context_index(), object.get()) != 1) return false;
    static_cast<void>(object.release());
    return true;
  }
  static bool attach(SSL* ssl, std::unique_ptr<T> object) {
    if (SSL_set_ex_data(ssl, ssl_index(), object.get()) != 1) return false;
    static_cast<void>(object.release());
    return true;
  }
  static bool attach(X509_STORE* store, std::unique_ptr<T> object) {
    if (X509_STORE_set_ex_data(store, store_index(), object.get()) != 1) return false;
    static_cast<void>(object.release());
    return true;
  }

private:
  static void destroy(void*, void* object, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<T*>(object);
  }
  static int context_index() {
    static const int index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr, nullptr, nullptr, destroy);
    return index;
  }
  static int ssl_index() {
    static const int index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, nullptr, nullptr, destroy);
    return index;
  }
  static int store_index() {
    static const int index =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_X509_STORE, 0, nullptr, nullptr, nullptr, destroy);
    return index;
  }
};

}  // namespace tls
