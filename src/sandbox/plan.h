// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything that is decided about a sandbox before anything is done: what the program sees, what
// is in its environment, which system calls it has, and what is run. Pure: the same input gives the
// same plan on any machine,
// `--dry-run` prints it, tests compare it as text, and to_bubblewrap() carries it out.

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sandbox/host.h"
#include "sandbox/view.h"

namespace sandbox {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

/// The certificate authority as programs inside have to know it.
struct TrustedAuthority {
  std::string directory;  // from make_certificate_directory()
};

enum class Visibility { hidden, read_only, read_write };
/// Which resolver /etc/resolv.conf names: lazaret's own, the host's, or none at all.
enum class Resolver { captured, host, none };

/// A mount rule of the configuration, after its pattern was matched with what is on the disk.
struct MountRule {
  std::string path;  // real path on the host
  bool is_directory = false;
  Visibility mode = Visibility::hidden;
};

struct PlanInput {
  std::string name;          // of the sandbox
  std::string project;       // real path; the same inside
  std::string home;          // the user's, as the host calls it
  std::string sandbox_home;  // the directory on the host that is the program's home
  User user;
  std::vector<std::string> command;
  std::map<std::string, std::string> host_environment{};
  Resolver resolver = Resolver::captured;
  std::optional<std::string> proxy_url{};
  std::optional<TrustedAuthority> authority{};  // none: TLS is not opened
  std::vector<std::string> extra_env{};         // further names for the proxy's URL
  std::vector<std::string> extra_ca_env{};      // further names for the bundle's path
  std::vector<std::string> env_passthrough{};
  std::map<std::string, std::string> environment{};  // from the configuration, resolved
  std::vector<MountRule> mount_rules{};
  std::vector<std::string> env_files{};         // those to hide, see env_files.h
  std::vector<std::string> own_paths{};         // directories of lazaret itself: never visible
  std::optional<std::string> project_config{};  // the path of .lazaret.toml, where there is one
  Visibility config_visibility = Visibility::hidden;
  bool user_namespaces = false;                  // may the program make sandboxes of its own?
  std::map<std::string, std::string> dummies{};  // variables that are set unless another has them
  std::optional<std::string> git_answer{};  // what git is told when it asks for a password: a dummy
                                            // without quotes
  HostFacts host{};
};

struct Variable {
  std::string name;
  std::string value;
  bool is_private = false;  // from the configuration or passed through: its value is not printed
  bool operator==(const Variable&) const = default;
};

struct Plan {
  std::string name;
  User user;
  std::string directory;      // where the program starts
  std::vector<Mount> mounts;  // in the order they are made
  std::vector<Variable> environment;
  std::vector<std::string> command;
  bool user_namespaces = false;
};

/// Refuses a project that cannot be shown safely or at all: `invalid`, with what to do instead.
base::Result<Plan> make_plan(const PlanInput& input);

/// The plan as a person reads it, for `--dry-run`. Private values and the text of files are left
/// out.
std::string to_text(const Plan& plan);

/// The path that names the bundle inside.
inline constexpr std::string_view bundle_path = "/etc/ssl/certs/ca-certificates.crt";
/// The path that names our own authority inside.
inline constexpr std::string_view authority_path = "/etc/ssl/certs/lazaret-ca.crt";

}  // namespace sandbox
