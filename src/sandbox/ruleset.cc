// SPDX-License-Identifier: Apache-2.0
#include "sandbox/ruleset.h"

#include <dlfcn.h>
#include <fmt/format.h>
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

// Why it is as it is:
// - DNS comes first, so that a resolver on a loopback address (127.0.0.53) is ours as well.
// - What is left at `refuse` for TCP belongs to no connection that could be redirected: such a
//   packet is a straggler, not an attempt worth logging.
// - The gateway's own ports answer only to what was redirected: a scan of loopback finds nothing.
// - Half a second of a flood is enough to see it, hence the limit on the log alone.
constexpr std::string_view rules = R"(table inet lazaret {{
  chain capture {{
    type nat hook output priority -100; policy accept;
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

}  // namespace

std::string capture_ruleset(const CapturePorts& ports) {
  const auto capture_udp6 =
      ports.dns_udp6 == 0
          ? std::string()
          : fmt::format("    meta nfproto ipv6 udp dport 53 redirect to :{}\n", ports.dns_udp6);
  return fmt::format(
      rules, fmt::arg("tcp", ports.tcp), fmt::arg("dns_tcp", ports.dns_tcp),
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
