// SPDX-License-Identifier: Apache-2.0
// However a body is cut, the same comes out of it, as long as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "secrets/sigv4_chunks.h"

namespace {

using namespace secrets::sigv4;

std::string signed_in_pieces(std::string_view body, std::size_t piece) {
  static const Scope scope{.day = "20130524", .region = "us-east-1", .service = "s3"};
  static const base::Secret key = signing_key(base::Secret("s3cret-key"), scope);
  ChunkSigner signer(
      {.signing_key = key.clone(),
       .timestamp = "20130524T000000Z",
       .scope = scope,
       .seed = "seed"});
  std::string out;
  for (std::size_t at = 0; at < body.size(); at += piece)
    signer.feed(body.substr(at, piece), false, out);
  signer.feed({}, true, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 32U + 1U;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = signed_in_pieces(body, std::max<std::size_t>(body.size(), 1));
  if (whole.size() != body.size() || signed_in_pieces(body, piece) != whole) std::abort();
  return 0;
}
