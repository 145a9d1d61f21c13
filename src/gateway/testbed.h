// SPDX-License-Identifier: Apache-2.0
#pragma once
// For this folder's tests: a gateway's connections between real sockets over loopback. The test is
// the program inside; a scripted `Origin` is the server outside.

#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "audit/journal.h"
#include "audit/record.h"
#include "base/fd.h"
#include "gateway/limits.h"
#include "http/message.h"
#include "policy/rule.h"
#include "secrets/injector_rule.h"
#include "tls/authority.h"
#include "tls/handle.h"

namespace gateway::test {

/// A response as its receiver sees it.
struct Answer {
  http::Response head{};
  std::string body{};  // without its framing
  http::Fields trailers{};
  bool whole = false;  // the end was where the head said
};

/// One end of a connection, blocking; every wait ends after some seconds.
class Peer {
public:
  explicit Peer(base::Fd socket);

  /// Speaks TLS from now on; false when the handshake fails.
  bool start_tls(tls::Ssl session);
  bool send(std::string_view text);
  /// What there is, at least one byte; empty at the end.
  std::string receive_some();
  /// Exactly so many bytes, fewer at the end.
  std::string receive(std::size_t bytes);
  /// Up to and with the next empty line.
  std::string receive_head();
  /// Everything to the end.
  std::string receive_rest();
  Answer receive_answer(std::string_view method = "GET");
  /// The next read found a reset and not an end.
  bool was_reset();
  /// Nothing comes for a while.
  bool is_silent(std::chrono::milliseconds time = std::chrono::milliseconds(200));
  void end_sending();
  void close();
  void reset();

private:
  bool fill();

  base::Fd socket_;
  tls::Ssl ssl_;
  std::string in_;
  bool reset_seen_ = false;
};

/// A server that does to each connection what its script says, on a thread of its own.
class Origin {
public:
  using Script = std::function<void(Peer&)>;

  /// In clear.
  explicit Origin(Script script);
  /// With a certificate for `host`; over TLS it speaks `protocol` alone.
  Origin(
      const tls::Authority& authority,
      std::string host,
      Script script,
      std::string_view protocol = "http/1.1");
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;
  ~Origin();

  std::uint16_t port() const { return port_; }
  /// How many connections came.
  int connections() const { return connections_; }

private:
  void serve();

  Script script_;
  base::Fd listener_;
  std::uint16_t port_ = 0;
  const tls::Authority* authority_ = nullptr;
  std::string host_;
  std::string protocol_;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> ending_ = false;
  std::list<std::jthread> servings_;
  std::jthread acceptor_;
};

/// What the gateway of a test is like.
struct Setup {
  std::vector<policy::RuleSpec> rules{};
  policy::Action otherwise = policy::Action::allow;
  std::string default_origin{};
  std::vector<secrets::InjectorSpec> credentials{};
  const Origin* origin = nullptr;  // every host is dialled there; null: nothing is redirected
  bool intercept = true;
  std::string proxy{};  // the URL of a proxy for all that is not redirected
  std::vector<std::string> no_proxy{};
  /// Where hosts are; given, no other name resolves.
  std::optional<std::map<std::string, std::vector<std::string>>> names{};
  Limits limits{};
  audit::JournalOptions journal{};
};

/// A gateway without doors: connections are handed to it as if they had been captured.
class Testbed {
public:
  Testbed(const tls::Authority& authority, Setup setup);
  Testbed(const Testbed&) = delete;
  Testbed& operator=(const Testbed&) = delete;
  ~Testbed();

  /// A connection captured on its way to `host`, a name or an address.
  Peer connect(std::string_view host, std::uint16_t port = 80);
  /// The same, with TLS opened for `sni` (empty: for `host`).
  Peer connect_tls(
      std::string_view host,
      std::uint16_t port = 443,
      std::string_view sni = {},
      std::string_view protocol = "http/1.1");
  /// A connection to a whole gateway's door, captured on its way to http://a.test.
  Peer knock();
  /// A connection to the explicit proxy.
  Peer connect_to_proxy();
  /// A client's session that trusts the authority.
  tls::Ssl client_session(std::string_view host, std::string_view protocol = "http/1.1") const;

  /// The records, once there are so many.
  std::vector<audit::Record> records(std::size_t at_least);
  bool log_is_healthy() const;
  const std::filesystem::path& directory() const;
  /// What escaped from a connection.
  std::vector<std::string> faults() const;

private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// One authority for all tests: making one takes time.
const tls::Authority& authority();

/// Asks a.test for what it has.
inline const std::string get = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
/// The same of api.test, where credentials go.
inline const std::string get_api = "GET / HTTP/1.1\r\nHost: api.test\r\n\r\n";
inline const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

/// Answers every head with `ok`.
void answer_each(Peer& peer);

/// No descriptor can be made while it lives.
class NoDescriptors {
public:
  NoDescriptors();
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;
  ~NoDescriptors();

private:
  rlimit before_{};
};

}  // namespace gateway::test
