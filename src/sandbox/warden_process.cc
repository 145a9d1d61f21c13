// SPDX-License-Identifier: Apache-2.0
#include "sandbox/warden_process.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>

#include "base/secret.h"
#include "sandbox/capture.h"
#include "sandbox/covers.h"
#include "sandbox/datagrams.h"
#include "sandbox/keep_only.h"
#include "sandbox/loopback.h"
#include "sandbox/namespaces.h"
#include "sandbox/spawn.h"
#include "sandbox/warden_wire.h"

namespace sandbox {
namespace {

constexpr std::size_t most_words = 8UL << 20U;  // the kernel's own limit for execve is lower

/// The environment may hold keys, and stays readable in this process's memory otherwise.
void forget_environment() {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    base::wipe(*entry, std::strlen(*entry));
  clearenv();
}

constexpr int requests_number = 3;
constexpr int events_number = 4;

/// Nothing of the process this was forked from stays, except the two sockets, as 3 and 4.
base::Result<> shed(base::Fd requests, base::Fd events) {
  std::vector<base::Fd> files(requests_number);  // in, out and err: nothing
  files.push_back(std::move(requests));
  files.push_back(std::move(events));
  TRY_VOID(keep_only(std::move(files)));
  forget_environment();
  if (chdir("/") != 0 || setsid() < 0) return base::fail_errno("leave the terminal's session");
  prctl(PR_SET_NAME, "lazaret-warden");
  return {};
}

base::Result<Listeners> set_up(Network network) {
  prctl(PR_SET_DUMPABLE, 1);  // else the id maps in /proc would be root's
  TRY_VOID(enter_namespaces(
      network == Network::host ? NetworkNamespace::host : NetworkNamespace::fresh));
  Listeners listeners;
  if (network == Network::none) TRY_VOID(bring_up_loopback());
  if (network == Network::captured) listeners = TRY(capture_everything());
  prctl(PR_SET_DUMPABLE, 0);
  return listeners;
}

base::Result<std::string> read_all(int memory_file) {
  struct stat about{};
  if (fstat(memory_file, &about) != 0) return base::fail_errno("look at the command");
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > most_words) return base::fail(base::ErrorKind::invalid, "the command is too long");
  std::string bytes(size, '\0');
  if (pread(memory_file, bytes.data(), size, 0) != about.st_size)
    return base::fail_errno("read the command");
  return bytes;
}

/// The order that Warden::capture expects.
std::vector<int> numbers_of(const DatagramListeners& listeners) {
  std::vector<int> numbers;
  for (const auto* socket : {&listeners.v4, &listeners.icmp4, &listeners.v6, &listeners.icmp6})
    if (*socket) numbers.push_back(socket->get());
  return numbers;
}

/// Answers requests, one at a time, and tells the end of what it launched.
class Broker {
public:
  Broker(base::Fd requests, base::Fd events)
      : requests_(std::move(requests)), events_(std::move(events)) {}

  base::Result<> serve();

private:
  base::Result<> answer();
  base::Result<wire::Done> launch(std::vector<base::Fd> files);
  base::Result<wire::Done> signal(const wire::Signal& wanted);
  base::Result<> tell_ends();
  base::Result<> reply(const base::Result<wire::Done>& outcome, std::span<const int> files = {});
  /// Hands a socket over and keeps nothing of it.
  base::Result<> reply(const base::Result<base::Fd>& socket);

  base::Fd requests_;
  base::Fd events_;
  base::Fd ends_;  // a signalfd: readable when a child has ended
  std::set<pid_t> running_;
};

base::Result<> Broker::serve() {
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ended, nullptr);
  ends_.reset(signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK));
  for (;;) {
    std::array<pollfd, 2> waits{{{requests_.get(), POLLIN, 0}, {ends_.get(), POLLIN, 0}}};
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return base::fail_errno("poll");
    if (waits[1].revents != 0) TRY_VOID(tell_ends());
    if (waits[0].revents != 0) TRY_VOID(answer());
  }
}

base::Result<> Broker::answer() {
  auto [message, files] = TRY(wire::receive(requests_.get()));
  if (std::holds_alternative<wire::Launch>(message)) return reply(launch(std::move(files)));
  if (const auto* wanted = std::get_if<wire::Signal>(&message)) return reply(signal(*wanted));
  if (const auto* wanted = std::get_if<wire::Listen>(&message))
    return reply(listen_on(wanted->endpoint));
  if (const auto* wanted = std::get_if<wire::Answer>(&message))
    return reply(answer_socket(wanted->from, wanted->to));
  if (const auto* asked = std::get_if<wire::CaptureDatagrams>(&message)) {
    const auto listeners = capture_datagrams(asked->wanted);
    if (!listeners) return reply(base::Result<wire::Done>(std::unexpected(listeners.error())));
    return reply(wire::Done{}, numbers_of(*listeners));
  }
  return base::fail(base::ErrorKind::invalid, "the warden does not know this request");
}

base::Result<> Broker::reply(const base::Result<wire::Done>& outcome, std::span<const int> files) {
  if (!outcome) return wire::send(requests_.get(), wire::Failed{outcome.error()});
  return wire::send(requests_.get(), *outcome, files);
}

base::Result<> Broker::reply(const base::Result<base::Fd>& socket) {
  if (!socket) return wire::send(requests_.get(), wire::Failed{socket.error()});
  return wire::send(requests_.get(), wire::Done{}, std::array{socket->get()});
}

base::Result<wire::Done> Broker::launch(std::vector<base::Fd> files) {
  if (files.empty()) return base::fail(base::ErrorKind::invalid, "a launch without a command");
  const auto bytes = TRY(read_all(files.front().get()));
  const auto words = TRY(wire::decode_words(bytes));
  files.erase(files.begin());
  TRY_VOID(lay(words.covers));
  const auto pid = TRY(spawn(words, std::move(files)));
  running_.insert(pid);
  return wire::Done{.pid = pid};
}

/// What is in `running_` is not reaped yet, so its pid is still its own.
base::Result<wire::Done> Broker::signal(const wire::Signal& wanted) {
  if (!running_.contains(wanted.pid))
    return base::fail(base::ErrorKind::not_found, "the program has ended");
  if (kill(wanted.pid, wanted.number) != 0) return base::fail_errno("signal the program");
  return wire::Done{.pid = wanted.pid};
}

base::Result<> Broker::tell_ends() {
  signalfd_siginfo ignored{};
  while (read(ends_.get(), &ignored, sizeof ignored) > 0) {
  }
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    running_.erase(pid);
    TRY_VOID(wire::send(events_.get(), wire::Ended{.pid = pid, .wait_status = status}));
  }
  return {};
}

/// The order that Warden::get_ready expects; none without capture.
std::vector<int> numbers_of(const Listeners& listeners) {
  std::vector<int> numbers;
  for (const auto* socket :
       {&listeners.tcp, &listeners.dns_tcp, &listeners.dns_udp4, &listeners.refusals,
        &listeners.dns_udp6})
    if (*socket) numbers.push_back(socket->get());
  return numbers;
}

/// Hands the listeners over and keeps none of them.
base::Result<> set_up_and_tell(Network network, int requests) {
  const auto listeners = set_up(network);
  if (!listeners) return wire::send(requests, wire::Failed{listeners.error()});
  return wire::send(requests, wire::Done{.pid = getpid()}, numbers_of(*listeners));
}

}  // namespace

void be_warden(pid_t parent, CaptureOptions options, base::Fd requests, base::Fd events) {
  die_with(parent);
  auto outcome = shed(std::move(requests), std::move(events));
  if (!outcome) _exit(1);
  Broker broker{base::Fd(requests_number), base::Fd(events_number)};
  outcome = set_up_and_tell(options.network, requests_number);
  if (outcome) outcome = broker.serve();
  _exit(outcome ? 0 : 1);  // what it launched dies with it; the other end sees the sockets close
}

}  // namespace sandbox
