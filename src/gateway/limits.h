// SPDX-License-Identifier: Apache-2.0
#pragma once
// How long the gateway waits for whom, and how much it takes. Every wait on a peer has a limit.

#include <chrono>
#include <cstddef>

#include "http/h2_session.h"
#include "http/malformed.h"

namespace gateway {

/// For how long a server's machine may answer nothing at all, and take nothing of what is sent to
/// it, until its connection ends. A laptop that slept has only dead ones.
inline constexpr std::chrono::seconds peer_silence{60};

struct Limits {
  std::chrono::milliseconds first_bytes{
      10'000};  // of a new connection: ClientHello or request line
  std::chrono::milliseconds server_first{
      300};  // silence after which a connection that no rule could allow is refused unheard
  std::chrono::milliseconds before_dial{
      20};  // of a raw connection; one that begins with a request at once costs no dial
  std::chrono::milliseconds unfinished_line{
      300};  // silence behind a raw beginning that is no request yet, and then passes
  std::chrono::milliseconds handshake{15'000};     // TLS, either side
  std::chrono::milliseconds request_head{30'000};  // from its first byte to its last
  std::chrono::milliseconds keep_alive{120'000};   // between requests of a client
  std::chrono::milliseconds connect{30'000};  // resolving and connecting, all addresses together
  std::chrono::milliseconds response_head{600'000};  // models think for minutes
  std::chrono::milliseconds body_silence{
      600'000};  // between two pieces of a body: event streams are quiet for long
  std::chrono::milliseconds upload_stall{120'000};  // a write that makes no progress
  std::chrono::milliseconds tunnel_silence{3'600'000};
  std::chrono::milliseconds token_answer{
      60'000};  // of a token's server that was asked: requests wait for less, a lost answer may be
                // a lost login
  std::chrono::milliseconds last_token_answer{10'000};  // the same, once the session has ended
  std::chrono::milliseconds udp_silence{30'000};
  std::chrono::milliseconds pooled{55'000};  // an idle upstream connection is kept this long
  std::chrono::milliseconds h2_silence{
      15'000};  // of a server that owes an answer: then it is asked for a sign of life
  std::chrono::milliseconds h2_sign_of_life{15'000};  // which comes within this, or it is gone
  std::chrono::milliseconds h2_rest{
      330'000};  // between such questions: who asks a gRPC server every 5 minutes is sent away
  std::size_t pooled_per_host = 256;     // per loop
  std::size_t connections_per_host = 0;  // to one host and port, over all loops; 0: no limit
  std::size_t connections = 1024;        // per loop; more are reset
  std::size_t udp_flows = 1024;          // the one that was silent for longest makes room
  std::size_t udp_waiting = 8UL << 20U;  // bytes of datagrams whose servers are still looked for
  std::size_t h2_streams = 4096;         // of the program's, over all its connections
  std::size_t h2_unread = 256UL << 20U;  // bytes of all streams that came and cannot go on yet
  http::Limits http{};
  http::H2Limits h2{};
};

}  // namespace gateway
