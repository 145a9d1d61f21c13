// SPDX-License-Identifier: Apache-2.0
#pragma once
// Types of records, by number and by name.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dns {

enum class Type : std::uint16_t {
  a = 1,
  cname = 5,
  soa = 6,
  ptr = 12,
  hinfo = 13,
  mx = 15,
  txt = 16,
  aaaa = 28,
  srv = 33,
  naptr = 35,
  opt = 41,
  svcb = 64,
  https = 65,
  ixfr = 251,
  axfr = 252,
  any = 255,
  caa = 257,
};

/// "TXT"; "TYPE123" for one without a name here (RFC 3597, 5).
std::string name_of(Type type);
/// The type of a name in upper case; nothing for one that is not listed above.
std::optional<Type> type_named(std::string_view name);

}  // namespace dns
