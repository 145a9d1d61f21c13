// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the connections of one gateway share: immutable, or safe from any thread.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/internal_log.h"
#include "audit/journal.h"
#include "dns/pool.h"
#include "flow/cleared.h"
#include "gateway/body.h"
#include "gateway/distrust.h"
#include "gateway/limits.h"
#include "gateway/name_servers.h"
#include "gateway/rules.h"
#include "gateway/upstream.h"
#include "tls/leaf_cache.h"
#include "tls/server_context.h"

namespace gateway {

struct Shared {
  std::unique_ptr<CurrentRules> rules;
  flow::Approver& approver;
  audit::Journal& journal;
  audit::Log& log;
  dns::Pool& names;
  tls::LeafCache& leaves;
  const tls::ServerContext& server_tls;
  const tls::UpstreamContext& upstream_tls;
  net::Resolver& resolver;

  /// What bodies may take up in memory until they are in the log, and until they were looked into.
  std::unique_ptr<Budget> taps = std::make_unique<Budget>(64UL << 20U);
  std::unique_ptr<Budget> held = std::make_unique<Budget>(256UL << 20U);
  std::string session_id;
  std::string sandbox;
  std::string project;           // its files may be named to the program
  std::uint16_t proxy_port = 0;  // of 10.0.2.2, where the explicit proxy answers
  bool intercept = true;         // false: TLS is relayed unopened
  /// Whom to ask for records, from any thread: the host's servers change while it travels.
  std::function<std::vector<NameServers::Server>()> name_servers{};
  std::vector<ConnectTo> connect_to{};
  Proxies proxies{};
  Limits limits{};
  std::unique_ptr<Distrust> distrust = std::make_unique<Distrust>();
  std::unique_ptr<H2Room> h2_room = std::make_unique<H2Room>(limits);
  std::unique_ptr<HostGate> gate = std::make_unique<HostGate>(limits.connections_per_host);

  /// What the connections to servers need of it, for as long as it lives.
  Outbound outbound() const {
    return {
        .resolver = resolver,
        .tls = upstream_tls,
        .connect_to = connect_to,
        .proxies = proxies,
        .gate = *gate,
        .h2_room = *h2_room,
        .limits = limits};
  }
};

}  // namespace gateway
