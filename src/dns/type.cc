// SPDX-License-Identifier: Apache-2.0
#include "dns/type.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dns {
namespace {

constexpr auto names = std::to_array<std::pair<Type, std::string_view>>({
    {Type::a, "A"},
    {Type::cname, "CNAME"},
    {Type::soa, "SOA"},
    {Type::ptr, "PTR"},
    {Type::hinfo, "HINFO"},
    {Type::mx, "MX"},
    {Type::txt, "TXT"},
    {Type::aaaa, "AAAA"},
    {Type::srv, "SRV"},
    {Type::naptr, "NAPTR"},
    {Type::opt, "OPT"},
    {Type::svcb, "SVCB"},
    {Type::https, "HTTPS"},
    {Type::ixfr, "IXFR"},
    {Type::axfr, "AXFR"},
    {Type::any, "ANY"},
    {Type::caa, "CAA"},
});

}  // namespace

std::string name_of(Type type) {
  const auto* const found =
      std::ranges::find(names, type, &std::pair<Type, std::string_view>::first);
  if (found != names.end()) return std::string(found->second);
  return "TYPE" + std::to_string(std::to_underlying(type));
}

std::optional<Type> type_named(std::string_view name) {
  const auto* const found =
      std::ranges::find(names, name, &std::pair<Type, std::string_view>::second);
  if (found == names.end()) return std::nullopt;
  return found->first;
}

}  // namespace dns
