// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hosts whose addresses the configuration gives, before anybody is asked.

#include <string>
#include <vector>

#include "net/resolver.h"
#include "policy/pattern.h"

namespace gateway {

struct StaticName {
  policy::Pattern host;
  std::vector<net::asio::ip::address> addresses{};  // not empty
};

class StaticNames final : public net::Resolver {
public:
  /// The first entry that matches counts; for other hosts `otherwise`, which outlives this, is
  /// asked.
  StaticNames(std::vector<StaticName> names, net::Resolver& otherwise)
      : names_(std::move(names)), otherwise_(otherwise) {}

  net::Task<base::Result<std::vector<net::asio::ip::address>>> resolve(std::string host) override;

private:
  const std::vector<StaticName> names_;
  net::Resolver& otherwise_;
};

}  // namespace gateway
