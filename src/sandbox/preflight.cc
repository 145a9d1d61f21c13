// SPDX-License-Identifier: Apache-2.0
#include "sandbox/preflight.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "sandbox/capture.h"
#include "sandbox/datagrams.h"
#include "sandbox/namespaces.h"
#include "sandbox/refusals.h"
#include "sandbox/spawn.h"
#include "sandbox/warden_wire.h"

namespace sandbox {
namespace {

using base::ErrorKind;
using Attempt = base::Result<> (*)();

/// Runs `attempt` in a child and tells how it went.
base::Result<> try_in_child(Attempt attempt) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return base::fail_errno("make a socket pair");
  const base::Fd ours(ends[0]);
  base::Fd theirs(ends[1]);
  const auto parent = getpid();
  const auto child = fork_plainly();
  if (child < 0) return base::fail_errno("fork");
  if (child == 0) {
    die_with(parent);
    const auto outcome = attempt();
    const auto told = outcome ? wire::send(theirs.get(), wire::Done{})
                              : wire::send(theirs.get(), wire::Failed{outcome.error()});
    _exit(told ? 0 : 1);
  }
  theirs.reset();
  const auto told = wire::receive(ours.get());
  waitpid(child, nullptr, 0);
  if (!told) return std::unexpected(told.error());
  if (const auto* failed = std::get_if<wire::Failed>(&told->message))
    return std::unexpected(failed->error);
  return {};
}

base::Result<> enter() { return enter_namespaces(NetworkNamespace::fresh); }

base::Result<Listeners> enter_and_capture() {
  TRY_VOID(enter());
  return capture_everything();
}

base::Result<> load_rules() {
  TRY_VOID(enter_and_capture());
  return {};
}

base::Result<> await(int socket, std::string_view what) {
  pollfd wait{socket, POLLIN, 0};
  if (poll(&wait, 1, 1000) == 1) return {};
  return base::fail(ErrorKind::timeout, std::string(what) + " did not arrive within a second");
}

base::Fd client_for(const Endpoint& target, int type) {
  const int family = target.is_v4 ? AF_INET : AF_INET6;
  return base::Fd(socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

base::Result<> expect_captured(int listener, const Endpoint& target) {
  const auto client = client_for(target, SOCK_STREAM);
  const auto address = to_socket_address(target);
  if (connect(client.get(), address.get(), address.size) != 0 && errno != EINPROGRESS)
    return base::fail_errno("connect to", target.to_string());
  TRY_VOID(await(listener, "a connection to " + target.to_string()));
  const base::Fd accepted(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  const auto wanted = TRY(original_destination(accepted.get()));
  if (wanted == target) return {};
  return base::fail(
      ErrorKind::internal,
      "a connection to " + target.to_string() + " arrived as one to " + wanted.to_string());
}

base::Result<> expect_refused(int refusals, const Endpoint& target) {
  const auto client = client_for(target, SOCK_DGRAM);
  const auto address = to_socket_address(target);
  if (sendto(client.get(), "?", 1, 0, address.get(), address.size) == 1 || errno != EPERM)
    return base::fail(
        ErrorKind::internal, "a datagram to " + target.to_string() + " was not refused");
  TRY_VOID(await(refusals, "the record of a refused datagram"));
  std::array<char, 4096> record{};
  const auto size = recv(refusals, record.data(), record.size(), 0);
  const auto seen = parse_refusals({record.data(), static_cast<std::size_t>(size > 0 ? size : 0)});
  if (seen.size() == 1 && seen.front().destination == target) return {};
  return base::fail(ErrorKind::internal, "the record of a refused datagram tells something else");
}

// Addresses reserved for documentation: nobody is there.
base::Result<> capture_both_ways(std::string_view address) {
  const auto target = Endpoint::parse(address, 443).value();
  const auto listeners = TRY(enter_and_capture());
  TRY_VOID(expect_captured(listeners.tcp.get(), target));
  return expect_refused(listeners.refusals.get(), target);
}

base::Result<> capture_ipv4() { return capture_both_ways("192.0.2.1"); }
base::Result<> capture_ipv6() { return capture_both_ways("2001:db8::1"); }

base::Result<> capture_datagrams_too() {
  TRY_VOID(enter_and_capture());
  TRY_VOID(capture_datagrams({.ports = {443}}));
  return {};
}

Check to_check(std::string name, const base::Result<>& outcome, std::string success) {
  if (outcome) return {.name = std::move(name), .detail = std::move(success)};
  auto error = outcome.error();
  auto remedy = std::exchange(error.hint, {});
  return {
      .name = std::move(name),
      .status = Check::Status::error,
      .detail = error.to_string(),
      .remedy = std::move(remedy)};
}

}  // namespace

Check check_user_namespaces() {
  const auto* who = geteuid() == 0 ? "root can make them" : "an ordinary user can make them";
  return to_check("user namespaces", try_in_child(enter), who);
}

Check check_ruleset() {
  return to_check(
      "capture rules", try_in_child(load_rules), "nftables redirects, refuses and logs");
}

Check check_datagrams() {
  auto check = to_check(
      "udp", try_in_child(capture_datagrams_too), "rules with protocol = \"udp\" can be kept");
  if (check.status == Check::Status::ok) return check;
  check.status = Check::Status::warning;
  return check;
}

Check check_capture() {
  auto check = to_check(
      "capture", try_in_child(capture_ipv4),
      "connections are captured, datagrams are refused, IPv4 and IPv6");
  if (check.status != Check::Status::ok) return check;
  const auto ipv6 = try_in_child(capture_ipv6);
  if (ipv6) return check;
  check.status = Check::Status::warning;
  check.detail = "connections are captured with IPv4 alone: " + ipv6.error().to_string();
  check.remedy =
      "nothing leaves by IPv6 either way; to give sandboxes IPv6, enable it in the kernel";
  return check;
}

}  // namespace sandbox
