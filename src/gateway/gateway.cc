// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <thread>

#include "gateway/connection.h"
#include "gateway/dns_service.h"
#include "gateway/refusal_service.h"
#include "gateway/repetitions.h"
#include "gateway/spare_descriptor.h"
#include "gateway/udp_relay.h"

namespace gateway {
namespace {

using net::asio::ip::tcp;

tcp::endpoint endpoint_of(const Doors::Destination& destination) {
  if (destination.address.size() == 4) {
    net::asio::ip::address_v4::bytes_type bytes{};
    std::memcpy(bytes.data(), destination.address.data(), bytes.size());
    return {net::asio::ip::address_v4(bytes), destination.port};
  }
  net::asio::ip::address_v6::bytes_type bytes{};
  std::memcpy(
      bytes.data(), destination.address.data(), std::min(bytes.size(), destination.address.size()));
  return {net::asio::ip::address_v6(bytes), destination.port};
}

/// Where the explicit proxy answers.
bool is_proxy(const tcp::endpoint& destination, std::uint16_t port) {
  return destination.port() == port &&
         destination.address() == net::asio::ip::address_v4(0x0A000202);  // 10.0.2.2
}

/// What accept() says when the machine or this process has no more to give.
bool is_scarcity(int reason) {
  return reason == EMFILE || reason == ENFILE || reason == ENOMEM || reason == ENOBUFS;
}

}  // namespace

/// One loop with its upstream connections.
struct Gateway::Worker {
  explicit Worker(const Shared& shared)
      : shared(shared),
        loop([&shared](std::string_view what) {
          shared.log.error("gateway", "a connection ended badly: " + std::string(what));
        }),
        upstreams(loop, shared.outbound()) {}

  static net::Task<> accept(Worker& self, const Doors& doors);
  static net::Task<> serve(Worker& self, tcp::socket socket, tcp::endpoint destination);
  void take(base::Fd accepted, const Doors& doors);

  const Shared& shared;
  net::Loop loop;
  Upstreams upstreams;
  std::unique_ptr<UdpRelay> datagrams;  // on one loop only
  SpareDescriptor spare;
  Repetitions repetitions;
  std::atomic<std::size_t> connections = 0;
};

net::Task<> Gateway::Worker::accept(Worker& self, const Doors& doors) {
  net::asio::posix::stream_descriptor door(
      self.loop.context(), ::fcntl(doors.tcp.get(), F_DUPFD_CLOEXEC, 3));
  for (;;) {
    const auto [error] =
        co_await door.async_wait(net::asio::posix::descriptor_base::wait_read, net::as_result);
    if (error) co_return;
    // A few at a time, so that the loops share a burst.
    for (int i = 0; i < 4; ++i) {
      base::Fd accepted(
          ::accept4(door.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (accepted) {
        self.take(std::move(accepted), doors);
        continue;
      }
      if (!is_scarcity(errno)) break;
      if (const std::string reason = std::strerror(errno); self.repetitions.is_new(reason))
        self.shared.log.error(
            "gateway", "connections cannot be accepted, and are reset: " + reason);
      if (self.spare.refuse_next(door.native_handle())) continue;
      net::asio::steady_timer pause(self.loop.context(), std::chrono::milliseconds(100));
      co_await pause.async_wait(net::as_result);
      break;
    }
  }
}

void Gateway::Worker::take(base::Fd accepted, const Doors& doors) {
  const auto destination = doors.destination_of(accepted.get());
  boost::system::error_code failed;
  tcp::socket socket(loop.context());
  socket.assign(tcp::v6(), accepted.release(), failed);
  if (failed || !destination || connections >= shared.limits.connections) {
    socket.set_option(net::asio::socket_base::linger(true, 0), failed);
    socket.close(failed);  // with a reset, which Asio's destructor would make a plain end
    return;
  }
  loop.tasks().spawn(serve(*this, std::move(socket), endpoint_of(*destination)));
}

net::Task<> Gateway::Worker::serve(Worker& self, tcp::socket socket, tcp::endpoint destination) {
  struct Counted {
    explicit Counted(std::atomic<std::size_t>& all) : count(all) { ++count; }
    ~Counted() { --count; }
    std::atomic<std::size_t>& count;
  } const counted(self.connections);
  Connection connection(self.shared, self.upstreams, self.loop, std::move(socket));
  if (is_proxy(destination, self.shared.proxy_port))
    co_await connection.serve_proxy();
  else
    co_await connection.serve(destination);
}

Gateway::Gateway(const Shared& shared, Doors doors, unsigned threads)
    : shared_(shared), doors_(std::move(doors)) {
  for (unsigned i = 0; i < threads; ++i)
    workers_.push_back(std::make_unique<Worker>(shared_));
  for (auto& worker : workers_) {
    auto& tasks = worker->loop.tasks();
    tasks.spawn(Worker::accept(*worker, doors_));
    tasks.spawn(worker->upstreams.sweep());
    if (worker == workers_.front()) {
      spawn_dns(shared_, worker->loop, doors_, [this, taker = worker.get()](base::Fd accepted) {
        taker->take(std::move(accepted), doors_);
      });
      spawn_refusals(shared_, worker->loop, doors_);
      if (doors_.datagrams.v4) {
        worker->datagrams = std::make_unique<UdpRelay>(shared_, worker->loop, doors_.datagrams);
        worker->datagrams->start();
      }
    }
    worker->loop.start("lazaret-gateway");
  }
}

Gateway::~Gateway() {
  for (auto& worker : workers_)
    worker->loop.stop();
}

void Gateway::settle(std::chrono::milliseconds patience) const {
  const auto is_busy = [](const auto& worker) { return worker->connections > 0; };
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::ranges::any_of(workers_, is_busy) && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace gateway
