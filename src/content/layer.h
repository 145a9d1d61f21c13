// SPDX-License-Identifier: Apache-2.0
#pragma once
// One coding of a body, in each direction: what zlib, libbrotli and libzstd have in common here.
// `Decoder` and `Encoder` stack them.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "content/codings.h"

namespace content {

class DecoderLayer {
public:
  struct Taken {
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };

  virtual ~DecoderLayer() = default;
  /// Goes on with the bytes of `in` as far as `out` reaches, which is not empty. When it fills
  /// `out` there may be more, also without further input. After an error only `restart` may be
  /// called.
  virtual base::Result<Taken> run(std::string_view in, std::span<char> out) = 0;
  /// Whether what was taken so far may end here.
  virtual bool is_whole() const = 0;
  /// Ready for the next body; keeps its memory.
  virtual void restart() = 0;
};

class EncoderLayer {
public:
  enum class Flush { later, now, end };

  virtual ~EncoderLayer() = default;
  /// Takes all of `in`. With `now` a reader gets everything from what `out` holds then; `end`
  /// closes the stream, and only `restart` may follow.
  virtual void run(std::string_view in, Flush flush, std::string& out) = 0;
  virtual void restart() = 0;
};

// Layers take memory with their first byte.
std::unique_ptr<DecoderLayer> gzip_decoder();
std::unique_ptr<DecoderLayer> deflate_decoder();
std::unique_ptr<DecoderLayer> br_decoder();
std::unique_ptr<DecoderLayer> zstd_decoder();
std::unique_ptr<DecoderLayer> decoder_layer(Coding coding);

std::unique_ptr<EncoderLayer> gzip_encoder();
std::unique_ptr<EncoderLayer> deflate_encoder();
std::unique_ptr<EncoderLayer> br_encoder();
std::unique_ptr<EncoderLayer> zstd_encoder();
std::unique_ptr<EncoderLayer> encoder_layer(Coding coding);

// What goes wrong in a layer, in the words that a person gets.
std::unexpected<base::Error> not_coded_right(Coding coding);
std::unexpected<base::Error> goes_on_behind_end(Coding coding);

}  // namespace content
