// SPDX-License-Identifier: Apache-2.0
#pragma once
// One socket of the program and one server that exchange datagrams. Nothing is looked into; each
// datagram stays one, and is lost where the network would lose it.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/captured_datagram.h"
#include "gateway/connection_record.h"
#include "gateway/gateway.h"
#include "net/dial.h"
#include "net/loop.h"

namespace gateway {

/// Bytes that all flows of a loop together may keep while their servers are looked for.
struct WaitingRoom {
  std::size_t left = 0;
};

class UdpFlow {
public:
  using Descriptor = net::asio::posix::stream_descriptor;

  /// Allowed by `decision`. All that is referred to outlives the flow, whose end writes its record.
  UdpFlow(
      const Shared& shared,
      net::Loop& loop,
      const DatagramDoors& doors,
      WaitingRoom& waiting_room,
      DatagramPath path,
      std::string host,
      const policy::Decision& decision);
  UdpFlow(const UdpFlow&) = delete;
  UdpFlow& operator=(const UdpFlow&) = delete;
  ~UdpFlow();

  const DatagramPath& path() const { return path_; }
  const std::string& host() const { return host_; }
  std::uint16_t port() const { return path_.destination.port(); }

  /// The number of the policy that allowed it last.
  std::uint64_t judged_by() const { return judged_by_; }
  void is_judged_by(std::uint64_t policy) { judged_by_ = policy; }

  /// A datagram of the program: sent on, or kept until there is a server.
  void send(std::string_view bytes);
  /// The server is at the first of these that there is a way to; what was kept is sent. False, and
  /// refused, when there is none.
  bool connect(const net::Endpoints& endpoints);
  /// Tells the program that nobody is there, and the log why.
  void refuse(std::string stage, std::string reason);
  /// Leaves no record: there is one of the same.
  void forget() { record_.forget(); }

  /// The server's datagrams and refusals, to the program; some of what is there. `room` is for one.
  void pass_down(std::span<char> room);

  /// To wait on. Null before connect(), and for the program before the first answer to it. After
  /// end() both are closed.
  Descriptor* server() { return server_ ? &*server_ : nullptr; }
  Descriptor* program() { return program_ ? &*program_ : nullptr; }

  /// Ends every wait.
  void end();
  bool ended() const { return ended_; }
  /// Likewise, and the record says why.
  void give_way();

private:
  /// Ends a flow that was silent for too long.
  class Silence final : public net::Deadline {
  public:
    Silence(net::Loop& loop, UdpFlow& flow) : Deadline(loop.deadlines()), flow_(flow) {}

  private:
    void on_expired() override { flow_.end(); }
    UdpFlow& flow_;
  };

  void keep(std::string_view bytes);
  void empty_waiting_room();
  void answer(std::string_view bytes);
  bool open_answers();
  /// What an error of the server's socket means: `reason` is errno's.
  void note_failure(int reason);
  void tell_program();

  const Shared& shared_;
  net::Loop& loop_;
  const DatagramDoors& doors_;
  WaitingRoom& waiting_room_;
  const DatagramPath path_;
  const std::string host_;
  ConnectionRecord record_;
  Silence silence_;
  std::vector<std::string> waiting_;
  std::size_t waiting_cost_ = 0;
  std::size_t last_size_ = 0;  // of a datagram of the program
  std::optional<Descriptor> server_;
  std::optional<Descriptor> program_;  // speaks as the server
  bool ended_ = false;
  std::uint64_t judged_by_ = 0;
};

}  // namespace gateway
