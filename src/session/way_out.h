// SPDX-License-Identifier: Apache-2.0
#pragma once
// What [upstream] says as the gateway's own values: proxies with their passwords, resolvers,
// limits.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/places.h"
#include "gateway/limits.h"
#include "gateway/name_servers.h"
#include "gateway/route.h"
#include "gateway/static_names.h"

namespace session {

struct WayOut {
  gateway::Proxies proxies{};
  std::vector<gateway::StaticName> names{};
  std::vector<gateway::NameServers::Server> name_servers{};  // none: the host's resolver
  gateway::Limits limits{};
  std::vector<std::string> warnings{};  // parts of NO_PROXY that cannot be read
};

/// Resolves the source of the proxy's URL; one that gives nothing, or nothing readable, is an
/// error. `loops` share what is kept for later.
base::Result<WayOut> make_way_out(
    const config::Config& config,
    const config::Environment& environment,
    const std::filesystem::path& home,
    unsigned loops);

/// Whom to ask for records: the configured name servers, else those that the host's resolver uses
/// at that moment.
std::function<std::vector<gateway::NameServers::Server>()> name_servers_of(const WayOut& way_out);

/// The name servers of a resolv.conf (resolv.conf(5)): the first three, or the host itself when
/// there is none.
std::vector<gateway::NameServers::Server> parse_resolv_conf(std::string_view text);

/// The resolvers in the order in which they are asked; `last` outlives `names`.
struct Resolvers {
  std::unique_ptr<net::Resolver> last;
  std::unique_ptr<net::Resolver> names;
};
Resolvers make_resolvers(const WayOut& way_out);

}  // namespace session
