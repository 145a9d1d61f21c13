// SPDX-License-Identifier: Apache-2.0
#include "sandbox/listeners.h"

#include <netinet/in.h>

namespace sandbox {
namespace {

// SO_ORIGINAL_DST and IP6T_SO_ORIGINAL_DST: their headers and <netinet/in.h> exclude each other.
constexpr int original_destination_option = 80;

}  // namespace

base::Result<Endpoint> original_destination(int socket) {
  const auto local = TRY(local_endpoint(socket));
  const int level = local.is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
  SocketAddress wanted;
  wanted.size = local.is_v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (getsockopt(socket, level, original_destination_option, wanted.get(), &wanted.size) != 0)
    return base::fail_errno("read the original destination");
  return to_endpoint(wanted);
}

}  // namespace sandbox
