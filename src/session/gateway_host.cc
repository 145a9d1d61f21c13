// SPDX-License-Identifier: Apache-2.0
#include "session/gateway_host.h"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/secret.h"
#include "base/text.h"
#include "sandbox/certificate_directory.h"
#include "sandbox/refusals.h"
#include "tls/roots.h"

namespace session {
namespace {

constexpr std::array<std::string_view, 3> protocols{"h2", "http/1.1", "http/1.0"};

std::vector<gateway::ConnectTo> connect_to_of(const config::Config& config) {
  std::vector<gateway::ConnectTo> out;
  out.reserve(config.upstream.connect_to.size());
  for (const auto& each : config.upstream.connect_to) {
    out.push_back(
        {.host = each.host,
         .port = each.port.value_or(0),
         .address = each.address,
         .address_port = each.address_port.value_or(0)});
  }
  return out;
}

std::string protocol_name(std::uint8_t number) {
  switch (number) {
    case 1:
      return "ICMP";
    case 6:
      return "TCP";
    case 17:
      return "UDP";
    case 58:
      return "ICMPV6";
    case 132:
      return "SCTP";
    default:
      return "IP-" + std::to_string(number);
  }
}

std::optional<gateway::Doors::Destination> destination_of(int socket) {
  const auto wanted = sandbox::original_destination(socket);
  const auto own = sandbox::local_endpoint(socket);
  if (!wanted || !own || *wanted == *own) return std::nullopt;
  const auto& bytes = wanted->address;
  return gateway::Doors::Destination{
      .address = std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + (wanted->is_v4 ? 4 : 16)),
      .port = wanted->port};
}

std::vector<gateway::RefusedPacket> read_refusals(std::string_view datagram) {
  std::vector<gateway::RefusedPacket> out;
  for (const auto& refusal : sandbox::parse_refusals(datagram)) {
    out.push_back(
        {.protocol = protocol_name(refusal.protocol),
         .destination = refusal.destination.to_string()});
  }
  return out;
}

sandbox::Endpoint endpoint_of(const gateway::DatagramDoors::End& end) {
  sandbox::Endpoint out{.is_v4 = end.address().is_v4(), .port = end.port()};
  if (out.is_v4)
    std::ranges::copy(end.address().to_v4().to_bytes(), out.address.begin());
  else
    std::ranges::copy(end.address().to_v6().to_bytes(), out.address.begin());
  return out;
}

gateway::DatagramDoors datagram_doors_of(GatewayRequest& request) {
  auto& listeners = request.datagrams;
  return {
      .v4 = std::move(listeners.v4),
      .v6 = std::move(listeners.v6),
      .icmp4 = std::move(listeners.icmp4),
      .icmp6 = std::move(listeners.icmp6),
      .answer = [answer = std::move(request.answer)](const auto& from, const auto& to) {
        return answer(endpoint_of(from), endpoint_of(to));
      }};
}

gateway::Doors doors_of(sandbox::Listeners listeners, GatewayRequest& request) {
  return {
      .tcp = std::move(listeners.tcp),
      .dns_tcp = std::move(listeners.dns_tcp),
      .dns_udp4 = std::move(listeners.dns_udp4),
      .dns_udp6 = std::move(listeners.dns_udp6),
      .refusals = std::move(listeners.refusals),
      .datagrams = datagram_doors_of(request),
      .destination_of = destination_of,
      .read_refusals = read_refusals};
}

}  // namespace

unsigned loop_count() { return std::clamp(std::thread::hardware_concurrency(), 1U, 4U); }

base::Result<sandbox::TrustedAuthority> trusted_authority(
    const tls::Authority& authority, const std::filesystem::path& directory) {
  std::vector<sandbox::OwnRoot> roots;
  for (const auto kind : tls::key_kinds) {
    roots.push_back(
        {.file = kind == tls::KeyKind::rsa ? "lazaret-ca-rsa.crt" : "lazaret-ca-p256.crt",
         .certificate = authority.certificate_pem(kind),
         .subject_hash = authority.subject_hash(kind)});
  }
  return sandbox::TrustedAuthority{
      .directory = TRY(sandbox::make_certificate_directory(
          directory, {.own = std::move(roots), .bundle = tls::find_system_bundle().value_or("")}))};
}

GatewayHost::GatewayHost(
    GatewayRequest request,
    std::unique_ptr<audit::Log> log,
    std::unique_ptr<audit::Journal> journal,
    tls::Authority authority,
    tls::ServerContext server_tls,
    tls::UpstreamContext upstream_tls)
    : request_(std::move(request)),
      log_(std::move(log)),
      journal_(std::move(journal)),
      authority_(std::move(authority)),
      leaves_(authority_),
      server_tls_(std::move(server_tls)),
      upstream_tls_(std::move(upstream_tls)) {}

GatewayHost::~GatewayHost() = default;

void GatewayHost::settle() const {
  constexpr std::chrono::milliseconds patience{250};
  gateway_->settle(patience);
  for (const auto& regime : former_)
    regime->finish();
  regime_->finish();
}

std::vector<gateway::Distrust::Place> GatewayHost::distrusted() const {
  return shared_->distrust->places();
}

std::vector<std::string> GatewayHost::warnings() const {
  std::vector<std::string> out;
  for (const auto& place : distrusted())
    out.push_back(gateway::to_text(place));
  return out;
}

base::Result<std::unique_ptr<GatewayHost>> GatewayHost::start(
    config::Config config,
    std::shared_ptr<const flow::Pipeline> pipeline,
    tls::Authority authority,
    sandbox::Listeners listeners,
    GatewayRequest request) {
  auto server_tls = TRY(tls::ServerContext::create(protocols));
  auto upstream_tls = TRY(tls::UpstreamContext::create({.ca_files = config.upstream.ca_files}));
  std::unique_ptr<audit::Log> log = TRY(audit::FileLog::open(
      request.sandbox_places.internal_logs(), audit::least_level_from_environment()));
  audit::JournalOptions options;
  if (config.on_log_failure == config::OnFailure::go_on)
    options.on_failure = audit::OnFailure::carry_on;
  auto journal = TRY(audit::Journal::open(request.sandbox_places.proxy_logs(), options));

  std::unique_ptr<GatewayHost> host(new GatewayHost(
      std::move(request), std::move(log), std::move(journal), std::move(authority),
      std::move(server_tls), std::move(upstream_tls)));
  host->resolvers_ = make_resolvers(host->request_.way_out);
  host->shared_ = std::make_unique<gateway::Shared>(gateway::Shared{
      .rules = std::make_unique<gateway::CurrentRules>(),
      .approver = host->nobody_,
      .journal = *host->journal_,
      .log = *host->log_,
      .names = host->names_,
      .leaves = host->leaves_,
      .server_tls = host->server_tls_,
      .upstream_tls = host->upstream_tls_,
      .resolver = *host->resolvers_.names,
      .session_id = host->request_.session_id,
      .sandbox = host->request_.sandbox,
      .project = host->request_.project,
      .proxy_port = config.proxy.port,
      .intercept = config.proxy.mitm,
      .name_servers = name_servers_of(host->request_.way_out),
      .connect_to = connect_to_of(config),
      .proxies = std::move(host->request_.way_out.proxies),
      .limits = host->request_.way_out.limits});
  host->take_up(std::move(config), std::move(pipeline));
  if (const auto why = base::why_secrets_may_be_swapped(); !why.empty())
    host->log_->warning("secrets", "memory for secrets may be written to swap: " + why);
  host->gateway_ = std::make_unique<gateway::Gateway>(
      *host->shared_, doors_of(std::move(listeners), host->request_), loop_count());
  return host;
}

void GatewayHost::take_up(config::Config config, std::shared_ptr<const flow::Pipeline> pipeline) {
  auto next = std::make_unique<Regime>(std::move(config), std::move(pipeline));
  next->serve(*shared_, request_.environment, request_.places);
  shared_->rules->replace(next->rules());
  regime_.swap(next);
  if (!next) return;
  next->retire();
  former_.push_back(std::move(next));
  std::erase_if(former_, [](const auto& regime) { return !regime->is_in_use(); });
  log_->info("session", "the configuration was read again, and is in force");
}

}  // namespace session
