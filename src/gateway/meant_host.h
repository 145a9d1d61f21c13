// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which host a program means that sends to an address.

#include <boost/asio/ip/address.hpp>
#include <string>

#include "dns/pool.h"

namespace gateway {

/// The name that was answered with the address, else the address itself; canonical.
inline std::string meant_host(const dns::Pool& names, const boost::asio::ip::address& address) {
  const auto name = address.is_v4() ? names.name_of(address.to_v4().to_uint())
                                    : names.name_of(address.to_v6().to_bytes());
  return name ? std::string(*name) : address.to_string();
}

}  // namespace gateway
