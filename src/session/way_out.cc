// SPDX-License-Identifier: Apache-2.0
#include "session/way_out.h"

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "secrets/source.h"

namespace session {
namespace {

using base::ErrorKind;
using config::Environment;

constexpr std::uint16_t dns_port = 53;

/// A variable that is not empty, in lower case before upper case.
const std::string* variable(const Environment& environment, std::string_view lower_name) {
  std::string upper_name(lower_name);
  std::ranges::transform(upper_name, upper_name.begin(), base::to_upper);
  for (const std::string_view name : {lower_name, std::string_view(upper_name)}) {
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return &found->second;
  }
  return nullptr;
}

/// The proxy that `name` gives, else the one that all_proxy gives.
base::Result<std::optional<policy::ProxyUrl>> proxy_of(
    const Environment& environment, std::string_view name) {
  for (const std::string_view each : {name, std::string_view("all_proxy")}) {
    const auto* text = variable(environment, each);
    if (text == nullptr) continue;
    auto url = policy::parse_proxy_url(base::trim(*text));
    if (!url)
      return std::unexpected(
          std::move(url).error().while_doing("in the environment variable " + std::string(each)));
    return std::optional(*std::move(url));
  }
  return std::nullopt;
}

base::Result<> take_environment(const Environment& environment, WayOut& out) {
  out.proxies.for_http = TRY(proxy_of(environment, "http_proxy"));
  out.proxies.for_all_else = TRY(proxy_of(environment, "https_proxy"));
  const auto* exceptions = variable(environment, "no_proxy");
  if (exceptions == nullptr) return {};
  for (const auto part : base::split(*exceptions, ',')) {
    const auto entry = base::trim(part);
    if (!entry.empty() && !out.proxies.bypass.add(entry)) {
      out.warnings.push_back(
          "NO_PROXY has a part that cannot be read and is left out: " +
          base::escape_for_terminal(entry));
    }
  }
  return {};
}

/// The URL is read once for each of the two, since a password has one owner.
base::Result<> take_source(
    const secrets::Source& source,
    const Environment& environment,
    const std::filesystem::path& home,
    WayOut& out) {
  const auto text = TRY(secrets::resolve(source, environment, home));
  if (!text || text->empty()) {
    return base::fail(
        ErrorKind::invalid, "there is no URL: " + secrets::why_empty(source),
        "give upstream.proxy_source a value, or remove it");
  }
  out.proxies.for_http = TRY(policy::parse_proxy_url(text->reveal()));
  out.proxies.for_all_else = TRY(policy::parse_proxy_url(text->reveal()));
  return {};
}

net::asio::ip::address address_of(const std::string& text) {
  return net::asio::ip::make_address(text);
}

gateway::Limits limits_of(const config::UpstreamLimits& from, unsigned loops) {
  gateway::Limits limits;
  limits.connect = from.connect;
  limits.handshake = from.handshake;
  limits.response_head = from.first_byte;
  limits.body_silence = from.idle;
  limits.upload_stall = from.write;
  limits.tunnel_silence = from.tunnel_idle;
  limits.udp_silence = from.udp_idle;
  limits.pooled = from.keep_alive;
  limits.connections_per_host = from.connections_per_host;
  limits.pooled_per_host = (from.idle_per_host + loops - 1) / loops;
  return limits;
}

}  // namespace

base::Result<WayOut> make_way_out(
    const config::Config& config,
    const Environment& environment,
    const std::filesystem::path& home,
    unsigned loops) {
  const auto& upstream = config.upstream;
  WayOut out{.limits = limits_of(upstream.limits, std::max(loops, 1U))};
  out.proxies.bypass = upstream.no_proxy;
  if (upstream.proxy_from_env) TRY_VOID(take_environment(environment, out));
  if (upstream.proxy.configured()) {
    auto taken = take_source(upstream.proxy, environment, home, out);
    if (!taken) return std::unexpected(std::move(taken).error().while_doing("for upstream.proxy"));
  }
  for (const auto& each : upstream.resolve) {
    gateway::StaticName name{.host = each.host};
    for (const auto& address : each.addresses)
      name.addresses.push_back(address_of(address));
    out.names.push_back(std::move(name));
  }
  for (const auto& each : upstream.name_servers)
    out.name_servers.emplace_back(address_of(each.address), each.port);
  return out;
}

std::vector<gateway::NameServers::Server> parse_resolv_conf(std::string_view text) {
  constexpr std::string_view keyword = "nameserver";
  constexpr std::size_t most = 3;
  std::vector<gateway::NameServers::Server> out;
  for (const auto line : base::split(text, '\n')) {
    if (!line.starts_with(keyword) || out.size() == most) continue;
    const auto value = line.substr(keyword.size());
    if (value.empty() || (value.front() != ' ' && value.front() != '\t')) continue;
    const auto word = base::trim(value);
    boost::system::error_code unreadable;
    const auto address = net::asio::ip::make_address(
        std::string(word.substr(0, word.find_first_of(" \t"))), unreadable);
    if (!unreadable) out.emplace_back(address, dns_port);
  }
  if (out.empty()) out.emplace_back(net::asio::ip::address_v4::loopback(), dns_port);
  return out;
}

std::function<std::vector<gateway::NameServers::Server>()> name_servers_of(const WayOut& way_out) {
  if (!way_out.name_servers.empty()) return [servers = way_out.name_servers] { return servers; };
  return
      [] { return parse_resolv_conf(base::read_file("/etc/resolv.conf", 1U << 16U).value_or("")); };
}

Resolvers make_resolvers(const WayOut& way_out) {
  Resolvers out;
  if (way_out.name_servers.empty())
    out.last = std::make_unique<net::SystemResolver>();
  else
    out.last = std::make_unique<gateway::NameServers>(way_out.name_servers);
  out.names = std::make_unique<gateway::StaticNames>(way_out.names, *out.last);
  return out;
}

}  // namespace session
