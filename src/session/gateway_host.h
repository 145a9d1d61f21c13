// SPDX-License-Identifier: Apache-2.0
#pragma once
// A gateway with everything it needs: the log, the authority, the names, the way out. Made after
// the warden was forked.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/places.h"
#include "gateway/gateway.h"
#include "sandbox/datagrams.h"
#include "sandbox/listeners.h"
#include "sandbox/plan.h"
#include "session/pipeline.h"
#include "session/regime.h"
#include "session/way_out.h"
#include "tls/authority.h"

namespace session {

/// What programs inside have to trust: the system's roots and `authority`. Keeps files of its own
/// in `directory`.
base::Result<sandbox::TrustedAuthority> trusted_authority(
    const tls::Authority& authority, const std::filesystem::path& directory);

struct GatewayRequest {
  std::string session_id;
  std::string sandbox;
  std::string project;
  config::Places places;
  config::SandboxPlaces sandbox_places;
  const config::Environment& environment;  // of the host; outlives the gateway
  WayOut way_out{};
  sandbox::DatagramListeners datagrams{};  // empty: no rule allows UDP
  /// As sandbox::answer_socket(), in the sandbox's namespace; called on a loop's thread for as long
  /// as the gateway lives.
  std::function<base::Result<base::Fd>(const sandbox::Endpoint& from, const sandbox::Endpoint& to)>
      answer{};
};

/// How many loops the gateway has: one for each core, but not so many that a small program pays for
/// them.
unsigned loop_count();

class GatewayHost {
public:
  /// The gateway serves when this returns. `pipeline` was made of `config`.
  static base::Result<std::unique_ptr<GatewayHost>> start(
      config::Config config,
      std::shared_ptr<const flow::Pipeline> pipeline,
      tls::Authority authority,
      sandbox::Listeners listeners,
      GatewayRequest request);

  GatewayHost(const GatewayHost&) = delete;
  GatewayHost& operator=(const GatewayHost&) = delete;
  /// Waits for the servers of tokens that were given a refresh token, for a limited time; ends the
  /// connections, then closes the log.
  ~GatewayHost();

  /// What begins from now on goes by these; what is under way ends by what it began with. Of the
  /// configuration only what config::keys_for_next_start() does not name counts. One thread at a
  /// time. Throws, having changed nothing, when there is no thread to be had.
  void take_up(config::Config config, std::shared_ptr<const flow::Pipeline> pipeline);

  std::shared_ptr<const flow::Pipeline> pipeline() const { return regime_->rules()->pipeline; }

  /// To be called when the program has ended, and all that it left behind: what it was still doing
  /// comes to its end, if that is soon. After that no token is fetched any more, and nothing may be
  /// taken up.
  void settle() const;
  /// How many records the log has got so far.
  std::uint64_t records() const { return journal_->state().appended; }
  /// Hosts whose certificates programs did not accept, so far.
  std::vector<gateway::Distrust::Place> distrusted() const;
  /// What the person should know about the run, when it has ended.
  std::vector<std::string> warnings() const;

private:
  GatewayHost(
      GatewayRequest request,
      std::unique_ptr<audit::Log> log,
      std::unique_ptr<audit::Journal> journal,
      tls::Authority authority,
      tls::ServerContext server_tls,
      tls::UpstreamContext upstream_tls);

  GatewayRequest request_;
  std::unique_ptr<audit::Log> log_;
  std::unique_ptr<audit::Journal> journal_;
  tls::Authority authority_;
  tls::LeafCache leaves_;
  tls::ServerContext server_tls_;
  tls::UpstreamContext upstream_tls_;
  dns::Pool names_;
  Resolvers resolvers_{};
  flow::NobodyToAsk nobody_;
  std::unique_ptr<gateway::Shared> shared_;
  std::unique_ptr<gateway::Gateway> gateway_;  // it uses all of the above
  // These tell the gateway's exchanges of their tokens.
  std::vector<std::unique_ptr<Regime>> former_;
  std::unique_ptr<Regime> regime_;  // the one in force
};

}  // namespace session
