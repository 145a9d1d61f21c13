// SPDX-License-Identifier: Apache-2.0
#pragma once
// A connection that passes unread: judged by its host and port, dialled, relayed and told in the
// log.

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "flow/verdict.h"
#include "gateway/connection_record.h"
#include "gateway/first_look.h"
#include "gateway/shared.h"
#include "gateway/tunnel.h"
#include "policy/decide.h"

namespace gateway {

class RawRelay {
public:
  /// References must live as long as the relay does.
  RawRelay(
      const Shared& shared,
      Upstreams& upstreams,
      net::Loop& loop,
      std::shared_ptr<Wire> client,
      const flow::Arrival& arrival,
      policy::ConnectionKind kind);

  /// Asks the rules and dials. False when that was refused or failed: then the log says so, and the
  /// client was reset.
  net::Task<bool> reach();

  // Once that was done:

  /// Waits for the first word of either side. When there is none the client was reset, and the log
  /// says so.
  net::Task<FirstSpeaker> first_speaker();
  /// Relays to the end. Of an open first line nothing is passed on that makes it a request of HTTP.
  net::Task<> run(FirstLook::Line line);
  /// Writes nothing into the log: the connection is told as what it turned out to be.
  void forget() { record_.forget(); }

private:
  std::optional<flow::Deny> judge(const Rules& rules);
  void refuse(flow::Deny refusal);

  const Shared& shared_;
  Upstreams& upstreams_;
  net::Loop& loop_;
  std::shared_ptr<Wire> client_;
  std::string host_;
  std::uint16_t port_;
  policy::ConnectionKind kind_;
  ConnectionRecord record_;
  UpstreamPtr upstream_;
};

}  // namespace gateway
