// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a record says, taken apart and put together anew: MX, TXT (RFC 1035, 7505), SRV (RFC 2782),
// NAPTR (RFC 3403), SVCB and HTTPS (RFC 9460), CAA (RFC 8659). Nothing that is not understood goes
// into the sandbox.

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "dns/type.h"

namespace dns {

/// Whether `rebuild_data` knows the type.
bool can_rebuild(Type type);

/// Why there is no data.
enum class Unfit {
  malformed,  // the whole message is not to be trusted
  withheld,   // this record is of no use inside: it needs something that is taken out of it, or
              // names what no host can be called
};

/// The data of the record at `begin`, without compression, names in lower case.
/// `can_rebuild(type)`.
///
/// Of SVCB and HTTPS stay priority, target, `port` and the protocols of `alpn` that the gateway
/// speaks. The hints of addresses go, because inside a name has other addresses; `ech` goes,
/// because a hello that only the server can read cannot be judged; so does every other parameter.
std::expected<std::string, Unfit> rebuild_data(
    Type type, std::string_view message, std::size_t begin, std::size_t size);

}  // namespace dns
