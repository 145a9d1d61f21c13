// SPDX-License-Identifier: Apache-2.0
// Whatever a server says, what is taken from it fits into a field and has an end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "secrets/jwt.h"
#include "secrets/token_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::chrono_literals;
  if (size == 0) return 0;
  const base::WallTime now{1'800'000'000s};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const secrets::TokenAnswer answer{.status = 200 + data[0], .body = base::Secret(text)};
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7F; };
  if (const auto token = secrets::read_oauth2_answer(answer, now)) {
    if (token->token.empty() || !std::ranges::all_of(token->token.reveal(), is_visible))
      std::abort();
    if (!std::ranges::all_of(token->refresh_token.reveal(), is_visible)) std::abort();
    if (token->expires < now || token->expires > now + 24h * 3700) std::abort();
  }
  static_cast<void>(secrets::expiry_of_jwt(text));
  return 0;
}
