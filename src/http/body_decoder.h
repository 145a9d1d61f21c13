// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes a body out of its framing as bytes arrive, without copying and without keeping any of it.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/chunk_extensions.h"
#include "http/fields.h"
#include "http/framing.h"
#include "http/head_scanner.h"
#include "http/malformed.h"

namespace http {

class BodyDecoder {
public:
  enum class State {
    more,       // go on: with the rest of the input if there is one, else with new bytes
    done,       // the body is complete; what was not consumed is the next message
    malformed,  // nothing after this is the body; see `error`
  };

  struct Step {
    std::size_t consumed = 0;  // bytes of the input dealt with; at least one unless it was empty
    std::string_view data{};   // the part of them that is body
    State state = State::more;
  };

  explicit BodyDecoder(Framing framing, const Limits& limits = {});

  /// One step: at most one stretch of body. `data` points into `in`.
  Step feed(std::string_view in);
  /// No more bytes will come: `done` if the body may end here, else `malformed`.
  State finish();

  /// At once `done` when there is no body to read.
  State state() const { return state_; }
  /// Why the state is `malformed`: 400, or 431 for trailers.
  const Malformed& error() const { return error_; }
  /// After `done`: the trailer fields, without those that must not be trailers (framing, routing,
  /// credentials, ...).
  const Fields& trailers() const { return trailers_; }

private:
  /// Where in the chunked coding the next byte stands.
  enum class Place { size, extension, size_end, data, data_cr, data_lf, trailers };

  Step feed_data(std::string_view in);
  Step feed_chunked(std::string_view in);
  Step feed_trailers(std::string_view in);
  /// One byte between the data. False when it must not stand there.
  bool step_over(char c);
  bool step_over_size(char c);
  bool step_over_extension(char c);
  Step refuse(Malformed why);

  Framing::Kind kind_;
  Limits limits_;
  State state_ = State::more;
  Place place_ = Place::size;
  std::uint64_t left_ = 0;              // bytes of the body or of this chunk still to come
  std::size_t digits_ = 0;              // of the chunk size read so far
  ChunkExtensions extensions_{};        // of this chunk
  std::size_t extension_bytes_ = 0;     // of the whole body: a sender must not send little in much
  std::string trailer_text_ = "0\r\n";  // the last chunk's line and what follows: read like a head
  HeadScanner trailer_scanner_;
  Fields trailers_{};
  Malformed error_{};
};

}  // namespace http
