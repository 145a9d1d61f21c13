// SPDX-License-Identifier: Apache-2.0
#include "tls/session_cache.h"

#include <ctime>

namespace tls {
namespace {

constexpr std::size_t most_of_one_server = 4;

bool is_alive(SSL_SESSION* session) {
  return SSL_SESSION_is_resumable(session) == 1 &&
         SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session) > std::time(nullptr);
}

bool is_for_many_uses(SSL_SESSION* session) {
  return SSL_SESSION_get_protocol_version(session) <= TLS1_2_VERSION;
}

Session share(const Session& session) {
  SSL_SESSION_up_ref(session.get());
  return Session(session.get());
}

}  // namespace

void SessionCache::put(std::string_view server, Session session) {
  const std::scoped_lock lock(mutex_);
  auto* of_server = sessions_.find(server);
  if (of_server == nullptr) of_server = &sessions_.put(server, {});
  if (of_server->size() == most_of_one_server) of_server->erase(of_server->begin());
  of_server->push_back(std::move(session));
}

Session SessionCache::take(std::string_view server) {
  const std::scoped_lock lock(mutex_);
  auto* of_server = sessions_.find(server);
  while (of_server != nullptr && !of_server->empty()) {
    Session session = std::move(of_server->back());
    of_server->pop_back();
    if (!is_alive(session.get())) continue;
    if (is_for_many_uses(session.get())) of_server->push_back(share(session));
    return session;
  }
  return nullptr;
}

}  // namespace tls
