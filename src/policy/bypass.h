// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hosts that are reached without the proxy: `no_proxy`, with the conventions of NO_PROXY.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/address.h"
#include "policy/pattern.h"

namespace policy {

class Bypass {
public:
  /// "name": itself and all names below it; ".name": those below it; a glob ("*.name", "*"); an
  /// address; a network ("10.0.0.0/8"). All but globs and networks may end in ":port". `invalid`
  /// for anything else; then nothing is added.
  base::Result<> add(std::string_view text);

  /// `host` is normalised.
  bool matches(std::string_view host, std::uint16_t port) const;
  /// Whether a network or an address of the list holds it, for a name that has this address here.
  bool holds(const Address& address, std::uint16_t port) const;
  bool empty() const { return names_.empty() && globs_.empty() && networks_.empty(); }

private:
  struct Name {
    std::string name;
    bool itself = true;
    std::optional<std::uint16_t> port{};
  };
  struct Network {
    Address address;
    unsigned bits = 0;
    std::optional<std::uint16_t> port{};
  };
  base::Result<> add_network(std::string_view text, std::size_t slash);

  std::vector<Name> names_;
  std::vector<Pattern> globs_;
  std::vector<Network> networks_;
};

}  // namespace policy
