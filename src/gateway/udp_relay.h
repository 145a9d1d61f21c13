// SPDX-License-Identifier: Apache-2.0
#pragma once
// Relays the datagrams of a sandbox that rules allow, and refuses the others as a network would.
//
// The first datagrams of a flow arrive at the doors, with the address they were sent to. Once the
// server has answered, the flow has a socket that speaks to the program as the server, and what the
// program sends after that arrives there: the kernel prefers it to the door.
//
// A door holds a few hundred datagrams, and a program can open that many flows in the time in which
// we open a few. So whoever opens a flow first takes what has arrived.

#include <memory>
#include <string>

#include "gateway/gateway.h"
#include "gateway/repetitions.h"
#include "gateway/udp_flow.h"
#include "gateway/udp_flow_table.h"
#include "gateway/udp_routes.h"
#include "net/loop.h"

namespace gateway {

class UdpRelay {
public:
  /// All three outlive this, which outlives the tasks of the loop.
  UdpRelay(const Shared& shared, net::Loop& loop, const DatagramDoors& doors);
  UdpRelay(const UdpRelay&) = delete;
  UdpRelay& operator=(const UdpRelay&) = delete;

  /// Starts the tasks that serve the doors.
  void start();

private:
  using FlowPointer = std::shared_ptr<UdpFlow>;

  static net::Task<> listen(UdpRelay& self, int door);
  /// Finds the server and relays what comes from it, until the flow ends.
  static net::Task<> serve(UdpRelay& self, FlowPointer flow);
  /// Relays what comes from the program by the flow's own socket.
  static net::Task<> serve_program(UdpRelay& self, FlowPointer flow);

  void take_arrivals(int most);
  void take_arrivals(int door, int most);
  /// What came to the socket that answers for a flow's server.
  void take_direct(UdpFlow& flow);
  void take(const CapturedDatagram& datagram);
  bool is_allowed(UdpFlow& flow);
  void open(
      const CapturedDatagram& datagram,
      std::string host,
      policy::Decision decision,
      std::uint64_t policy_number);
  void refuse(
      const CapturedDatagram& datagram,
      const std::string& host,
      const policy::Decision& decision,
      std::string stage,
      std::string reason);

  const Shared& shared_;
  net::Loop& loop_;
  const DatagramDoors& doors_;
  Router router_;
  UdpRoutes routes_;
  Repetitions repetitions_;
  WaitingRoom waiting_room_;
  UdpFlowTable<UdpFlow> flows_;
  std::string arrived_;  // room for one datagram
  std::string passing_;  // likewise, while an arrival may be taken
};

}  // namespace gateway
