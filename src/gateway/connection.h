// SPDX-License-Identifier: Apache-2.0
#pragma once
// One connection of a program: whom it is for, what it speaks, and its requests one after the
// other.
//
// First the destination: an address of the DNS pool stands for the name that was asked, 10.0.2.2 at
// the proxy's port is the explicit proxy, anything else is an IP literal. Then a look at the first
// bytes, which are not taken: TLS is opened with a leaf for the host (or relayed untouched where
// that is configured), HTTP is served, and everything else is relayed where a rule names host and
// port, or reset. Where it would be relayed, the server may be the one who speaks first.

#include <memory>

#include "gateway/exchange.h"
#include "gateway/first_look.h"
#include "gateway/h2_connection.h"
#include "gateway/h2_stream.h"
#include "gateway/raw_relay.h"
#include "gateway/shared.h"
#include "http/h1.h"
#include "tls/handle.h"
#include "tls/handshake_error.h"

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
  enum class Served { closed, connect };

  net::Task<> serve_host();
  net::Task<> serve_first_speaker();
  net::Task<bool> speaks_at_once();
  net::Task<FirstLook> look();
  net::Task<> serve_seen(FirstLook seen, std::unique_ptr<RawRelay> dialled);
  bool may_be_greeted() const;
  bool is_in_vain() const;
  void refuse_in_vain();
  bool passes_unopened() const;
  bool passes_raw() const;
  std::unique_ptr<RawRelay> raw_relay(policy::ConnectionKind kind);
  net::Task<> relay_raw(FirstLook::Line line, std::unique_ptr<RawRelay> dialled);
  net::Task<> relay_unopened(std::string sni);
  net::Task<> serve_tls(FirstLook hello);
  net::Task<bool> open_tls(const FirstLook& hello);
  net::Task<bool> shake_hands(tls::Ssl session, const FirstLook& hello);
  net::Task<bool> is_used();
  void refuse_client(const tls::ClientFailure& failure);
  net::Task<Served> serve_http();
  net::Task<bool> serve_one(http::Parsed<http::Request> head);
  void explain_other_protocol(http::Malformed& why) const;
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
  net::Task<> linger();
  void tell_refusal(
      std::string stage, std::string reason, const policy::Decision* decision = nullptr);
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
