// SPDX-License-Identifier: Apache-2.0
#include "sandbox/launch.h"

#include <sys/socket.h>

#include "sandbox/bubblewrap.h"
#include "sandbox/covers.h"
#include "sandbox/descriptors.h"
#include "sandbox/init_image.h"
#include "sandbox/mount_points.h"
#include "sandbox/seccomp.h"

namespace sandbox {
namespace {

struct ControlPair {
  base::Fd host;
  base::Fd inside;
};

base::Result<ControlPair> open_control() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return base::fail_errno("open a control socket");
  return ControlPair{.host = base::Fd(ends[0]), .inside = base::Fd(ends[1])};
}

}  // namespace

base::Result<Started> launch(
    Warden& warden, Plan plan, const std::string& bubblewrap, Streams streams) {
  TRY_VOID(make_mount_points(plan));
  auto covers = take_covers(plan.mounts);
  const auto filter =
      seccomp_filter(plan.user_namespaces ? UserNamespaces::allowed : UserNamespaces::refused);
  bool is_foreground = !streams.session || streams.session->is_interactive;
  auto told = to_bubblewrap(
      plan, bubblewrap, filter, init_image(),
      {.descriptor = streams.terminal, .is_foreground = is_foreground});

  auto control = TRY(open_control());
  Command command{
      .argv = std::move(told.argv),
      .environment = {},
      .covers = std::move(covers),
      .in = std::move(streams.program[0]),
      .out = std::move(streams.program[1]),
      .err = std::move(streams.program[2]),
      .files = TRY(to_descriptors(told.contents))};
  command.files.push_back(std::move(control.inside));
  auto launched = TRY(warden.launch(std::move(command)));
  return Started{
      .pid = launched.pid,
      .control = std::move(control.host),
      .session = std::move(streams.session)};
}

}  // namespace sandbox
