// SPDX-License-Identifier: Apache-2.0
// Any text is read to its end, and a variable that is written back in single quotes is read again.

#include <cstdint>
#include <cstdlib>

#include "secrets/env_file.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string again;
  const auto variables = secrets::parse_env_file(text);
  std::size_t kept = 0;
  for (const auto& variable : variables) {
    require(!variable.name.empty() && variable.value.size() <= size);
    if (variable.value.reveal().contains('\'')) continue;
    again += variable.name + "='" + std::string(variable.value.reveal()) + "'\n";
    ++kept;
  }
  require(secrets::parse_env_file(again).size() == kept);
  return 0;
}
