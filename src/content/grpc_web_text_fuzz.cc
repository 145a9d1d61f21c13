// SPDX-License-Identifier: Apache-2.0
// However a text of gRPC-Web is cut, the same bytes come out or nothing does; what they are written
// as says the same, and is the text itself when that is one with its padding at the end. The first
// byte is the size of pieces.
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "content/grpc_web_text.h"

namespace {

using content::grpc::TextEncoder;

void check(bool holds) {
  if (!holds) std::abort();
}

std::optional<std::string> decode(std::string_view text, std::size_t piece) {
  std::string out;
  content::grpc::TextDecoder decoder;
  for (std::size_t at = 0; at < text.size(); at += piece)
    if (!decoder.feed(text.substr(at, piece), false, out)) return std::nullopt;
  if (!decoder.feed("", true, out)) return std::nullopt;
  return out;
}

std::string encode(std::string_view bytes, std::size_t piece, TextEncoder::End end) {
  std::string out;
  TextEncoder encoder;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    encoder.feed(bytes.substr(at, piece), end, out);
  encoder.feed("", TextEncoder::End::here, out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = data[0] % 32U + 1U;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto bytes = decode(text, text.size());
  check(bytes == decode(text, piece));
  if (!bytes) return 0;
  for (const auto end : {TextEncoder::End::here, TextEncoder::End::later})
    check(decode(encode(*bytes, piece, end), text.size()) == bytes);
  const auto padding = text.find('=');
  if (padding == text.npos || padding + 2 >= text.size())
    check(encode(*bytes, piece, TextEncoder::End::later) == text);
  return 0;
}
