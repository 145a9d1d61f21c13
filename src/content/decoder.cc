// SPDX-License-Identifier: Apache-2.0
#include "content/decoder.h"

#include <algorithm>
#include <ranges>

namespace content {
namespace {

using base::ErrorKind;
using base::Result;

/// Between two codings.
constexpr std::size_t buffer_size = std::size_t{16} << 10U;

std::unexpected<base::Error> too_large() {
  return base::fail(
      ErrorKind::denied, "the body grows too much when it is decompressed",
      "send it without content coding");
}

std::unexpected<base::Error> broken_before() {
  return base::fail(ErrorKind::invalid, "the body could not be decompressed");
}

}  // namespace

Decoder::Decoder(const Codings& codings, Growth growth) : growth_(growth) {
  for (const auto coding : codings | std::views::reverse)
    levels_.emplace_back(decoder_layer(coding));
}

Result<Decoder::Step> Decoder::step(
    std::string_view in, bool last, std::string& out, std::size_t room) {
  if (is_broken_) return broken_before();
  if (levels_.empty()) {
    const auto part = in.substr(0, room);
    out += part;
    return Step{.consumed = part.size(), .is_done = part.size() == in.size()};
  }

  wire_ = in;
  const auto before = out.size();
  bool is_dry = false;
  Result<> done;
  out.resize_and_overwrite(before + room, [&](char* data, std::size_t) {
    std::size_t produced = 0;
    while (produced < room && !is_dry && done) {
      const auto more = produce(levels_.size() - 1, {data + before + produced, room - produced});
      if (more) {
        produced += *more;
        is_dry = *more == 0;
      } else {
        done = std::unexpected(more.error());
      }
    }
    return before + (done ? produced : 0);
  });
  if (done && is_dry && last) done = check_end();
  if (!done) {
    is_broken_ = true;
    out.resize(before);
    return std::unexpected(std::move(done).error());
  }
  return Step{.consumed = in.size() - wire_.size(), .is_done = is_dry};
}

Result<> Decoder::feed(std::string_view in, bool last, std::string& out) {
  for (;;) {
    const auto step = TRY(this->step(in, last, out));
    if (step.is_done) return {};
    in.remove_prefix(step.consumed);
  }
}

/// Some bytes of what the coding `index` gives; none when it needs more from the wire.
Result<std::size_t> Decoder::produce(std::size_t index, std::span<char> out) {
  auto& level = levels_[index];
  auto& in = index == 0 ? wire_ : levels_[index - 1].pending;
  for (;;) {
    if (!in.empty() || level.may_have_more) {
      const auto produced = TRY(run(index, in, out));
      if (produced > 0) return produced;
    } else if (index == 0 || !TRY(refill(index - 1))) {
      return std::size_t{0};
    }
  }
}

Result<std::size_t> Decoder::run(std::size_t index, std::string_view& in, std::span<char> out) {
  auto& level = levels_[index];
  const auto taken = TRY(level.layer->run(in, out));
  if (!in.empty() && taken.consumed == 0 && taken.produced == 0) return broken_before();
  in.remove_prefix(taken.consumed);
  if (index == 0) taken_ += taken.consumed;
  level.produced += taken.produced;
  if (level.produced > growth_.allowance + growth_.ratio * taken_) return too_large();
  level.may_have_more = taken.produced == out.size();
  return taken.produced;
}

/// Has the coding `index` give something to the one behind it; false when it cannot yet.
Result<bool> Decoder::refill(std::size_t index) {
  auto& level = levels_[index];
  if (!level.buffer) level.buffer = std::make_unique_for_overwrite<char[]>(buffer_size);
  const auto produced = TRY(produce(index, {level.buffer.get(), buffer_size}));
  level.pending = {level.buffer.get(), produced};
  return produced > 0;
}

Result<> Decoder::check_end() const {
  const bool is_whole = taken_ == 0 || std::ranges::all_of(levels_, [](const Level& level) {
                          return level.layer->is_whole();
                        });
  if (is_whole) return {};
  return base::fail(ErrorKind::invalid, "the body's compressed data ends before it is whole");
}

void Decoder::restart() {
  for (auto& level : levels_) {
    level.layer->restart();
    level.produced = 0;
    level.may_have_more = false;
    level.pending = {};
  }
  taken_ = 0;
  is_broken_ = false;
}

}  // namespace content
