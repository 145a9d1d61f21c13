// SPDX-License-Identifier: Apache-2.0
// gzip (RFC 1952) and deflate (RFC 1950, and RFC 1951 without the head that belongs there, as old
// servers and browsers have it).
#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

#include "content/layer.h"
#include "content/wiped_memory.h"

namespace content {
namespace {

// What zlib calls window bits also says what stands around the data.
constexpr int raw_window = -15;
constexpr int zlib_window = 15;
constexpr int gzip_window = 15 + 16;

// A quarter larger on text than zlib's own level, in a third of the time.
constexpr int quick_zlib_level = 1;
constexpr int usual_memory_level = 8;

// zlib counts in unsigned int.
constexpr std::size_t max_step = 1UL << 30U;

struct EndInflate {
  void operator()(z_stream* stream) const noexcept {
    ::inflateEnd(stream);
    delete stream;
  }
};
struct EndDeflate {
  void operator()(z_stream* stream) const noexcept {
    ::deflateEnd(stream);
    delete stream;
  }
};

void check(int result) {
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result != Z_OK) throw std::logic_error("zlib was set up wrongly");
}

void set_input(z_stream& stream, std::string_view in) {
  // zlib's input is not const unless asked to be, and not written to.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
  stream.avail_in = static_cast<uInt>(std::min(in.size(), max_step));
}

void set_output(z_stream& stream, std::span<char> out) {
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(std::min(out.size(), max_step));
}

/// One stream of zlib, made when it is first opened.
class Inflate {
public:
  enum class Found { nothing, end, fault };

  void open(int window) {
    if (stream_) return check(::inflateReset2(stream_.get(), window));
    stream_.reset(new z_stream{});
    check(::inflateInit2(stream_.get(), window));
  }
  Found run(std::string_view in, std::span<char> out, DecoderLayer::Taken& taken) {
    set_input(*stream_, in);
    set_output(*stream_, out);
    const auto given = stream_->avail_in;
    const auto room = stream_->avail_out;
    const int result = ::inflate(stream_.get(), Z_NO_FLUSH);
    taken.consumed += given - stream_->avail_in;
    taken.produced += room - stream_->avail_out;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END) return Found::end;
    return result == Z_OK || result == Z_BUF_ERROR ? Found::nothing : Found::fault;
  }

private:
  std::unique_ptr<z_stream, EndInflate> stream_{};
};

class GzipDecoder : public DecoderLayer {
public:
  base::Result<Taken> run(std::string_view in, std::span<char> out) override {
    Taken taken;
    for (;;) {
      const auto rest = in.substr(taken.consumed);
      const auto room = out.subspan(taken.produced);
      if (room.empty() || (rest.empty() && (taken.consumed > 0 || !is_inside_))) return taken;
      if (!is_inside_) begin_member();
      const auto found = inflate_.run(rest, room, taken);
      if (found == Inflate::Found::fault) {
        return members_ == 1 ? not_coded_right(Coding::gzip) : goes_on_behind_end(Coding::gzip);
      }
      is_inside_ = found != Inflate::Found::end;
      if (is_inside_) return taken;
    }
  }
  bool is_whole() const override { return members_ > 0 && !is_inside_; }
  void restart() override {
    members_ = 0;
    is_inside_ = false;
  }

private:
  void begin_member() {
    inflate_.open(gzip_window);
    is_inside_ = true;
    ++members_;
  }

  Inflate inflate_{};
  std::size_t members_ = 0;  // begun
  bool is_inside_ = false;   // in one that has not ended
};

/// The first two bytes tell which of its two forms the data has.
class DeflateDecoder : public DecoderLayer {
public:
  base::Result<Taken> run(std::string_view in, std::span<char> out) override {
    Taken taken;
    if (has_ended_) {
      if (!in.empty()) return goes_on_behind_end(Coding::deflate);
      return taken;
    }
    if (!is_open_) {
      taken.consumed = remember(in.substr(0, form_size - seen_));
      if (seen_ < form_size) return taken;
      inflate_.open(has_zlib_head() ? zlib_window : raw_window);
      is_open_ = true;
      waiting_ = form_size;
    }
    if (waiting_ > 0) {
      Taken again;
      TRY_VOID(inflate({first_.data() + form_size - waiting_, waiting_}, out, again));
      waiting_ -= again.consumed;
      taken.produced = again.produced;
      if (taken.produced > 0 || has_ended_) return taken;
    }
    const auto rest = in.substr(taken.consumed);
    Taken more;
    TRY_VOID(inflate(rest, out, more));
    return Taken{.consumed = taken.consumed + more.consumed, .produced = more.produced};
  }
  bool is_whole() const override { return has_ended_; }
  void restart() override {
    seen_ = waiting_ = 0;
    is_open_ = has_ended_ = false;
  }

private:
  static constexpr std::size_t form_size = 2;

  base::Result<> inflate(std::string_view in, std::span<char> out, Taken& taken) {
    const auto found = inflate_.run(in, out, taken);
    if (found == Inflate::Found::fault) return not_coded_right(Coding::deflate);
    has_ended_ = found == Inflate::Found::end;
    return {};
  }
  /// The first two bytes; how many of `in` these were.
  std::size_t remember(std::string_view in) {
    const auto more = in.substr(0, first_.size() - seen_);
    std::ranges::copy(more, first_.begin() + static_cast<std::ptrdiff_t>(seen_));
    seen_ += more.size();
    return more.size();
  }
  unsigned byte(std::size_t index) const { return static_cast<unsigned char>(first_[index]); }
  /// RFC 1950, 2.2: deflate, a window that exists, and a check over both bytes.
  bool has_zlib_head() const {
    return (byte(0) & 15U) == 8 && byte(0) >> 4U <= 7 && (byte(0) << 8U | byte(1)) % 31 == 0;
  }

  Inflate inflate_{};
  std::array<char, form_size> first_{};
  std::size_t seen_ = 0;     // of `first_`
  std::size_t waiting_ = 0;  // of the first two, how many zlib did not get yet
  bool is_open_ = false;
  bool has_ended_ = false;
};

class DeflateEncoder : public EncoderLayer {
public:
  explicit DeflateEncoder(int window) : window_(window) {}

  void run(std::string_view in, Flush flush, std::string& out) override {
    if (!stream_) open();
    const int how = flush == Flush::end   ? Z_FINISH
                    : flush == Flush::now ? Z_SYNC_FLUSH
                                          : Z_NO_FLUSH;
    do {
      const auto part = in.substr(0, max_step);
      in.remove_prefix(part.size());
      set_input(*stream_, part);
      deflate(in.empty() ? how : Z_NO_FLUSH, part.size(), out);
    } while (!in.empty());
  }
  void restart() override {
    if (stream_) check(::deflateReset(stream_.get()));
  }

private:
  void open() {
    stream_.reset(new z_stream{});
    stream_->zalloc = [](void*, unsigned count, unsigned size) {
      return take_memory(std::size_t{count} * size);
    };
    stream_->zfree = [](void*, void* memory) { give_back_wiped(memory); };
    check(::deflateInit2(
        stream_.get(), quick_zlib_level, Z_DEFLATED, window_, usual_memory_level,
        Z_DEFAULT_STRATEGY));
  }
  void deflate(int how, std::size_t size, std::string& out) {
    do {
      // More than a flush of nothing takes, so that one call is mostly enough.
      const auto room = std::min(size / 2 + 64, max_step);
      const auto before = out.size();
      out.resize_and_overwrite(before + room, [&](char* data, std::size_t) {
        set_output(*stream_, std::span(data + before, room));
        const int result = ::deflate(stream_.get(), how);
        if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
          throw std::logic_error("zlib lost its stream");
        return before + room - stream_->avail_out;
      });
    } while (stream_->avail_out == 0);
  }

  int window_;
  std::unique_ptr<z_stream, EndDeflate> stream_{};
};

}  // namespace

std::unique_ptr<DecoderLayer> gzip_decoder() { return std::make_unique<GzipDecoder>(); }
std::unique_ptr<DecoderLayer> deflate_decoder() { return std::make_unique<DeflateDecoder>(); }
std::unique_ptr<EncoderLayer> gzip_encoder() {
  return std::make_unique<DeflateEncoder>(gzip_window);
}
std::unique_ptr<EncoderLayer> deflate_encoder() {
  return std::make_unique<DeflateEncoder>(zlib_window);
}

}  // namespace content
