// SPDX-License-Identifier: Apache-2.0
#include "sandbox/system_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "sandbox/certificate_directory.h"
#include "sandbox/environment.h"
#include "sandbox/git_askpass.h"

namespace sandbox {
namespace {

constexpr std::string_view nameserver = "10.0.2.3";
constexpr std::string_view certificate_directory = "/etc/ssl/certs";

// What /proc shows or lets root of the machine do, that neither a container nor a sandbox should.
constexpr std::array proc_files = {"/proc/kcore",         "/proc/keys",        "/proc/kpagecount",
                                   "/proc/kpageflags",    "/proc/kpagecgroup", "/proc/timer_list",
                                   "/proc/latency_stats", "/proc/sched_debug", "/proc/vmallocinfo",
                                   "/proc/slabinfo",      "/proc/mtrr"};
constexpr std::array proc_directories = {"/proc/acpi", "/proc/asound", "/proc/scsi", "/proc/fs"};

// Files of /etc that hold keys or passwords, whatever their permissions say.
constexpr std::array secret_files = {
    "/etc/shadow",          "/etc/shadow-",         "/etc/gshadow",       "/etc/gshadow-",
    "/etc/sudoers",         "/etc/krb5.keytab",     "/etc/apt/auth.conf", "/etc/machine-info",
    "/etc/docker/key.json", "/etc/security/opasswd"};
constexpr std::array secret_directories = {
    "/etc/sudoers.d",
    "/etc/ssl/private",
    "/etc/pki/tls/private",
    "/etc/NetworkManager",
    "/etc/wpa_supplicant",
    "/etc/wireguard",
    "/etc/openvpn",
    "/etc/ipsec.d",
    "/etc/apt/auth.conf.d",
    "/etc/kubernetes",
    "/etc/rancher",
    "/etc/letsencrypt",
    "/etc/credstore",
    "/etc/credstore.encrypted",
    "/etc/cni"};

// The files of /etc that a sandbox always has of its own.
constexpr std::array replaced = {"/etc/passwd",   "/etc/group",       "/etc/hosts",
                                 "/etc/hostname", "/etc/resolv.conf", "/etc/nsswitch.conf"};

// Where distributions keep the bundle of roots.
constexpr std::array bundles = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"};

// A colon or a line break would start another field or user.
std::string field(const std::string& text, const char* otherwise) {
  return text.find_first_of(":\n") == std::string::npos ? text : otherwise;
}

std::string passwd(const PlanInput& input, const std::string& home) {
  auto shell = input.host_environment.find("SHELL");
  auto user = fmt::format(
      "{}:x:{}:{}::{}:{}\n", field(input.user.name, "user"), input.user.uid, input.user.gid,
      field(home, "/"),
      shell == input.host_environment.end() ? "/bin/sh" : field(shell->second, "/bin/sh"));
  auto root = input.user.uid == 0 ? "" : "root:x:0:0:root:/root:/bin/sh\n";
  return root + user + "nobody:x:65534:65534:nobody:/nonexistent:/bin/false\n";
}

std::string group(const PlanInput& input) {
  auto own = input.user.gid == 0
                 ? std::string()
                 : fmt::format("{}:x:{}:\n", field(input.user.name, "user"), input.user.gid);
  return "root:x:0:\n" + own + "nogroup:x:65534:\n";
}

std::string hosts(const PlanInput& input) {
  return "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 " +
         hostname_of(input) + "\n";
}

std::string resolv_conf(const PlanInput& input) {
  switch (input.resolver) {
    case Resolver::captured:
      return fmt::format("nameserver {}\noptions timeout:10 attempts:1\n", nameserver);
    case Resolver::host:
      return input.host.resolv_conf;
    case Resolver::none:
      break;
  }
  return "";
}

std::string text_of(std::string_view path, const PlanInput& input, const std::string& home) {
  if (path == "/etc/passwd") return passwd(input, home);
  if (path == "/etc/group") return group(input);
  if (path == "/etc/hosts") return hosts(input);
  if (path == "/etc/hostname") return hostname_of(input) + "\n";
  if (path == "/etc/resolv.conf") return resolv_conf(input);
  return "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nnetworks: files\n"
         "protocols: files\nservices: files\nethers: files\nrpc: files\n";
}

Mount entry(
    const Entry& entry,
    const std::string& source,
    const std::string& destination,
    const char* why) {
  if (entry.target.empty())
    return {.kind = MountKind::read_only, .destination = destination, .source = source, .why = why};
  return {
      .kind = MountKind::symlink, .destination = destination, .source = entry.target, .why = why};
}

bool is_private(const PlanInput& input, const std::string& path) {
  return std::ranges::find(input.host.not_public, path, &Entry::name) !=
         input.host.not_public.end();
}

bool is_replaced(std::string_view path) {
  return std::ranges::find(replaced, path) != replaced.end();
}

// Whether everything that is mounted into /etc has a place there.
bool has_all_of_etc(const PlanInput& input) {
  const auto& host = input.host;
  auto has_place = [&](const char* path) {
    return !is_within(host.real(path), "/etc") || host.kind_of(path) == FileKind::file;
  };
  bool has_roots = host.kind_of(certificate_directory) == FileKind::directory;
  return std::ranges::all_of(replaced, has_place) && (has_roots || !input.authority);
}

// A read-only /etc has no room for a file the host lacks, so then it is put together entry by
// entry.
void assemble_etc(View& view, const PlanInput& input) {
  view.add({.kind = MountKind::tmpfs, .destination = "/etc", .why = "system configuration"});
  for (const auto& item : input.host.etc) {
    auto path = "/etc/" + item.name;
    if (!is_private(input, path) && !is_replaced(path))
      view.add(entry(item, path, path, "system configuration"));
  }
}

void hide_secrets(View& view, const PlanInput& input) {
  for (const auto& item : input.host.not_public)
    view.hide(item.name, item.is_directory, "not public");
  for (const char* path : secret_files)
    if (input.host.kind_of(path) == FileKind::file)
      view.hide(input.host.real(path), false, "secret");
  for (const char* path : secret_directories)
    if (input.host.kind_of(path) == FileKind::directory)
      view.hide(input.host.real(path), true, "secret");
}

// The kernel lets the user number 0 read and write in /proc what others may not
// (/proc/sys/kernel/core_pattern names a program that the host runs), also without any capability.
// So root's is read-only, and partly empty.
void add_proc(View& view, const PlanInput& input) {
  bool is_root = input.user.uid == 0;
  view.add(
      {.kind = is_root ? MountKind::read_only_proc : MountKind::proc,
       .destination = "/proc",
       .why = "processes of the sandbox"});
  if (!is_root) return;
  for (const char* path : proc_files)
    if (input.host.kind_of(path) != FileKind::absent)
      view.add({.kind = MountKind::data, .destination = path, .mode = 0444, .why = "kernel"});
  for (const char* path : proc_directories)
    if (input.host.kind_of(path) != FileKind::absent)
      view.add({.kind = MountKind::tmpfs, .destination = path, .mode = 0555, .why = "kernel"});
}

}  // namespace

const std::vector<std::string>& looked_at() {
  static const std::vector<std::string> paths = [] {
    std::vector<std::string> all = {std::string(certificate_directory)};
    auto append = [&](const auto& list) { all.insert(all.end(), list.begin(), list.end()); };
    append(replaced);
    append(bundles);
    append(secret_files);
    append(secret_directories);
    append(proc_files);
    append(proc_directories);
    return all;
  }();
  return paths;
}

std::string hostname_of(const PlanInput& input) {
  std::string name;
  for (char c : input.name.substr(0, 63))
    name += base::is_alpha(c) || base::is_digit(c) ? c : '-';
  auto last = name.find_last_not_of('-');
  auto first = name.find_first_not_of('-');
  return first == std::string::npos ? "lazaret" : name.substr(first, last - first + 1);
}

void add_system(View& view, const PlanInput& input) {
  for (const auto& root : input.host.roots)
    view.add(entry(root, root.name, root.name, "programs and libraries"));
  add_proc(view, input);
  view.add({.kind = MountKind::dev, .destination = "/dev", .why = "minimal devices"});
  for (const char* path : {"/tmp", "/var/tmp"})
    view.add(
        {.kind = MountKind::tmpfs, .destination = path, .mode = 01777, .why = "temporary files"});
  view.add({.kind = MountKind::tmpfs, .destination = "/run", .why = "runtime files"});
  if (input.git_answer) view.add(git_askpass(*input.git_answer));
  view.add(
      {.kind = MountKind::tmpfs,
       .destination = runtime_directory(input.user),
       .mode = 0700,
       .why = "runtime files of the user"});
  view.add(
      {.kind = MountKind::symlink,
       .destination = "/var/run",
       .source = "/run",
       .why = "runtime files"});
}

void add_etc(View& view, const PlanInput& input, const std::string& home) {
  bool is_complete = has_all_of_etc(input);
  if (is_complete) {
    view.add(
        {.kind = MountKind::read_only,
         .destination = "/etc",
         .source = "/etc",
         .why = "system configuration"});
  } else {
    assemble_etc(view, input);
  }
  hide_secrets(view, input);
  for (const char* path : replaced)
    view.add(
        {.kind = MountKind::data,
         .destination = is_complete ? input.host.real(path) : path,
         .source = text_of(path, input, home),
         .mode = 0444,
         .why = "made for the sandbox"});
}

void add_authority(View& view, const PlanInput& input) {
  if (!input.authority) return;
  const auto& authority = *input.authority;
  auto add_file = [&](std::string path) {
    view.add(
        {.kind = MountKind::read_only,
         .destination = std::move(path),
         .source = fmt::format("{}/{}", authority.directory, bundle_name),
         .why = "roots and our authority"});
  };
  auto directory = input.host.real(certificate_directory);
  view.add(
      {.kind = MountKind::read_only,
       .destination = directory,
       .source = authority.directory,
       .why = "roots and our authority"});
  if (input.host.kind_of(certificate_directory) == FileKind::directory)
    view.add(
        {.kind = MountKind::read_only,
         .destination = std::string(host_certificates),
         .source = directory,
         .why = "the host's roots"});
  for (const char* path : bundles)
    if (input.host.kind_of(path) == FileKind::file && !is_within(input.host.real(path), directory))
      add_file(input.host.real(path));
}

}  // namespace sandbox
