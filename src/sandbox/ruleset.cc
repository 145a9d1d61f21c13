// SPDX-License-Identifier: Apache-2.0
#include "sandbox/ruleset.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nftables/libnftables.h>

#include <memory>

#include "base/text.h"
#include "sandbox/loopback.h"

namespace sandbox {
namespace {

struct Close {
  void operator()(void* library) const { dlclose(library); }
};

/// libnftables, loaded when it is needed: only the warden does, and linking it and the five
/// libraries behind it would cost every start of lazaret most of a millisecond.
class Nftables {
public:
  static base::Result<Nftables> load() {
    Nftables nft;
    nft.library_.reset(dlopen("libnftables.so.1", RTLD_NOW | RTLD_LOCAL));
    const bool is_whole = nft.library_ && nft.find("nft_ctx_new", nft.make) &&
                          nft.find("nft_ctx_free", nft.free) &&
                          nft.find("nft_ctx_buffer_error", nft.buffer_error) &&
                          nft.find("nft_ctx_get_error_buffer", nft.error_buffer) &&
                          nft.find("nft_run_cmd_from_buffer", nft.run);
    if (is_whole) return nft;
    return base::fail(
        base::ErrorKind::not_found, "libnftables.so.1 is not installed or is damaged",
        "install it: apt-get install libnftables1");
  }

  decltype(&nft_ctx_new) make = nullptr;
  decltype(&nft_ctx_free) free = nullptr;
  decltype(&nft_ctx_buffer_error) buffer_error = nullptr;
  decltype(&nft_ctx_get_error_buffer) error_buffer = nullptr;
  decltype(&nft_run_cmd_from_buffer) run = nullptr;

private:
  template <class Function>
  bool find(const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library_.get(), name));
    return function != nullptr;
  }

  std::unique_ptr<void, Close> library_;
};

// The addresses that stand for names, as dns::Pool gives them.
constexpr std::string_view names_ipv4 = "198.18.0.0/15";
constexpr std::string_view names_ipv6 = "fd00:6c61::/64";

// Why it is as it is:
// - DNS comes first, so that a resolver on a loopback address (127.0.0.53) is ours as well. What is
//   meant for a name is not for our resolver: a rule may let it pass, as on any port.
// - What is left at `refuse` for TCP belongs to no connection that could be redirected: such a
//   packet is a straggler, not an attempt worth logging.
// - The gateway's own ports answer only to what was redirected: a scan of loopback finds nothing.
// - Half a second of a flood is enough to see it, hence the limit on the log alone.
constexpr std::string_view rules = R"(table inet lazaret {{
  chain capture {{
    type nat hook output priority -100; policy accept;
    ip daddr {names_ipv4} tcp dport 53 redirect to :{tcp}
    ip6 daddr {names_ipv6} tcp dport 53 redirect to :{tcp}
    tcp dport 53 redirect to :{dns_tcp}
    meta nfproto ipv4 udp dport 53 redirect to :{dns_udp4}
{capture_udp6}    ip daddr {{ 127.0.0.0/8, {own_ipv4} }} accept
    ip6 daddr {{ ::1, {own_ipv6} }} accept
    meta l4proto tcp redirect to :{tcp}
  }}
  chain refuse {{
    type filter hook output priority 0; policy drop;
    ct direction original ct status & dnat == 0 tcp dport {{ {tcp}, {dns_tcp} }} reject with tcp reset
    ct direction original ct status & dnat == 0 udp dport {{ {dns_udp4}, {dns_udp6} }} reject
    ip daddr {{ 127.0.0.0/8, {own_ipv4} }} accept
    ip6 daddr {{ ::1, {own_ipv6} }} accept
    meta l4proto tcp reject with tcp reset
    limit rate 20/second burst 50 packets log group {group} snaplen 128
    reject with icmpx port-unreachable
  }}
}}
)";

// The order of a packet's way: `reroute` and `capture` as it leaves, `refuse`, then, back from lo,
// `datagrams`. Why it is as it is:
// - Inserted rules come first in their chains; what they accept goes on to the next chain.
// - Port 53 of names and of the name servers that rules name is not redirected to the DNS
// listeners.
// - Multicast and broadcast are for neighbours, which a sandbox has none of: refused as before.
// - A program may bind an IPv6 socket to an address that is not its own (IPV6_FREEBIND): answers to
//   it would come back as its questions.
// - The listeners answer only to what was handed to them: a scan of loopback finds nothing.
// - A program that closed its socket answers a late reply with an ICMP error, which is no attempt
//   worth logging.
constexpr std::string_view datagram_rules_v4 =
    R"(insert rule inet lazaret capture ip daddr {{ {names} }} udp dport 53 accept
insert rule inet lazaret refuse ip saddr {{ 127.0.0.0/8, {own} }} ip daddr != {{ 127.0.0.0/8, {own}, 224.0.0.0/3 }} udp dport {{ {ports} }} accept
insert rule inet lazaret refuse icmp type destination-unreachable ip daddr != {{ 127.0.0.0/8, {own} }} drop
insert rule inet lazaret refuse ip daddr 127.0.0.1 udp dport {listener} reject
table inet lazaret {{
  chain datagrams {{
    type filter hook prerouting priority -150; policy accept;
    ip daddr != {{ 127.0.0.0/8, {own}, 224.0.0.0/3 }} udp dport {{ {ports} }} tproxy ip to 127.0.0.1:{listener} accept
  }}
}}
)";

constexpr std::string_view datagram_rules_v6 =
    R"(insert rule inet lazaret capture ip6 daddr {{ {names} }} udp dport 53 accept
insert rule inet lazaret refuse ip6 saddr {{ ::1, {own} }} ip6 daddr != {{ ::1, {own}, ff00::/8 }} udp dport {{ {ports} }} accept
insert rule inet lazaret refuse icmpv6 type destination-unreachable ip6 daddr != {{ ::1, {own} }} drop
insert rule inet lazaret refuse ip6 daddr ::1 udp dport {listener} reject
table inet lazaret {{
  chain reroute {{
    type route hook output priority -150; policy accept;
    ip6 daddr != {{ ::1, {own}, ff00::/8 }} udp dport {{ {ports} }} meta mark set {mark}
  }}
  chain datagrams {{
    type filter hook prerouting priority -150; policy accept;
    ip6 daddr != {{ ::1, {own}, ff00::/8 }} udp dport {{ {ports} }} tproxy ip6 to [::1]:{listener} accept
  }}
}}
)";

/// `names` and the name servers of one family, as a set's elements.
std::string with_name_servers(
    std::string_view names, const std::vector<Endpoint>& servers, bool is_v4) {
  std::string out(names);
  for (const auto& server : servers)
    if (server.is_v4 == is_v4) out += ", " + server.address_text();
  return out;
}

}  // namespace

std::string datagram_ruleset(const DatagramCapture& wanted, const DatagramPorts& listeners) {
  const auto ports = fmt::format("{}", fmt::join(wanted.ports, ", "));
  auto out = fmt::format(
      datagram_rules_v4, fmt::arg("ports", ports), fmt::arg("own", own_ipv4),
      fmt::arg("names", with_name_servers(names_ipv4, wanted.name_servers, true)),
      fmt::arg("listener", listeners.v4));
  if (listeners.v6 == 0) return out;
  return out + fmt::format(
                   datagram_rules_v6, fmt::arg("ports", ports), fmt::arg("own", own_ipv6),
                   fmt::arg("names", with_name_servers(names_ipv6, wanted.name_servers, false)),
                   fmt::arg("listener", listeners.v6), fmt::arg("mark", mark_of_datagrams));
}

std::string capture_ruleset(const CapturePorts& ports) {
  const auto capture_udp6 =
      ports.dns_udp6 == 0
          ? std::string()
          : fmt::format("    meta nfproto ipv6 udp dport 53 redirect to :{}\n", ports.dns_udp6);
  return fmt::format(
      rules, fmt::arg("names_ipv4", names_ipv4), fmt::arg("names_ipv6", names_ipv6),
      fmt::arg("tcp", ports.tcp), fmt::arg("dns_tcp", ports.dns_tcp),
      fmt::arg("dns_udp4", ports.dns_udp4),
      fmt::arg("dns_udp6", ports.dns_udp6 == 0 ? ports.dns_udp4 : ports.dns_udp6),
      fmt::arg("capture_udp6", capture_udp6), fmt::arg("own_ipv4", own_ipv4),
      fmt::arg("own_ipv6", own_ipv6), fmt::arg("group", refusals_group));
}

base::Result<> load_ruleset(const std::string& ruleset) {
  const auto nft = TRY(Nftables::load());
  const std::unique_ptr<nft_ctx, decltype(nft.free)> context(nft.make(NFT_CTX_DEFAULT), nft.free);
  if (!context) return base::fail(base::ErrorKind::internal, "libnftables does not start");
  nft.buffer_error(context.get());
  if (nft.run(context.get(), ruleset.c_str()) == 0) return {};

  const std::string_view complaint = nft.error_buffer(context.get());
  return base::fail(
      base::ErrorKind::unavailable,
      fmt::format(
          "nftables refuses the capture rules: {}",
          base::escape_for_terminal(complaint.substr(0, complaint.find('\n')))),
      "the kernel needs nftables with NAT, conntrack, reject and log: "
      "as root, modprobe -a nf_tables nft_chain_nat nft_redir nft_ct nft_reject_inet nft_log "
      "nfnetlink_log");
}

}  // namespace sandbox
