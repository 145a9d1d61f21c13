// SPDX-License-Identifier: Apache-2.0
#include "gateway/static_names.h"

#include <algorithm>

namespace gateway {

net::Task<base::Result<std::vector<net::asio::ip::address>>> StaticNames::resolve(
    std::string host) {
  const auto found =
      std::ranges::find_if(names_, [&](const StaticName& each) { return each.host.matches(host); });
  if (found != names_.end()) co_return found->addresses;
  auto asked = co_await otherwise_.resolve(std::move(host));
  co_return std::move(asked);
}

}  // namespace gateway
