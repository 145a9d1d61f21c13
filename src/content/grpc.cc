// SPDX-License-Identifier: Apache-2.0
#include "content/grpc.h"

#include <algorithm>

#include "content/encoder.h"

namespace content::grpc {
namespace {

using base::Result;

std::size_t length_in(std::string_view prefix) {
  std::size_t length = 0;
  for (const char c : prefix.substr(1, 4))
    length = length << 8U | static_cast<unsigned char>(c);
  return length;
}

}  // namespace

Result<> Reader::feed(std::string_view in, bool last, const Sink& sink) {
  while (!in.empty())
    in.remove_prefix(TRY(take(in, sink)));
  if (last && (!held_.empty() || passing_ > 0))
    return base::fail(base::ErrorKind::invalid, "the body ends within a gRPC message");
  return {};
}

/// How many bytes of `text` were given to `sink` or are held.
Result<std::size_t> Reader::take(std::string_view text, const Sink& sink) {
  if (passing_ > 0) {
    const auto piece = text.substr(0, passing_);
    TRY_VOID(sink.piece(piece));
    passing_ -= piece.size();
    return piece.size();
  }
  if (held_.size() < prefix_size && held_.size() + text.size() < prefix_size) {
    held_ += text;
    return text.size();
  }
  const auto from_held = std::min(held_.size(), prefix_size);
  const auto prefix =
      held_.substr(0, from_held) + std::string(text.substr(0, prefix_size - from_held));
  const auto length = length_in(prefix);
  if (length > limit_) {
    TRY_VOID(sink.piece(prefix));
    held_.clear();
    passing_ = length;
    return prefix_size - from_held;
  }

  const auto missing = prefix_size + length - held_.size();
  if (text.size() < missing) {
    held_ += text;  // never more than came: the length is only what the sender says
    return text.size();
  }
  const auto flags = static_cast<std::uint8_t>(prefix[0]);
  if (held_.empty()) {
    TRY_VOID(sink.message({.flags = flags, .bytes = text.substr(prefix_size, length)}));
    return missing;
  }
  held_ += text.substr(0, missing);
  TRY_VOID(sink.message({.flags = flags, .bytes = std::string_view(held_).substr(prefix_size)}));
  std::string().swap(held_);  // a quiet stream keeps no room for a message
  return missing;
}

void append_message(std::string& out, std::uint8_t flags, std::string_view bytes) {
  out += static_cast<char>(flags);
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out += static_cast<char>(bytes.size() >> shift);
  out += bytes;
}

Result<std::optional<Coding>> encoding_named(std::string_view name) {
  const auto codings = TRY(codings_of({&name, 1}));
  if (codings.empty()) return std::optional<Coding>();
  return std::optional(codings.front());
}

Result<> decompress(std::string_view bytes, Coding encoding, std::string& out, std::size_t limit) {
  Decoder decoder({encoding}, {.allowance = limit, .ratio = 0});
  return decoder.feed(bytes, true, out);
}

void compress(std::string_view bytes, Coding encoding, std::string& out) {
  Encoder({encoding}).feed(bytes, true, out);
}

}  // namespace content::grpc
