// SPDX-License-Identifier: Apache-2.0
#include "http/websocket_deflate.h"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace http::websocket {
namespace {

using namespace std::string_view_literals;

/// What flushing leaves at the end of the compressed data. It is the same for all messages and
/// therefore not sent (7.2.1), and put back before inflating (7.2.2).
constexpr auto tail = "\x00\x00\xFF\xFF"sv;

// zlib counts in unsigned int; a step or two more does not matter.
constexpr std::size_t max_step = 1UL << 20U;

// A compressor may use less than was agreed on. With these a stream takes 48 KiB, with the largest
// window and zlib's own level 256 KiB: too much to keep for every idle connection.
constexpr int max_deflate_window_bits = 12;
constexpr int deflate_memory_level = 6;

// Bits of z_stream::data_type after inflate.
constexpr int unused_bits = 63;
constexpr int between_blocks = 128;

void set_input(z_stream& stream, std::string_view in) {
  // zlib's input is not const unless asked to be, and not written to.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
}

void set_output(z_stream& stream, std::span<char> out) {
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
}

void check(int result) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK) throw std::logic_error("zlib was set up wrongly");
}

}  // namespace

void EndInflate::operator()(z_stream_s* stream) const noexcept {
  ::inflateEnd(stream);
  delete stream;
}

void EndDeflate::operator()(z_stream_s* stream) const noexcept {
  ::deflateEnd(stream);
  delete stream;
}

void Inflater::open() {
  stream_.reset(new z_stream{});
  // Negative: without zlib's head and checksum.
  check(::inflateInit2(stream_.get(), -window_bits_));
  is_fresh_ = true;
}

Inflater::Step Inflater::inflate(std::string_view in, std::span<char> out) {
  if (is_broken_) return fail();
  if (!stream_) open();
  return run(in, out);
}

Inflater::Step Inflater::finish(std::span<char> out) {
  if (is_broken_) return fail();
  if (!stream_) open();
  auto step = run(tail.substr(tail_used_), out);
  tail_used_ += step.consumed;
  step.consumed = 0;
  if (step.state != State::hungry) return step;

  // A message ends after a block, with the tail as that block's end.
  const bool is_whole =
      is_fresh_ || (stream_->data_type & (unused_bits | between_blocks)) == between_blocks;
  if (!is_whole) return fail(step.produced);
  tail_used_ = 0;
  if (context_ == Context::dropped) stream_.reset();
  return step;
}

Inflater::Step Inflater::run(std::string_view in, std::span<char> out) {
  const auto given = in.substr(0, max_step);
  const auto room = out.first(std::min(out.size(), max_step));
  set_input(*stream_, given);
  set_output(*stream_, room);
  bool goes_on = !given.empty() || !is_fresh_;
  while (goes_on) {
    const int result = ::inflate(stream_.get(), Z_SYNC_FLUSH);
    is_fresh_ = result == Z_STREAM_END;
    if (is_fresh_) {
      // 7.2.3.4: a final block ends no message, and the window lives on.
      ::inflateResetKeep(stream_.get());
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      return fail(room.size() - stream_->avail_out);
    }
    goes_on = is_fresh_ && stream_->avail_in > 0 && stream_->avail_out > 0;
  }
  const auto consumed = given.size() - stream_->avail_in;
  const auto produced = room.size() - stream_->avail_out;
  const bool is_done = consumed == in.size() && produced < room.size();
  return {
      .consumed = consumed, .produced = produced, .state = is_done ? State::hungry : State::more};
}

Inflater::Step Inflater::fail(std::size_t produced) {
  is_broken_ = true;
  stream_.reset();
  return {.produced = produced, .state = State::broken};
}

void Deflater::open() {
  stream_.reset(new z_stream{});
  // zlib's deflate has no window of 8 bits. With 9 it is held to what zlib documents: runs refer
  // one byte back and nothing else is looked for.
  const bool is_smallest = window_bits_ == 8;
  check(::deflateInit2(
      stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED,
      is_smallest ? -9 : -std::min(window_bits_, max_deflate_window_bits), deflate_memory_level,
      is_smallest ? Z_RLE : Z_DEFAULT_STRATEGY));
}

void Deflater::append(std::string& out, std::string_view plain, Flush flush) {
  if (!stream_) open();
  const bool is_flushed = flush != Flush::later;
  if (!plain.empty() || (is_flushed && holds_back_)) {
    run(out, plain, is_flushed ? Z_SYNC_FLUSH : Z_NO_FLUSH);
    holds_back_ = !is_flushed;
    if (flush == Flush::message_end) {
      if (!out.ends_with(tail)) throw std::logic_error("zlib did not flush");
      out.resize(out.size() - tail.size());
    }
  } else if (flush == Flush::message_end) {
    // 7.2.3.6: with the tail this is an empty block. zlib does not flush twice.
    out += '\0';
  }
  if (flush == Flush::message_end && context_ == Context::dropped) stream_.reset();
}

void Deflater::run(std::string& out, std::string_view plain, int how) {
  do {
    const auto part = plain.substr(0, max_step);
    plain.remove_prefix(part.size());
    set_input(*stream_, part);
    do {
      // More than a flush of nothing takes, so that one call is mostly enough.
      const auto room = part.size() + part.size() / 8 + 64;
      const auto before = out.size();
      out.resize(before + room);
      set_output(*stream_, std::span(out).subspan(before));
      const int result = ::deflate(stream_.get(), plain.empty() ? how : Z_NO_FLUSH);
      if (result != Z_OK && result != Z_BUF_ERROR) throw std::logic_error("zlib lost its stream");
      out.resize(out.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
  } while (!plain.empty());
}

}  // namespace http::websocket
