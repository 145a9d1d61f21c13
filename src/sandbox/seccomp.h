// SPDX-License-Identifier: Apache-2.0
#pragma once
// The system calls a sandboxed program does not have. Everything else is allowed: namespaces and
// missing capabilities do most of the work, the filter closes what they leave open and keeps large
// rarely used parts of the kernel away.
//
//   terminal      TIOCSTI and TIOCLINUX: typing into the terminal of somebody else
//   mounts        the old and the new interface, chroot, pivot_root
//   namespaces    making and entering them (unless the plan allows user namespaces); clone3 is
//   ENOSYS, because a filter
//                 cannot look into its argument, and the C library then uses clone
//   kernel        modules, kexec, bpf, perf, keyrings, userfaultfd, io_uring, swap, clocks, quotas,
//   accounting sockets       Unix, IPv4, IPv6 and netlink's routing family; no raw sockets other
//   ABIs    x32 and 32-bit programs: ENOSYS, because their calls would need a filter of their own
//
// ptrace and process_vm_readv stay, so that debuggers work: the process namespace leaves them only
// the program's own processes, and init cannot be traced.

#include <string_view>

namespace sandbox {

enum class UserNamespaces { refused, allowed };

/// The filter as the kernel's BPF program, for `bwrap --seccomp`: compiled by filter/filter.cc when
/// lazaret was built.
std::string_view seccomp_filter(UserNamespaces user_namespaces);

}  // namespace sandbox
