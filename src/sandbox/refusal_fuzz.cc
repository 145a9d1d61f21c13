// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "sandbox/refusals.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view datagram(reinterpret_cast<const char*>(data), size);
  for (const auto& refusal : sandbox::parse_refusals(datagram))
    if (refusal.to_string().empty()) std::abort();
  return 0;
}
