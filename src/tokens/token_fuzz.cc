// SPDX-License-Identifier: Apache-2.0
// The bytes are a token, or the text of one with discharges. What is read is written again as the
// same bytes; describing, judging and narrowing it never fail; and no such token is signed with a
// key that it does not know.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tokens/describe.h"
#include "tokens/mint.h"
#include "tokens/verify.h"

namespace {

using namespace tokens;

void require(bool holds) {
  if (!holds) std::abort();
}

const KeyRing& ring() {
  static const KeyRing ring = [] {
    KeyRing made;
    require(made.add({.id = "primary", .secret = base::Secret(std::string(32, 'k')), .created = {}})
                .has_value());
    return made;
  }();
  return ring;
}

const Context& context() {
  static const Context context{
      .host = "a.test", .method = "GET", .path = "/", .now = base::WallTime{}, .port = 443};
  return context;
}

void check(const Token& token, std::string_view bytes) {
  require(encode(token) == bytes);
  require(parse(to_text(token)).has_value() || to_text(token).size() > 8192);
  require(describe(token).find('\x1b') == std::string::npos);
  const auto narrower = attenuate(token, {Caveat(SingleUse{})});
  require(!narrower || decode(encode(*narrower)).value() == *narrower);
}

/// Signed anew with a key that is known, so that its caveats are looked at.
void judge_as_ours(Token token) {
  token.nonce.key_id = "primary";
  token.nonce.is_discharge = false;
  const auto made = mint(ring().keys().front(), token.nonce.random, token.caveats);
  if (!made) return;
  const auto verdict = verify({*made, {token}}, ring(), context());
  const auto* refusal = std::get_if<Refusal>(&verdict);
  require(refusal == nullptr || !refusal->reason.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto token = decode(input)) {
    check(*token, input);
    require(!std::holds_alternative<Permit>(verify({*token}, ring(), context())));
    judge_as_ours(*token);
  }
  if (const auto presented = parse_presented(input))
    require(!std::holds_alternative<Permit>(verify(*presented, ring(), context())));
  return 0;
}
