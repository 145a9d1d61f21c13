// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where the servers of datagrams are. A program that opens a hundred flows to one name at once
// causes one lookup.

#include <expected>
#include <map>
#include <memory>
#include <string>

#include "flow/verdict.h"
#include "gateway/route.h"

namespace gateway {

/// One of these per loop.
class UdpRoutes {
public:
  using Found = std::expected<net::Endpoints, flow::Deny>;

  /// `router` outlives this.
  explicit UdpRoutes(Router& router) : router_(router) {}
  UdpRoutes(const UdpRoutes&) = delete;
  UdpRoutes& operator=(const UdpRoutes&) = delete;

  /// Router::find_for_datagrams(), joined when the same place is being looked for already. Nothing
  /// is kept for later. `policy` and this outlive the task.
  net::Task<Found> find(std::string host, std::uint16_t port, const policy::Policy& policy);

private:
  struct Lookup;
  class Looking;
  using Place = std::pair<std::string, std::uint16_t>;

  Router& router_;
  std::map<Place, std::shared_ptr<Lookup>> running_;
};

}  // namespace gateway
