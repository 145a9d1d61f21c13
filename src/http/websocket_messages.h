// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a WebSocket connection says, whether it was compressed or not: for whoever looks into the
// messages and sends them on. Nothing is held but one buffer of a compressed message.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/utf8_checker.h"
#include "http/websocket_deflate.h"
#include "http/websocket_deflate_offer.h"
#include "http/websocket_reader.h"
#include "http/websocket_writer.h"

namespace http::websocket {

/// Reads what `sender` sends. The events are those of `Reader`, except that `Data` is what the
/// message holds, and that only the first frame of a message is told.
class MessageReader {
public:
  /// `max_message` counts bytes after inflating.
  MessageReader(
      Sender sender,
      const std::optional<DeflateAgreement>& deflate,
      std::uint64_t max_message = max_payload);

  /// As `Reader::next`. Bytes of `in` stay where they are until it answers `NeedMore`, also those
  /// that were consumed.
  Step next(std::span<char> in);

  bool is_closed() const { return reader_.is_closed(); }

private:
  /// Where the next event comes from.
  enum class Source { frames, payload, tail, end };

  std::optional<Event> next_of_compressed();
  std::optional<Event> take(const Event& event);
  std::optional<Event> inflate();
  std::optional<Event> end();
  std::optional<Event> give(std::string_view plain);

  Reader reader_;
  std::optional<Inflater> inflater_{};
  std::uint64_t max_message_;
  Source source_ = Source::frames;
  bool is_compressed_ = false;
  bool is_text_ = false;
  std::uint64_t size_ = 0;         // of the compressed message, inflated, so far
  Utf8Checker text_{};             // what it holds; complete between messages
  std::string_view compressed_{};  // its payload still to inflate
  std::vector<char> buffer_{};     // there while such a message is
  std::optional<Violation> violation_{};
};

/// Writes what `sender` sends, compressed if that was agreed on.
class MessageWriter {
public:
  using Flush = Deflater::Flush;

  MessageWriter(Sender sender, const std::optional<DeflateAgreement>& deflate);

  /// The next piece of a message, in at most one frame; in none when there is nothing to send yet.
  /// `message`, text or binary, is the same for all pieces. `key` as in websocket_writer.h.
  void append(
      std::string& out,
      Opcode message,
      std::string_view plain,
      Flush flush,
      std::optional<MaskKey> key);

  /// For control frames, also between the pieces of a message.
  Writer& frames() { return writer_; }

private:
  Writer writer_;
  std::optional<Deflater> deflater_{};
};

}  // namespace http::websocket
