// SPDX-License-Identifier: Apache-2.0
// A chunked body decodes to the same bytes, trailers and verdict in one piece and byte by byte.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "http/body_decoder.h"

namespace {

using http::BodyDecoder;

struct Decoded {
  BodyDecoder::State state = BodyDecoder::State::more;
  std::string body{};
  std::size_t consumed = 0;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(BodyDecoder& decoder, std::string_view bytes, std::size_t piece_size) {
  Decoded out;
  while (out.consumed < bytes.size() && out.state == BodyDecoder::State::more) {
    const auto step = decoder.feed(bytes.substr(out.consumed, piece_size));
    out.state = step.state;
    if (step.state == BodyDecoder::State::malformed) break;
    if (step.consumed == 0) std::abort();
    out.consumed += step.consumed;
    out.body += step.data;
  }
  // A stretch that one piece delivers at once may stand before the byte that is refused.
  if (out.state == BodyDecoder::State::malformed) out.consumed = 0;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  BodyDecoder whole(http::Framing::chunked());
  BodyDecoder pieces(http::Framing::chunked());
  if (decode(whole, bytes, size) != decode(pieces, bytes, 1)) std::abort();
  if (whole.trailers() != pieces.trailers() || whole.error() != pieces.error()) std::abort();
  return 0;
}
