// SPDX-License-Identifier: Apache-2.0
#include "sandbox/warden.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "sandbox/descriptors.h"
#include "sandbox/spawn.h"
#include "sandbox/warden_process.h"

namespace sandbox {
namespace {

using Sockets = std::pair<base::Fd, base::Fd>;

base::Result<Sockets> socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return base::fail_errno("make a socket pair");
  return Sockets(ends[0], ends[1]);
}

/// As numbers_of() in warden_process.cc sends them.
Listeners to_listeners(std::vector<base::Fd> files) {
  Listeners listeners;
  if (files.size() >= 4) {
    listeners.tcp = std::move(files[0]);
    listeners.dns_tcp = std::move(files[1]);
    listeners.dns_udp4 = std::move(files[2]);
    listeners.refusals = std::move(files[3]);
  }
  if (files.size() >= 5) listeners.dns_udp6 = std::move(files[4]);
  return listeners;
}

/// A `Failed` becomes the error that it tells.
base::Result<wire::Parcel> receive_answer(int socket) {
  auto parcel = TRY(wire::receive(socket));
  if (auto* failed = std::get_if<wire::Failed>(&parcel.message))
    return std::unexpected(std::move(failed->error));
  return parcel;
}

}  // namespace

base::Result<Warden> Warden::start(CaptureOptions options) {
  auto warden = TRY(begin(options));
  TRY_VOID(warden.get_ready());
  return warden;
}

base::Result<Warden> Warden::begin(CaptureOptions options) {
  auto [requests, their_requests] = TRY(socket_pair());
  auto [events, their_events] = TRY(socket_pair());
  const auto parent = getpid();
  const auto child = fork_plainly();
  if (child < 0) return base::fail_errno("fork the warden");
  if (child == 0) be_warden(parent, options, std::move(their_requests), std::move(their_events));

  their_requests.reset();
  their_events.reset();
  return Warden(child, options.network, std::move(requests), std::move(events));
}

base::Result<> Warden::get_ready() {
  auto ready = TRY(receive_answer(requests_.get()));
  if (network_ == Network::captured && ready.files.size() < 4)
    return base::fail(base::ErrorKind::internal, "the warden sent no listeners");
  listeners_ = to_listeners(std::move(ready.files));
  return {};
}

Warden::Warden(pid_t pid, Network network, base::Fd requests, base::Fd events)
    : pid_(pid),
      network_(network),
      requests_(std::move(requests)),
      events_(std::move(events)),
      one_request_(std::make_unique<std::mutex>()) {}

void Warden::dismiss() { kill(pid_, SIGKILL); }

Warden::~Warden() {
  if (!one_request_) return;
  dismiss();
  waitpid(pid_, nullptr, 0);
}

base::Result<wire::Parcel> Warden::ask(const wire::Message& message, std::span<const int> files) {
  const std::scoped_lock lock(*one_request_);
  TRY_VOID(wire::send(requests_.get(), message, files));
  return receive_answer(requests_.get());
}

base::Result<Launched> Warden::launch(Command command) {
  const auto words = TRY(to_descriptor(wire::encode(wire::Words{
      .directory = std::move(command.directory),
      .argv = std::move(command.argv),
      .environment = std::move(command.environment),
      .covers = std::move(command.covers)})));
  const base::Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  std::vector<int> files{words.get()};
  for (const auto* file : {&command.in, &command.out, &command.err})
    files.push_back(*file ? file->get() : nothing.get());
  for (const auto& file : command.files)
    files.push_back(file.get());
  const auto parcel = TRY(ask(wire::Launch{}, files));
  const auto* done = std::get_if<wire::Done>(&parcel.message);
  if (!done) return base::fail(base::ErrorKind::internal, "the warden answered something else");
  return Launched{.pid = done->pid};
}

base::Result<> Warden::signal(pid_t pid, int number) {
  TRY_VOID(ask(wire::Signal{.pid = pid, .number = number}));
  return {};
}

base::Result<base::Fd> Warden::ask_for_socket(const wire::Message& message) {
  auto parcel = TRY(ask(message));
  if (parcel.files.size() != 1)
    return base::fail(base::ErrorKind::internal, "the warden sent no socket");
  return std::move(parcel.files.front());
}

base::Result<base::Fd> Warden::listen(const Endpoint& endpoint) {
  return ask_for_socket(wire::Listen{endpoint});
}

base::Result<base::Fd> Warden::answer(const Endpoint& from, const Endpoint& to) {
  return ask_for_socket(wire::Answer{.from = from, .to = to});
}

base::Result<DatagramListeners> Warden::capture(const DatagramCapture& wanted) {
  auto files = TRY(ask(wire::CaptureDatagrams{wanted})).files;
  if (files.size() != 2 && files.size() != 4)
    return base::fail(base::ErrorKind::internal, "the warden sent no sockets for datagrams");
  // As numbers_of() in warden_process.cc sends them.
  DatagramListeners listeners{.v4 = std::move(files[0]), .icmp4 = std::move(files[1])};
  if (files.size() == 4) {
    listeners.v6 = std::move(files[2]);
    listeners.icmp6 = std::move(files[3]);
  }
  return listeners;
}

base::Result<Exited> Warden::next_event() {
  const auto parcel = TRY(wire::receive(events_.get()));
  const auto* ended = std::get_if<wire::Ended>(&parcel.message);
  if (!ended) return base::fail(base::ErrorKind::internal, "the warden told something else");
  return Exited{.pid = ended->pid, .wait_status = ended->wait_status};
}

}  // namespace sandbox
