// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads a body that is in content codings (RFC 9110, 8.4), as it streams.
//
// It is strict, because what follows the end or is cut off is read differently by every server:
// data that ends early, or goes on behind its end, is an error. A gzip body may have several
// members, a zstd body several frames; `deflate` is read with the head of RFC 1950 and without.
//
// What readers do not show is passed over: names and comments of gzip members, frames of zstd that
// are skipped, metadata blocks of br. There, and in how data is packed, the bytes can say what
// nobody could search for: where that matters a body does not go on as it came, but is encoded
// anew.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "content/codings.h"
#include "content/layer.h"

namespace content {

/// What a body may become, in bytes: `allowance` and `ratio` for each byte on the wire, in every
/// layer. Text shrinks to a tenth, logs and tables of one repeated line to a hundredth. Whatever is
/// shorter than the allowance costs a few milliseconds and is no bomb, however well it was
/// compressed. gzip reaches 1,032, br and zstd far more: only long runs of one byte do.
struct Growth {
  std::uint64_t allowance = std::uint64_t{16} << 20U;
  std::uint64_t ratio = 128;
};

class Decoder {
public:
  /// What one step appends at most, unless told otherwise.
  static constexpr std::size_t step_size = std::size_t{64} << 10U;

  struct Step {
    std::size_t consumed = 0;  // of `in`
    bool is_done = false;      // all of `in` was taken, and everything given that it says
  };

  explicit Decoder(const Codings& codings, Growth growth = {});

  /// Goes on with `in` and appends at most `room` bytes to `out`. Until it is done, call it again
  /// with the rest. `last` says that nothing follows behind `in`; once that is done, the body was
  /// whole. A body without any byte is whole and empty: answers that have none name codings, too.
  ///
  /// `invalid` when the bytes are not what the codings say, `denied` for what grows too much or
  /// hides something; nothing of this step is appended then, and every further step fails.
  base::Result<Step> step(
      std::string_view in, bool last, std::string& out, std::size_t room = step_size);
  /// All steps at once, for what is small: `out` grows as far as `growth` allows.
  base::Result<> feed(std::string_view in, bool last, std::string& out);

  /// Ready for another body in the same codings; keeps its memory.
  void restart();

private:
  /// A coding, and what it gave that the next one did not take yet.
  struct Level {
    explicit Level(std::unique_ptr<DecoderLayer> made) : layer(std::move(made)) {}
    std::unique_ptr<DecoderLayer> layer;
    std::uint64_t produced = 0;
    bool may_have_more = false;  // it filled its output
    std::unique_ptr<char[]> buffer{};
    std::string_view pending{};  // in `buffer`
  };

  base::Result<std::size_t> produce(std::size_t index, std::span<char> out);
  base::Result<std::size_t> run(std::size_t index, std::string_view& in, std::span<char> out);
  base::Result<bool> refill(std::size_t index);
  base::Result<> check_end() const;

  std::vector<Level> levels_;  // the last coding first
  Growth growth_;
  std::uint64_t taken_ = 0;  // from the wire
  std::string_view wire_{};  // what this step was given and did not take yet
  bool is_broken_ = false;
};

}  // namespace content
