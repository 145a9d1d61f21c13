// SPDX-License-Identifier: Apache-2.0
#pragma once
// For the tests of this folder: names as they stand on the wire.

#include <string>
#include <string_view>

#include "dns/wire.h"

namespace dns::test {

inline std::string wire(std::string_view name) {
  std::string out;
  append_name(out, name);
  return out;
}

}  // namespace dns::test
