// SPDX-License-Identifier: Apache-2.0
#pragma once
// The record of something that was no HTTP exchange: a relayed or refused connection, a name, a
// packet. Writes itself.

#include <chrono>
#include <string>

#include "audit/record.h"
#include "gateway/shared.h"
#include "gateway/tunnel.h"

namespace gateway {

struct DatagramCount {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
};

class ConnectionRecord {
public:
  /// `method` is CONNECT, TCP or UDP.
  ConnectionRecord(const Shared& shared, const std::string& method, const flow::Arrival& arrival);
  /// A refused name or packet: method DNS, UDP, ICMP …; `url` such as "dns://name".
  ConnectionRecord(const Shared& shared, std::string method, std::string url);
  ConnectionRecord(const ConnectionRecord&) = delete;
  ConnectionRecord& operator=(const ConnectionRecord&) = delete;
  ~ConnectionRecord();

  void decided(const policy::Decision& decision);
  void refused(std::string stage, std::string reason);
  void dialled(const std::string& address) { record_.dial = address; }
  /// To be told of what is relayed.
  TunnelCount& count() { return count_; }
  DatagramCount& datagrams() { return datagrams_; }
  /// Writes nothing: another record tells of the same.
  void forget() { forgotten_ = true; }

private:
  void hide_secrets();

  const Shared& shared_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  audit::Record record_;
  TunnelCount count_;
  DatagramCount datagrams_;
  bool forgotten_ = false;
};

}  // namespace gateway
