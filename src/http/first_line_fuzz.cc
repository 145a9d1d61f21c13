// SPDX-License-Identifier: Apache-2.0
// Whatever our own parser, which is strict, takes for a request is seen as one where other
// protocols are expected too; and what a line is does not depend on how it was cut.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http/h1.h"
#include "http/likeness.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  http::FirstLine whole;
  whole.read(bytes);
  http::FirstLine pieces;
  for (const char& c : bytes)
    pieces.read({&c, 1});
  check(whole.likeness() == pieces.likeness());
  check(whole.begins_like_a_method() == pieces.begins_like_a_method());
  const auto parsed = http::parse_request(bytes);
  if (std::holds_alternative<http::Complete<http::Request>>(parsed))
    check(whole.likeness() == http::Likeness::yes);
  return 0;
}
