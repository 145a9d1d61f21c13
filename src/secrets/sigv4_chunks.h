// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bodies of S3 that are signed chunk by chunk (STREAMING-AWS4-HMAC-SHA256-PAYLOAD): each chunk's
// signature is over its data and the signature before it, and the first one is over that of the
// head. With a new head all of them are made anew.
//
//   SIZE;chunk-signature=SIGNATURE CRLF DATA CRLF … 0;chunk-signature=SIGNATURE CRLF
//   [NAME:VALUE CRLF … x-amz-trailer-signature:SIGNATURE CRLF] CRLF
//
// A signature has as many bytes as the one it replaces, so the body keeps its length.

#include <string>
#include <string_view>

#include "base/secret.h"
#include "secrets/sigv4.h"

namespace secrets::sigv4 {

inline constexpr std::string_view chunked_payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
inline constexpr std::string_view chunked_payload_trailer =
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";

/// What the signatures of a body go on from.
struct ChunkSigning {
  base::Secret signing_key;
  std::string timestamp;
  Scope scope;
  std::string seed;  // the signature of the head

  ChunkSigning clone() const {
    return {
        .signing_key = signing_key.clone(), .timestamp = timestamp, .scope = scope, .seed = seed};
  }
};

/// Whether X-Amz-Content-Sha256 announces such a body.
inline bool is_chunked(std::string_view payload) {
  return payload == chunked_payload || payload == chunked_payload_trailer;
}

class ChunkSigner {
public:
  /// A chunk is held until it is whole, as its signature comes first. One that is larger is not
  /// signed.
  static constexpr std::size_t largest_chunk = std::size_t{2} << 20U;

  explicit ChunkSigner(ChunkSigning from) : from_(std::move(from)) {}

  /// Appends to `out` what is signed; with `last` everything. What is not of this form goes out as
  /// it came: its signatures are worth nothing, and the server refuses it.
  void feed(std::string_view in, bool last, std::string& out);

private:
  enum class State { chunks, trailers, rest };

  bool step(std::string& out);
  bool sign_chunk(std::string& out);
  bool sign_trailers();
  void move_on(std::size_t count, std::string& out);
  std::string sign(std::string_view kind, std::string_view hashes);

  ChunkSigning from_;  // its seed is the last signature
  State state_ = State::chunks;
  std::string held_;
};

}  // namespace secrets::sigv4
