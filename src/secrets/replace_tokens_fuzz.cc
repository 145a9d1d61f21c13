// SPDX-License-Identifier: Apache-2.0
// An answer of a token endpoint: whatever it is, no value of a token is in what goes on, and that
// can be read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "secrets/replace_tokens.h"

namespace {

constexpr std::string_view sentinel = "SENTINEL-0123456789";

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto replaced = secrets::replace_tokens(
      text, [](std::string_view member, std::string_view) -> std::optional<std::string> {
        if (member != "access_token") return std::nullopt;
        return std::string(sentinel);
      });
  if (!replaced) return 0;
  const auto again = secrets::replace_tokens(
      *replaced, [](std::string_view member, std::string_view value) -> std::optional<std::string> {
        require(member != "access_token" || value == sentinel);
        return std::nullopt;
      });
  require(again.has_value());
  return 0;
}
