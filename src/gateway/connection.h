// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection of a program: whom it is for, what it speaks, and its requests one after the
// other.
//
// First the destination: an address of the DNS pool stands for the name that was asked, 10.0.2.2 at
// the proxy's port is the explicit proxy, anything else is an IP literal. Then a look at the first
// bytes, which are not taken: TLS is opened with a leaf for the host (or relayed untouched where
// that is configured), HTTP is served, and everything else is relayed where a rule names host and
// port, or reset.

#include <memory>

#include "gateway/connection_record.h"
#include "gateway/exchange.h"
#include "gateway/h2_connection.h"
#include "gateway/h2_stream.h"
#include "gateway/shared.h"
#include "http/h1.h"
#include "tls/handshake_error.h"
#include "tls/issue.h"

namespace gateway {

class Connection {
public:
  Connection(
      const Shared& shared,
      Upstreams& upstreams,
      net::Loop& loop,
      net::asio::ip::tcp::socket socket);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Serves the connection to its end. `destination` is where the program wanted to go.
  net::Task<> serve(net::asio::ip::tcp::endpoint destination);
  /// The same for a connection made to the explicit proxy.
  net::Task<> serve_proxy();

private:
  enum class Protocol { tls, http, h2, other, silent, gone };
  struct Look {
    Protocol protocol = Protocol::gone;
    std::string sni{};
    tls::KeyKind key = tls::KeyKind::p256;  // what the client's certificate has to have
    std::string problem{};                  // a hello or first line that is refused
  };
  enum class Served { closed, connect };
  /// Whether the server may be the one who speaks first.
  enum class First { either, client };
  enum class Relayed { ended, client_spoke };

  net::Task<> serve_host(First first = First::either);
  net::Task<Look> look(First first);
  bool is_in_vain() const;
  void refuse_in_vain();
  bool passes_unopened() const;
  bool passes_raw() const;
  net::Task<> relay_unopened(const std::string& sni);
  net::Task<bool> open_tls(const Look& hello);
  net::Task<bool> shake_hands(tls::Ssl session);
  net::Task<bool> is_used();
  void refuse_client(const tls::ClientFailure& failure);
  net::Task<Served> serve_http();
  net::Task<bool> serve_one(http::Parsed<http::Request> head);
  net::Task<> refuse_head(http::Malformed why);
  net::Task<> serve_h2();
  std::shared_ptr<H2Connection> h2_connection();
  std::shared_ptr<H2Connection> upgrade(const http::Complete<http::Request>* request);
  net::Task<> serve_upgraded(std::shared_ptr<H2Connection> connection);
  static net::Task<> serve_stream(
      const Shared& shared,
      Upstreams& upstreams,
      net::Loop& loop,
      flow::Arrival arrival,
      std::shared_ptr<H2Stream> stream,
      http::Checked<http::Request> head);
  net::Task<std::optional<http::Parsed<http::Request>>> next_head(
      std::chrono::milliseconds patience);
  net::Task<bool> accept_connect(const http::Request& request);
  net::Task<std::expected<UpstreamPtr, flow::Deny>> reach(
      policy::ConnectionKind kind, ConnectionRecord& record);
  net::Task<Relayed> relay(std::string_view method, policy::ConnectionKind kind, First speaker);
  net::Task<> linger();
  void refuse_connection(
      std::string stage, std::string reason, const policy::Decision* decision = nullptr);
  bool is_of_the_web() const;
  bool is_web_port() const;

  const Shared& shared_;
  Upstreams& upstreams_;
  net::Loop& loop_;
  std::shared_ptr<Wire> client_;
  flow::Arrival arrival_;
};

}  // namespace gateway
