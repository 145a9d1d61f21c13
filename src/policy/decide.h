// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rules in order, the first match wins, then the default. The floor comes before all others and
// only blocks.
//
// A policy is immutable: build it once, share it between threads, swap it whole. Rules are indexed
// by host name, so a decision looks only at rules that could match its host.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/loose.h"
#include "policy/rule.h"
#include "policy/target.h"

namespace policy {

/// What happens to a request that no rule matches, and who says so ("profile balanced",
/// "config.toml:3").
struct Default {
  Action action = Action::block;
  std::string origin{};
};

class Policy {
public:
  /// `invalid` when a floor rule does anything but block.
  static base::Result<Policy> create(
      std::vector<Rule> floor, std::vector<Rule> rules, Default otherwise);

  Policy(Policy&&) = default;
  Policy& operator=(Policy&&) = default;

  std::span<const Rule> floor() const { return std::span(rules_).first(floor_size_); }
  std::span<const Rule> rules() const { return std::span(rules_).subspan(floor_size_); }
  const Default& otherwise() const { return otherwise_; }

  /// Another one for each policy that was created, the later the higher; a move keeps it.
  std::uint64_t number() const { return number_; }

  /// The first rule, floor included, that reaches `host` and that `matches`; null when there is
  /// none. The pointer lives as long as the policy, also after a move.
  template <class Predicate>
  const Rule* first(std::string_view host, Predicate matches) const;

private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Positions = std::vector<std::size_t>;  // ascending
  using Index = std::unordered_map<std::string, Positions, Hash, std::equal_to<>>;

  Policy(std::vector<Rule> rules, std::size_t floor_size, Default otherwise);
  void add_to_index(std::size_t position);

  std::vector<Rule> rules_;  // the floor first
  std::size_t floor_size_;
  std::uint64_t number_;
  Default otherwise_;
  Index by_name_;      // hosts spelt out
  Index by_suffix_;    // "*.example.com" under ".example.com"
  Positions unnamed_;  // any other host pattern, or none
};

struct Decision {
  Action action = Action::block;
  const Rule* rule = nullptr;  // null: the default
  std::string reason{};        // a sentence, for the log and for whoever was refused
};

/// Servers read a path more or less strictly: they merge slashes, decode `%2F`, leave out what is
/// behind a semicolon (fold_path), or forget about case and what stands at the end (loosen_path).
/// Rules that block or ask match any of these readings, rules that allow only the path as it is
/// sent.
Decision decide(const Policy& policy, const Target& target);

enum class ConnectionKind {
  tunnel,   // TLS that stays closed
  raw_tcp,  // neither HTTP nor TLS
};

/// For bytes nobody reads: only host and port are known (and, for a tunnel, the scheme https).
/// A rule that cannot be checked on them does not allow, but blocks and asks; allowing raw TCP
/// takes a rule that names the port.
Decision decide_connection(
    const Policy& policy, std::string_view host, std::uint16_t port, ConnectionKind kind);

/// For datagrams, which nobody reads either. Allowing takes a rule with `protocol = "udp"` that
/// names host and port; no default does, and what blocks or asks about anything there blocks.
Decision decide_datagrams(const Policy& policy, std::string_view host, std::uint16_t port);

/// Whether any request, connection or datagram to the host might be allowed or asked about.
bool could_allow(const Policy& policy, std::string_view host);
/// The same of a TCP connection.
bool could_allow(const Policy& policy, std::string_view host, std::uint16_t port);

/// Whether TLS to that place stays closed: the first rule about the connection decides.
bool passthrough(const Policy& policy, std::string_view host, std::uint16_t port);

/// Whether a rule about the protocol (TCP, when it names none) with `allow_private` names the host
/// (and the port, if it has any).
bool private_allowed(
    const Policy& policy,
    std::string_view host,
    std::uint16_t port,
    Protocol protocol = Protocol::tcp);

template <class Predicate>
const Rule* Policy::first(std::string_view host, Predicate matches) const {
  std::size_t best = rules_.size();
  const auto look_through = [&](const Positions& positions) {
    for (const std::size_t position : positions) {
      if (position >= best) return;
      const Rule& rule = rules_[position];
      if (rule.reaches(host) && matches(rule)) best = position;
    }
  };
  const auto look_up = [&](const Index& index, std::string_view key) {
    if (const auto found = index.find(key); found != index.end()) look_through(found->second);
  };
  look_up(by_name_, host);
  for (auto dot = host.find('.'); dot != std::string_view::npos; dot = host.find('.', dot + 1)) {
    look_up(by_suffix_, host.substr(dot));
  }
  look_through(unnamed_);
  return best < rules_.size() ? &rules_[best] : nullptr;
}

}  // namespace policy
