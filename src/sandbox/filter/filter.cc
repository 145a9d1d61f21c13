// SPDX-License-Identifier: Apache-2.0
// Compiles the system call filter (sandbox/seccomp.h says what is in it) while lazaret is built: a
// start would spend more than a millisecond on it, every time with the same result.
//
//   filter refused|allowed    writes the kernel's BPF program to standard output; the word says
//                             whether the program may make user namespaces

#include <linux/sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace {

constexpr std::array kernel_calls = {
    "acct",
    "add_key",
    "bpf",
    "clock_adjtime",
    "clock_settime",
    "delete_module",
    "fanotify_init",
    "finit_module",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "nfsservctl",
    "open_by_handle_at",
    "perf_event_open",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "settimeofday",
    "swapoff",
    "swapon",
    "syslog",
    "uselib",
    "userfaultfd",
    "vhangup"};

constexpr std::array mount_calls = {
    "chroot",     "fsconfig",  "fsmount",    "fsopen", "fspick", "mount",  "mount_setattr",
    "move_mount", "open_tree", "pivot_root", "setns",  "umount", "umount2"};

constexpr std::array<unsigned, 8> namespace_flags = {CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
                                                     CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
                                                     CLONE_NEWNET, CLONE_NEWTIME};

struct Release {
  void operator()(void* context) const { seccomp_release(context); }
};

// Collects rules; the first failure stays.
class Filter {
public:
  Filter() : context_(seccomp_init(SCMP_ACT_ALLOW)) {
    if (!context_) {
      failure_ = -ENOMEM;
      return;
    }
    note(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
    note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0));
    note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
  }

  /// Answers the call with `error` when all conditions hold. A call this machine does not know
  /// needs no rule.
  void refuse(const char* call, int error, std::initializer_list<scmp_arg_cmp> conditions = {}) {
    int number = seccomp_syscall_resolve_name(call);
    if (failure_ != 0 || number == __NR_SCMP_ERROR) return;
    note(seccomp_rule_add_array(
        context_.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), number,
        static_cast<unsigned>(conditions.size()), conditions.begin()));
  }

  /// 0, or what went wrong as a negative errno.
  int write_to(int descriptor) const {
    return failure_ != 0 ? failure_ : seccomp_export_bpf(context_.get(), descriptor);
  }

private:
  void note(int result) {
    if (failure_ == 0 && result < 0) failure_ = result;
  }

  std::unique_ptr<void, Release> context_;
  int failure_ = 0;
};

// The kernel looks at the lower half of these arguments only, so the upper half must not hide a
// match.
scmp_arg_cmp has_bits(unsigned argument, std::uint64_t mask, std::uint64_t bits) {
  return {argument, SCMP_CMP_MASKED_EQ, mask, bits};
}
scmp_arg_cmp is_word(unsigned argument, std::uint64_t value) {
  return has_bits(argument, 0xffffffff, value);
}
scmp_arg_cmp compares(unsigned argument, scmp_compare how, std::uint64_t value) {
  return {argument, how, value, 0};
}

void refuse_namespaces(Filter& filter) {
  for (std::uint64_t flag : namespace_flags) {
    filter.refuse("unshare", EPERM, {has_bits(0, flag, flag)});
    // In clone this bit is part of the signal's number.
    if (flag != CLONE_NEWTIME) filter.refuse("clone", EPERM, {has_bits(0, flag, flag)});
  }
  filter.refuse("clone3", ENOSYS);
}

void refuse_terminal_injection(Filter& filter) {
  filter.refuse("ioctl", EPERM, {is_word(1, TIOCSTI)});
  filter.refuse("ioctl", EPERM, {is_word(1, TIOCLINUX)});
}

// Known families only. A family with anything in its upper half is greater than every known one.
void refuse_sockets(Filter& filter) {
  for (const char* call : {"socket", "socketpair"}) {
    for (std::uint64_t family = AF_UNSPEC + 1; family < AF_NETLINK; ++family)
      if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
        filter.refuse(call, EPERM, {compares(0, SCMP_CMP_EQ, family)});
    filter.refuse(call, EPERM, {compares(0, SCMP_CMP_GT, AF_NETLINK)});
    filter.refuse(call, EPERM, {compares(0, SCMP_CMP_EQ, AF_NETLINK), compares(2, SCMP_CMP_NE, 0)});
    for (std::uint64_t family : {AF_INET, AF_INET6})
      for (std::uint64_t type : {SOCK_RAW, SOCK_PACKET})
        filter.refuse(call, EPERM, {compares(0, SCMP_CMP_EQ, family), has_bits(1, 0xf, type)});
  }
}

// Only PER_LINUX, its 32-bit twin, UNAME26 and the switch for address randomisation (debuggers) can
// be set; 0xffffffff asks for the present value.
void refuse_personalities(Filter& filter) {
  constexpr auto allowed = std::uint64_t{PER_LINUX32} | UNAME26 | ADDR_NO_RANDOMIZE;
  constexpr std::uint64_t top = 1ULL << 31U;
  for (unsigned shift = 0; shift < 31; ++shift) {
    std::uint64_t bit = 1ULL << shift;
    filter.refuse("personality", EPERM, {has_bits(0, top | bit, top)});
    if ((allowed & bit) == 0) filter.refuse("personality", EPERM, {has_bits(0, top | bit, bit)});
  }
}

void refuse_all(Filter& filter, bool user_namespaces) {
  for (const char* call : kernel_calls)
    filter.refuse(call, EPERM);
  if (!user_namespaces) {
    for (const char* call : mount_calls)
      filter.refuse(call, EPERM);
    refuse_namespaces(filter);
  }
  refuse_terminal_injection(filter);
  refuse_sockets(filter);
  refuse_personalities(filter);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view word = argc == 2 ? argv[1] : "";
  if (word != "refused" && word != "allowed") {
    std::fputs("filter refused|allowed\n", stderr);
    return 2;
  }
  Filter filter;
  refuse_all(filter, word == "allowed");
  const int error = filter.write_to(STDOUT_FILENO);
  if (error != 0) std::fprintf(stderr, "no system call filter: %s\n", std::strerror(-error));
  return error == 0 ? 0 : 1;
}
