// SPDX-License-Identifier: Apache-2.0
#include "gateway/udp_relay.h"

#include <fcntl.h>

#include "flow/secret_name.h"
#include "gateway/meant_host.h"
#include "gateway/port_unreachable.h"

namespace gateway {
namespace {

constexpr int most_arrivals_at_once = 64;  // then others on this loop
constexpr int most_direct = 32;            // likewise
constexpr int most_before_opening = 8;     // enough to keep pace with a program that opens flows
constexpr std::uint16_t quic_port = 443;

using Wait = net::asio::posix::descriptor_base;

}  // namespace

UdpRelay::UdpRelay(const Shared& shared, net::Loop& loop, const DatagramDoors& doors)
    : shared_(shared),
      loop_(loop),
      doors_(doors),
      router_(shared.resolver, shared.connect_to, shared.proxies, shared.limits),
      routes_(router_),
      waiting_room_{.left = shared.limits.udp_waiting},
      flows_(shared.limits.udp_flows),
      arrived_(longest_datagram, '\0'),
      passing_(longest_datagram, '\0') {}

void UdpRelay::start() {
  loop_.tasks().spawn(listen(*this, doors_.v4.get()));
  if (doors_.v6) loop_.tasks().spawn(listen(*this, doors_.v6.get()));
}

net::Task<> UdpRelay::listen(UdpRelay& self, int door) {
  UdpFlow::Descriptor arrivals(self.loop_.context(), ::fcntl(door, F_DUPFD_CLOEXEC, 3));
  for (;;) {
    const auto [error] = co_await arrivals.async_wait(Wait::wait_read, net::as_result);
    self.take_arrivals(door, most_arrivals_at_once);
    if (error) co_return;  // what a program tried last is told as well
  }
}

void UdpRelay::take_arrivals(int most) {
  take_arrivals(doors_.v4.get(), most);
  if (doors_.v6) take_arrivals(doors_.v6.get(), most);
}

void UdpRelay::take_arrivals(int door, int most) {
  for (int turn = 0; turn < most; ++turn) {
    const auto datagram = next_captured(door, arrived_);
    if (!datagram) return;
    if (datagram->path.destination.port() != 0) take(*datagram);
  }
}

void UdpRelay::take_direct(UdpFlow& flow) {
  for (int turn = 0; turn < most_direct && !flow.ended(); ++turn) {
    // An error (an ICMP message of the sandbox's own) is used up by reading; then there is silence.
    auto datagram = next_captured(flow.program()->native_handle(), passing_);
    if (!datagram) return;
    // Who sent it is believed, not whom the socket is connected to: the kernel may choose a socket
    // for a datagram of another program before connect() and deliver it after.
    datagram->path.destination = flow.path().destination;
    take(*datagram);
  }
}

void UdpRelay::take(const CapturedDatagram& datagram) {
  const auto flow = flows_.find(datagram.path);
  if (flow && is_allowed(*flow)) return flow->send(datagram.bytes);
  const auto& destination = datagram.path.destination;
  auto host = meant_host(shared_.names, destination.address());
  const auto rules = shared_.rules->get();
  auto decision = policy::decide_datagrams(rules->policy(), host, destination.port());
  if (decision.action != policy::Action::allow) {
    refuse(datagram, host, decision, "filter", decision.reason);
  } else if (auto named = flow::refuse_name(rules->pipeline->scanner().get(), host)) {
    refuse(datagram, host, decision, std::move(named->stage), std::move(named->reason));
  } else if (!shared_.journal.healthy()) {
    refuse(
        datagram, host, decision, "log", "the log cannot be written, and nothing passes unlogged");
  } else {
    open(datagram, std::move(host), std::move(decision), rules->policy().number());
  }
}

/// A flow has no end of its own: one that rests never would outlive the rule that let it through.
bool UdpRelay::is_allowed(UdpFlow& flow) {
  const auto rules = shared_.rules->get();
  const auto& policy = rules->policy();
  if (!flow.ended() && flow.judged_by() != policy.number()) {
    const auto decision = policy::decide_datagrams(policy, flow.host(), flow.port());
    if (decision.action == policy::Action::allow) {
      flow.is_judged_by(policy.number());
    } else {
      flow.refuse("filter", decision.reason);
      flow.end();
    }
  }
  return !flow.ended();
}

void UdpRelay::refuse(
    const CapturedDatagram& datagram,
    const std::string& host,
    const policy::Decision& decision,
    std::string stage,
    std::string reason) {
  const auto& destination = datagram.path.destination;
  const auto& icmp = destination.address().is_v4() ? doors_.icmp4 : doors_.icmp6;
  tell_port_unreachable(icmp.get(), datagram.path, datagram.bytes.size());
  if (!repetitions_.is_new(host + " " + std::to_string(destination.port()))) return;
  const bool is_v6 = host.contains(':');
  ConnectionRecord record(
      shared_, "UDP",
      "udp://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(destination.port()));
  record.decided(decision);
  record.refused(std::move(stage), std::move(reason));
}

void UdpRelay::open(
    const CapturedDatagram& datagram,
    std::string host,
    policy::Decision decision,
    std::uint64_t policy_number) {
  if (datagram.path.destination.port() == quic_port)
    decision.reason += " (QUIC passes uninspected)";
  auto flow = std::make_shared<UdpFlow>(
      shared_, loop_, doors_, waiting_room_, datagram.path, std::move(host), decision);
  flow->is_judged_by(policy_number);
  flow->send(datagram.bytes);
  if (const auto silent = flows_.add(datagram.path, flow)) silent->give_way();
  loop_.tasks().spawn(serve(*this, std::move(flow)));
}

net::Task<> UdpRelay::serve(UdpRelay& self, FlowPointer flow) {
  struct Removal {
    UdpRelay& relay;
    UdpFlow& flow;
    ~Removal() {
      flow.end();
      relay.flows_.remove(flow.path(), flow);
    }
  } const removal{self, *flow};

  auto rules = self.shared_.rules->get();
  auto found = co_await self.routes_.find(flow->host(), flow->port(), rules->policy());
  rules.reset();  // the flow may live for long
  if (!found) {
    flow->refuse(found.error().stage, found.error().reason);
    if (!self.repetitions_.is_new(found.error().reason)) flow->forget();
  }
  if (!found || flow->ended()) co_return;
  self.take_arrivals(most_before_opening);
  if (!flow->connect(*found)) co_return;
  for (;;) {
    const auto [error] = co_await flow->server()->async_wait(Wait::wait_read, net::as_result);
    if (error || flow->ended()) co_return;
    self.take_arrivals(most_before_opening);
    const bool answers = flow->program() != nullptr;
    flow->pass_down(self.passing_);
    if (!answers && flow->program() != nullptr && !flow->ended())
      self.loop_.tasks().spawn(serve_program(self, flow));
  }
}

net::Task<> UdpRelay::serve_program(UdpRelay& self, FlowPointer flow) {
  for (;;) {
    const auto [error] = co_await flow->program()->async_wait(Wait::wait_read, net::as_result);
    if (error || flow->ended()) co_return;
    self.take_direct(*flow);
  }
}

}  // namespace gateway
