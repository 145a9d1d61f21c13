// SPDX-License-Identifier: Apache-2.0
#pragma once
// The messages of a gRPC body (gRPC over HTTP/2, "Length-Prefixed-Message"), which gRPC-Web and
// Connect streams write likewise: a byte of flags, four of length, and the message, which may be
// compressed by itself.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "content/codings.h"
#include "content/decoder.h"

namespace content::grpc {

inline constexpr std::size_t prefix_size = 5;
/// The lowest flag; others have a meaning of their own (gRPC-Web marks its trailers with 0x80).
inline constexpr std::uint8_t compressed = 1;
/// The size to which a message is held; gRPC's own libraries take no larger ones unless told to.
inline constexpr std::size_t max_message = std::size_t{4} << 20U;

/// Cuts a body into its messages, as it streams.
class Reader {
public:
  /// A whole message, which may be changed. Lives until the sink returns.
  struct Message {
    std::uint8_t flags;
    std::string_view bytes;
  };
  /// What happens to what was read; an error ends the reading and is handed on.
  struct Sink {
    std::function<base::Result<>(const Message&)> message;
    /// A piece of a message above the limit, as the wire has it, its prefix first. It can be looked
    /// at and passed on, but not changed: its length is said.
    std::function<base::Result<>(std::string_view)> piece;
  };

  explicit Reader(std::size_t limit = max_message) : limit_(limit) {}

  /// `invalid` when the last message is not whole; nothing may be fed any more after an error.
  base::Result<> feed(std::string_view in, bool last, const Sink& sink);
  /// How many bytes are kept of a message that is not whole yet.
  std::size_t held() const { return held_.size(); }
  /// Whether the beginning of a message was given, and not yet its end.
  bool is_within_message() const { return passing_ > 0; }

private:
  base::Result<std::size_t> take(std::string_view text, const Sink& sink);

  std::size_t limit_;
  std::string held_{};       // of a message that is not whole yet, its prefix first
  std::size_t passing_ = 0;  // what is to come of a message above the limit
};

/// Appends one message as the wire has it; it is smaller than 4 GiB.
void append_message(std::string& out, std::uint8_t flags, std::string_view bytes);

/// What grpc-encoding, or Connect's field for that, names; nothing for `identity` and for no field.
/// `invalid` when it is not known.
base::Result<std::optional<Coding>> encoding_named(std::string_view name);

/// The message as it was before it was compressed, appended to `out`, at most `limit` bytes.
/// `denied` when it is longer, `invalid` when it is not what `encoding` says.
base::Result<> decompress(
    std::string_view bytes, Coding encoding, std::string& out, std::size_t limit = max_message);
/// The reverse.
void compress(std::string_view bytes, Coding encoding, std::string& out);

}  // namespace content::grpc
