// SPDX-License-Identifier: Apache-2.0
#pragma once
// The requests that a secret is for: hosts, schemes, ports, methods and paths.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/pattern.h"
#include "policy/target.h"

namespace secrets {

/// As it was written.
struct ReachSpec {
  std::vector<std::string> hosts{};    // exact, or a glob when it has any of * ? [ {; none: nowhere
  std::vector<std::string> schemes{};  // default: https, and http where plaintext is allowed
  bool allow_plaintext = false;
  std::vector<std::uint16_t> ports{};  // default: the scheme's own
  std::vector<std::string> methods{};  // default: all
  std::vector<std::string> paths{};    // patterns (policy::Scope::path); default: all
};

class Reach {
public:
  /// Nowhere.
  Reach() = default;

  /// The error says what is wrong with which part.
  static base::Result<Reach> compile(const ReachSpec& spec);

  /// That the server's certificate was verified is not known here.
  bool covers(const policy::Target& target) const;
  /// Why it does not cover the request, as the end of a sentence ("is not for api.example.com");
  /// empty when it does.
  std::string why_not(const policy::Target& target) const;
  /// Its host, whatever the rest of the request.
  bool has_host(std::string_view host) const;

  const std::vector<policy::Pattern>& hosts() const { return hosts_; }
  /// False only when no request can be in both, the host aside.
  bool overlaps_beside_host(const Reach& other) const;
  /// False only when no request can be in both.
  bool overlaps(const Reach& other) const;

private:
  bool has_scheme(std::string_view scheme) const;
  bool has_port(const policy::Target& target) const;
  bool has_method(std::string_view method) const;
  bool has_path(std::string_view path) const;

  std::vector<policy::Pattern> hosts_;
  std::vector<std::string> schemes_;
  std::vector<std::uint16_t> ports_;
  std::vector<std::string> methods_;
  std::vector<policy::Pattern> paths_;
};

}  // namespace secrets
