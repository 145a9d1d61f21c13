// SPDX-License-Identifier: Apache-2.0
// However an encoded body is cut, the same comes out or nothing does; and what was encoded decodes
// to itself. The first byte chooses codings, the second the size of pieces.
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "content/decoder.h"
#include "content/encoder.h"

namespace {

using content::Coding;
using content::Codings;

void check(bool holds) {
  if (!holds) std::abort();
}

Codings codings_from(unsigned choice) {
  Codings codings;
  for (auto count = 1 + choice / 4 % content::max_codings; count > 0; --count) {
    codings.push_back(static_cast<Coding>(choice % 4));
    choice /= 4;
  }
  return codings;
}

std::optional<std::string> decode(
    std::string_view bytes, const Codings& codings, std::size_t piece, std::size_t room) {
  // Without a ratio, the verdict does not depend on how much of a body is known already.
  content::Decoder decoder(codings, {.allowance = 100'000, .ratio = 0});
  std::string out;
  do {
    auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    for (bool is_done = false; !is_done;) {
      const auto step = decoder.step(part, bytes.empty(), out, room);
      if (!step) return std::nullopt;
      part.remove_prefix(step->consumed);
      is_done = step->is_done;
    }
  } while (!bytes.empty());
  return out;
}

std::string encode(std::string_view text, const Codings& codings, std::size_t piece, bool delays) {
  using Delay = content::Encoder::Delay;
  content::Encoder encoder(codings, delays ? Delay::allowed : Delay::none);
  std::string out;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    encoder.feed(text.substr(0, piece), false, out);
  encoder.feed("", true, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto codings = codings_from(data[0]);
  const std::size_t piece = data[1] % 64U + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  check(decode(bytes, codings, size, 65536) == decode(bytes, codings, piece, piece * 7));
  check(decode(encode(bytes, codings, piece, data[1] >= 128), codings, piece, 65536) == bytes);
  return 0;
}
