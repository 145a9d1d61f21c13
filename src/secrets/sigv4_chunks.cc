// SPDX-License-Identifier: Apache-2.0
#include "secrets/sigv4_chunks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"

namespace secrets::sigv4 {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view signature_mark = ";chunk-signature=";
constexpr std::string_view trailer_signature = "x-amz-trailer-signature:";
constexpr std::size_t length_of_signature = 64;
constexpr std::size_t longest_line = 256;
constexpr std::size_t most_trailers = 16384;

bool is_signature(std::string_view text) {
  return text.size() == length_of_signature &&
         std::ranges::all_of(text, [](char c) { return base::hex_value(c) >= 0; });
}

/// The size that a chunk's line gives; nothing when the line has another form.
std::optional<std::size_t> size_of_chunk(std::string_view line) {
  const auto mark = line.find(signature_mark);
  if (mark == std::string_view::npos || !is_signature(line.substr(mark + signature_mark.size())))
    return std::nullopt;
  const auto* begin = line.data();
  const auto* end = begin + mark;
  std::size_t size = 0;
  const auto read = std::from_chars(begin, end, size, 16);
  if (read.ec != std::errc() || read.ptr != end || size > ChunkSigner::largest_chunk)
    return std::nullopt;
  return size;
}

}  // namespace

void ChunkSigner::feed(std::string_view in, bool last, std::string& out) {
  held_ += in;
  while (step(out)) {
  }
  if (last) state_ = State::rest;
  if (state_ == State::rest) move_on(held_.size(), out);
}

/// Whether there may be more to do with what is held.
bool ChunkSigner::step(std::string& out) {
  switch (state_) {
    case State::chunks:
      return sign_chunk(out);
    case State::trailers:
      return sign_trailers();
    case State::rest:
      break;
  }
  return false;
}

bool ChunkSigner::sign_chunk(std::string& out) {
  const std::string_view held = held_;
  const auto end = held.substr(0, longest_line).find(line_end);
  if (end == std::string_view::npos) {
    if (held.size() >= longest_line) state_ = State::rest;
    return false;
  }
  const auto size = size_of_chunk(held.substr(0, end));
  if (!size) {
    state_ = State::rest;
    return false;
  }
  const std::size_t begin = end + line_end.size();
  const bool is_last = *size == 0;  // what follows is the end, or trailers before it
  const std::size_t after = is_last ? 0 : line_end.size();
  if (held.size() < begin + *size + after) return false;
  if (!is_last && held.substr(begin + *size, after) != line_end) {
    state_ = State::rest;
    return false;
  }
  const auto data = held.substr(begin, *size);
  const auto signature = sign("AWS4-HMAC-SHA256-PAYLOAD", hex_sha256({}) + "\n" + hex_sha256(data));
  held_.replace(end - length_of_signature, length_of_signature, signature);
  move_on(begin + *size + after, out);
  if (is_last) state_ = State::trailers;
  return true;
}

/// An empty line, or fields, their signature and an empty line.
bool ChunkSigner::sign_trailers() {
  const std::string_view held = held_;
  if (held.starts_with(line_end)) {
    state_ = State::rest;
    return false;
  }
  const auto end = held.substr(0, most_trailers).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (held.size() >= most_trailers) state_ = State::rest;
    return false;
  }
  state_ = State::rest;
  std::string canonical;
  std::size_t at = 0;
  while (at < end) {
    const auto line = held.substr(at, held.find(line_end, at) - at);
    if (base::lower(line.substr(0, trailer_signature.size())) == trailer_signature) {
      if (!is_signature(line.substr(trailer_signature.size()))) return false;
      const auto signature = sign("AWS4-HMAC-SHA256-TRAILER", hex_sha256(canonical));
      held_.replace(at + trailer_signature.size(), length_of_signature, signature);
      return false;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    canonical.append(base::lower(line.substr(0, colon))).append(":");
    canonical.append(base::trim(line.substr(colon + 1))).append("\n");
    at += line.size() + line_end.size();
  }
  return false;
}

void ChunkSigner::move_on(std::size_t count, std::string& out) {
  out.append(held_, 0, count);
  held_.erase(0, count);
}

std::string ChunkSigner::sign(std::string_view kind, std::string_view hashes) {
  const auto text = fmt::format(
      "{}\n{}\n{}\n{}\n{}", kind, from_.timestamp, from_.scope.to_string(), from_.seed, hashes);
  from_.seed = signature(from_.signing_key, text);
  return from_.seed;
}

}  // namespace secrets::sigv4
