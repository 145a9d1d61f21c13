// SPDX-License-Identifier: Apache-2.0
#pragma once
// Puts a body into content codings (RFC 9110, 8.4), as it streams. Quick rather than small: bodies
// are encoded anew because something in them was changed.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "content/codings.h"
#include "content/layer.h"
#include "content/wiped_memory.h"

namespace content {

class Encoder {
public:
  /// When the reader shall have what was fed.
  enum class Delay {
    allowed,  // whenever it compresses well, at the latest with the last piece
    none,     // with each piece: for events that somebody waits for
  };

  explicit Encoder(const Codings& codings, Delay delay = Delay::allowed);

  /// Appends to `out` what can go; with `last` the end, also when the body has no byte. Nothing is
  /// fed behind the last piece.
  void feed(std::string_view in, bool last, std::string& out);

  /// Ready for another body in the same codings; keeps its memory.
  void restart();

private:
  std::vector<std::unique_ptr<EncoderLayer>> layers_;  // the first coding first
  std::vector<WipedText> between_;
  Delay delay_;
};

}  // namespace content
