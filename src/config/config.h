// SPDX-License-Identifier: Apache-2.0
#pragma once
// The effective configuration as values of the rooms that use it. Everything in it is checked;
// paths are absolute.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/origin.h"
#include "config/problem.h"
#include "config/value.h"
#include "policy/bypass.h"
#include "policy/decide.h"
#include "policy/pattern.h"
#include "policy/record_rule.h"
#include "redact/scanner.h"
#include "secrets/injector_rule.h"
#include "secrets/login_rule.h"
#include "secrets/placeholder_rule.h"
#include "secrets/source.h"

namespace config {

enum class Network { gateway, host, none };
enum class Visibility { hidden, readonly, readwrite };
/// What goes without a capability token.
enum class TokenNeed { never, credentials, always };
enum class OnFailure { stop, go_on };

/// A variable that the program gets, from outside the sandbox.
struct Variable {
  std::string name;
  secrets::Source source;
  base::Origin origin;
};

struct MountRule {
  std::string pattern;  // "~" not yet expanded
  Visibility mode = Visibility::readonly;
  base::Origin origin;
};

struct ConnectTo {
  policy::Pattern host;
  std::optional<std::uint16_t> port;  // of the host that was asked for; none: any
  std::string address;                // an IP address
  std::optional<std::uint16_t> address_port;
  base::Origin origin;
};

struct Proxy {
  bool mitm = true;
  std::uint16_t port = 0;
  std::vector<std::string> extra_env{};
  std::vector<std::string> extra_ca_env{};
  std::size_t max_log_body_bytes = 0;
};

struct Sandbox {
  std::optional<std::filesystem::path> base_path{};
  bool hide_env_files = true;
  Visibility config_visibility = Visibility::hidden;
  std::vector<std::string> env_passthrough{};
  std::vector<Variable> environment{};
  std::vector<MountRule> mounts{};
};

/// A host whose addresses are given.
struct FixedName {
  policy::Pattern host;
  std::vector<std::string> addresses{};  // IP addresses, at least one
};

struct NameServer {
  std::string address;  // an IP address
  std::uint16_t port = 0;
};

struct UpstreamLimits {
  std::chrono::milliseconds connect{};
  std::chrono::milliseconds handshake{};
  std::chrono::milliseconds first_byte{};
  std::chrono::milliseconds idle{};
  std::chrono::milliseconds write{};
  std::chrono::milliseconds tunnel_idle{};
  std::chrono::milliseconds udp_idle{};
  std::chrono::milliseconds keep_alive{};
  std::size_t connections_per_host = 0;  // 0: no limit
  std::size_t idle_per_host = 0;
};

struct Upstream {
  std::vector<std::filesystem::path> ca_files{};
  std::vector<ConnectTo> connect_to{};  // the first that matches counts
  std::vector<FixedName> resolve{};     // so too
  std::vector<NameServer> name_servers{};
  secrets::Source proxy{};      // of a URL; its value, if it has one, is well formed
  bool proxy_from_env = false;  // never with `proxy`
  policy::Bypass no_proxy{};
  UpstreamLimits limits{};
};

/// What must not leave.
struct Redaction {
  bool enabled = false;
  std::size_t max_scan_bytes = 0;  // so much of a body is held back until it was looked at
  redact::Settings settings{};
};

struct Config {
  Network network = Network::gateway;
  Proxy proxy{};
  policy::Policy policy;
  std::vector<policy::Pattern> log_skip{};  // an exchange that one of them matches is not logged
  std::vector<policy::RecordRule> record_rules{};
  std::vector<secrets::InjectorSpec> credentials{};
  std::vector<secrets::PlaceholderSpec> secrets{};
  std::vector<secrets::LoginSpec> logins{};
  TokenNeed token_need = TokenNeed::never;
  Redaction redaction{};
  Sandbox sandbox{};
  Upstream upstream{};
  OnFailure on_log_failure = OnFailure::stop;
};

/// `effective` passed the schema's check, layer by layer. What is wrong all the same (a pattern
/// that does not compile, two keys that contradict each other) is appended to `problems`; then
/// there is no configuration.
std::optional<Config> config_of(
    const Table& effective, const std::filesystem::path& home, Problems& problems);

}  // namespace config
