// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names to addresses, and to records of other types, by asking name servers directly, over UDP and,
// for what does not fit, TCP, instead of the host's own resolver (whose files and caches are then
// without effect).
//
// Each query has a socket of its own with a random port, a random id, and takes only a reply from
// that server to that question (RFC 5452). Nothing is cached.

#include <boost/asio/ip/udp.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "dns/reply.h"
#include "net/resolver.h"

namespace gateway {

class NameServers final : public net::Resolver {
public:
  using Server = net::asio::ip::udp::endpoint;

  /// How long one server may take for one question before the next is asked.
  static constexpr std::chrono::milliseconds usual_patience{2'000};

  /// They are asked in order, twice; with none, every question is `unavailable`.
  explicit NameServers(
      std::vector<Server> servers, std::chrono::milliseconds patience = usual_patience)
      : servers_(std::move(servers)), patience_(patience) {}

  /// IPv6 and IPv4 are asked for at once. Once IPv4 has an answer, IPv6 gets 50 ms more (RFC 8305,
  /// 3); an address that comes too late is not dialled.
  net::Task<base::Result<std::vector<net::asio::ip::address>>> resolve(std::string host) override;

  /// Records of a type that can be rebuilt (dns/record_data.h), of the name at the end of the chain
  /// of aliases; its code is no_error or name_error. Errors: not_found, unavailable.
  net::Task<base::Result<dns::Reply>> records(std::string name, dns::Type type);

private:
  const std::vector<Server> servers_;
  const std::chrono::milliseconds patience_;
};

}  // namespace gateway
