// SPDX-License-Identifier: Apache-2.0
#include "gateway/refusal_service.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/text.h"
#include "gateway/connection_record.h"
#include "gateway/repetitions.h"

namespace gateway {
namespace {

net::Task<> read_refusals(const Shared& shared, net::Loop& loop, const Doors& doors) {
  net::asio::posix::stream_descriptor door(
      loop.context(), ::fcntl(doors.refusals.get(), F_DUPFD_CLOEXEC, 3));
  Repetitions repetitions;
  std::string datagram(64UL << 10U, '\0');
  for (;;) {
    const auto [error] =
        co_await door.async_wait(net::asio::posix::descriptor_base::wait_read, net::as_result);
    for (;;) {
      const ssize_t size =
          ::recv(door.native_handle(), datagram.data(), datagram.size(), MSG_DONTWAIT);
      if (size <= 0) break;
      for (const auto& packet :
           doors.read_refusals({datagram.data(), static_cast<std::size_t>(size)})) {
        if (!repetitions.is_new(packet.protocol + packet.destination)) continue;
        ConnectionRecord record(
            shared, packet.protocol, base::lower(packet.protocol) + "://" + packet.destination);
        record.refused(
            "capture",
            "only TCP, DNS and the UDP that rules allow leave a sandbox, through the gateway");
      }
    }
    if (error) co_return;  // what a program tried last is told as well
  }
}

}  // namespace

void spawn_refusals(const Shared& shared, net::Loop& loop, const Doors& doors) {
  if (doors.refusals) loop.tasks().spawn(read_refusals(shared, loop, doors));
}

}  // namespace gateway
