// SPDX-License-Identifier: Apache-2.0
#include "policy/bypass.h"

#include <algorithm>

#include "base/text.h"
#include "policy/normalise.h"

namespace policy {
namespace {

using base::ErrorKind;
using base::fail;

bool shares_prefix(const Address& a, const Address& b, unsigned bits) {
  if (a.is_ipv6() != b.is_ipv6()) return false;
  const std::size_t whole = bits / 8;
  if (!std::ranges::equal(a.bytes().first(whole), b.bytes().first(whole))) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> bits % 8);
  return (a.bytes()[whole] & mask) == (b.bytes()[whole] & mask);
}

bool is_below(std::string_view host, std::string_view name) {
  return host.size() > name.size() + 1 && host.ends_with(name) &&
         host[host.size() - name.size() - 1] == '.';
}

}  // namespace

base::Result<> Bypass::add_network(std::string_view text, std::size_t slash) {
  auto host = text.substr(0, slash);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  const auto bits = base::parse_number(text.substr(slash + 1));
  if (!address || !bits || *bits > (address->is_ipv6() ? 128 : 32)) {
    return fail(
        ErrorKind::invalid, "the network cannot be read", "write 10.0.0.0/8 or 2001:db8::/32");
  }
  networks_.push_back({.address = *address, .bits = static_cast<unsigned>(*bits)});
  return {};
}

base::Result<> Bypass::add(std::string_view text) {
  if (const auto slash = text.find('/'); slash != std::string_view::npos)
    return add_network(text, slash);
  if (text.find_first_of("*?") != std::string_view::npos) {
    globs_.push_back(TRY(Pattern::compile(text, Scope::host, PatternType::glob)));
    return {};
  }
  Name entry{.name = {}, .itself = !text.starts_with('.')};
  if (!entry.itself) text.remove_prefix(1);
  const auto unbracketed = normalise_host(text);
  auto authority =
      unbracketed ? Authority{*unbracketed, {}} : TRY(split_authority(text));  // "::1" has no port
  entry.port = authority.port;
  if (const auto address = parse_address(authority.host)) {
    if (!entry.itself) return fail(ErrorKind::invalid, "an address has nothing below it");
    networks_.push_back(
        {.address = *address, .bits = address->is_ipv6() ? 128U : 32U, .port = authority.port});
    return {};
  }
  entry.name = std::move(authority.host);
  names_.push_back(std::move(entry));
  return {};
}

bool Bypass::matches(std::string_view host, std::uint16_t port) const {
  const auto named = [&](const Name& each) {
    if (each.port && *each.port != port) return false;
    return (each.itself && host == each.name) || is_below(host, each.name);
  };
  if (std::ranges::any_of(names_, named)) return true;
  if (std::ranges::any_of(globs_, [&](const Pattern& each) { return each.matches(host); }))
    return true;
  const auto address = parse_address(host);
  return address && holds(*address, port);
}

bool Bypass::holds(const Address& address, std::uint16_t port) const {
  return std::ranges::any_of(networks_, [&](const Network& each) {
    return (!each.port || *each.port == port) && shares_prefix(each.address, address, each.bits);
  });
}

}  // namespace policy
