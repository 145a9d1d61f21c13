// SPDX-License-Identifier: Apache-2.0
#pragma once
// Compressed messages of permessage-deflate (RFC 7692, 7.2), one object a direction. zlib stays
// inside; a stream takes memory only from its first message on, and between messages only when it
// keeps their context.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct z_stream_s;

namespace http::websocket {

/// Whether a message may refer to the messages before it (7.1.1).
enum class Context { dropped, kept };

struct EndInflate {
  void operator()(z_stream_s* stream) const noexcept;
};
struct EndDeflate {
  void operator()(z_stream_s* stream) const noexcept;
};

/// Gives what messages hold. However much that is, one step gives at most what fits into the
/// caller's buffer.
class Inflater {
public:
  enum class State {
    hungry,  // all input was taken and all output given
    more,    // go on, with the rest of the input if there is one
    broken,  // the sender did not compress by the rules; nothing that follows can be read
  };
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;  // bytes at the beginning of `out`
    State state = State::more;
  };

  /// `window_bits` from 8 to 15: what refers to further back is broken, unless the same call gives
  /// what it refers to.
  Inflater(int window_bits, Context context) : window_bits_(window_bits), context_(context) {}

  /// A part of a message's payload. `out` is not empty.
  Step inflate(std::string_view in, std::span<char> out);
  /// After the last part, until it answers other than `more`: the end of the message. `hungry` says
  /// that the message is whole, and that the next may begin.
  Step finish(std::span<char> out);

private:
  Step run(std::string_view in, std::span<char> out);
  Step fail(std::size_t produced = 0);
  void open();

  int window_bits_;
  Context context_;
  std::unique_ptr<z_stream_s, EndInflate> stream_{};
  std::size_t tail_used_ = 0;  // bytes of what ends each message that were fed
  bool is_fresh_ = false;      // a final block ended, nothing came since
  bool is_broken_ = false;
};

/// Compresses messages.
class Deflater {
public:
  /// When the receiver shall have what was given so far.
  enum class Flush {
    later,        // whenever it compresses well
    now,          // with what this call appends
    message_end,  // likewise, and the message is complete
  };

  /// `window_bits` from 8 to 15: nothing refers to further back. More than 12 are not used.
  Deflater(int window_bits, Context context) : window_bits_(window_bits), context_(context) {}

  /// Appends the next part of the message's payload to `out`; with `later` that may be nothing.
  void append(std::string& out, std::string_view plain, Flush flush);

private:
  void run(std::string& out, std::string_view plain, int how);
  void open();

  int window_bits_;
  Context context_;
  std::unique_ptr<z_stream_s, EndDeflate> stream_{};
  bool holds_back_ = false;  // something given was not flushed yet
};

}  // namespace http::websocket
