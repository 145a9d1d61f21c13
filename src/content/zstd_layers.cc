// SPDX-License-Identifier: Apache-2.0
// zstd (RFC 8878) with the window that RFC 9659 lets a body have: 8 MiB.
#define ZSTD_STATIC_LINKING_ONLY  // memory of our own for the encoder
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

#include "content/layer.h"
#include "content/wiped_memory.h"

namespace content {
namespace {

constexpr int max_window_log = 23;
constexpr int quick_zstd_level = 1;

struct FreeDecoder {
  void operator()(ZSTD_DCtx* context) const noexcept { ::ZSTD_freeDCtx(context); }
};
struct FreeEncoder {
  void operator()(ZSTD_CCtx* context) const noexcept { ::ZSTD_freeCCtx(context); }
};

void check(std::size_t result) {
  if (::ZSTD_isError(result)) throw std::logic_error("libzstd was set up wrongly");
}

std::unexpected<base::Error> window_too_large() {
  return base::fail(
      base::ErrorKind::invalid, "the body's zstd data needs a window of more than 8 MiB",
      "compress it without --ultra and --long");
}

/// The first bytes of a frame, looked at before the library does: it takes frames with a wide
/// window when it happens to get them whole, and passes over those that are to be skipped.
class FrameHead {
public:
  enum class Kind { unknown, frame, skippable, wide, other };

  Kind look_at(std::string_view in) {
    const auto more = in.substr(0, first_.size() - seen_);
    std::ranges::copy(more, first_.begin() + static_cast<std::ptrdiff_t>(seen_));
    seen_ += more.size();
    return kind();
  }
  void restart() { seen_ = 0; }

private:
  static constexpr std::size_t magic_size = 4;

  unsigned byte(std::size_t index) const { return static_cast<unsigned char>(first_[index]); }
  /// RFC 8878, 3.1.1 and 3.1.2.
  Kind kind() const {
    if (seen_ < magic_size) return Kind::unknown;
    const auto magic = byte(0) | byte(1) << 8U | byte(2) << 16U | byte(3) << 24U;
    if ((magic & 0xFFFFFFF0U) == ZSTD_MAGIC_SKIPPABLE_START) return Kind::skippable;
    if (magic != ZSTD_MAGICNUMBER) return Kind::other;
    if (seen_ < first_.size()) return Kind::frame;
    const bool is_single_segment = (byte(4) & 0x20U) != 0;
    return !is_single_segment && has_wide_window() ? Kind::wide : Kind::frame;
  }
  /// RFC 8878, 3.1.1.1.2.
  bool has_wide_window() const {
    const auto exponent = byte(5) >> 3U;
    const auto mantissa = byte(5) & 7U;
    return exponent + 10 > max_window_log || (exponent + 10 == max_window_log && mantissa > 0);
  }

  std::array<char, 6> first_{};
  std::size_t seen_ = 0;
};

class ZstdDecoder : public DecoderLayer {
public:
  base::Result<Taken> run(std::string_view in, std::span<char> out) override {
    if (!context_) open();
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    for (;;) {
      const auto rest = in.substr(input.pos);
      if (output.pos == output.size || (rest.empty() && (input.pos > 0 || !is_inside_))) break;
      if (!rest.empty()) TRY_VOID(look_at(rest));
      const auto left = ::ZSTD_decompressStream(context_.get(), &output, &input);
      if (::ZSTD_isError(left)) return fault(::ZSTD_getErrorCode(left));
      is_inside_ = left != 0;
      if (is_inside_) break;
      head_.restart();
      ++frames_;
    }
    return Taken{.consumed = input.pos, .produced = output.pos};
  }
  bool is_whole() const override { return frames_ > 0 && !is_inside_; }
  void restart() override {
    if (context_) check(::ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only));
    head_.restart();
    frames_ = 0;
    is_inside_ = false;
  }

private:
  void open() {
    context_.reset(::ZSTD_createDCtx());
    if (!context_) throw std::bad_alloc();
    check(::ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, max_window_log));
  }
  base::Result<> look_at(std::string_view in) {
    is_inside_ = true;
    switch (head_.look_at(in)) {
      case FrameHead::Kind::wide:
        return window_too_large();
      case FrameHead::Kind::other:
        return frames_ == 0 ? not_coded_right(Coding::zstd) : goes_on_behind_end(Coding::zstd);
      case FrameHead::Kind::unknown:
      case FrameHead::Kind::skippable:
      case FrameHead::Kind::frame:
        return {};
    }
    return {};
  }
  static std::unexpected<base::Error> fault(ZSTD_ErrorCode code) {
    if (code == ZSTD_error_memory_allocation) throw std::bad_alloc();
    if (code == ZSTD_error_frameParameter_windowTooLarge) return window_too_large();
    return not_coded_right(Coding::zstd);
  }

  std::unique_ptr<ZSTD_DCtx, FreeDecoder> context_{};
  FrameHead head_{};
  std::size_t frames_ = 0;  // that ended
  bool is_inside_ = false;
};

class ZstdEncoder : public EncoderLayer {
public:
  void run(std::string_view in, Flush flush, std::string& out) override {
    if (!context_) open();
    const auto how = flush == Flush::end   ? ZSTD_e_end
                     : flush == Flush::now ? ZSTD_e_flush
                                           : ZSTD_e_continue;
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    for (bool goes_on = true; goes_on;) {
      const auto room = in.size() / 2 + 64;
      const auto before = out.size();
      std::size_t left = 0;
      out.resize_and_overwrite(before + room, [&](char* data, std::size_t) {
        ZSTD_outBuffer output{data + before, room, 0};
        left = ::ZSTD_compressStream2(context_.get(), &output, &input, how);
        check(left);
        return before + output.pos;
      });
      goes_on = how == ZSTD_e_continue ? input.pos < input.size : left > 0;
    }
  }
  void restart() override {
    if (context_) check(::ZSTD_CCtx_reset(context_.get(), ZSTD_reset_session_only));
  }

private:
  void open() {
    context_.reset(::ZSTD_createCCtx_advanced(
        {.customAlloc = [](void*, std::size_t size) { return take_memory(size); },
         .customFree = [](void*, void* memory) { give_back_wiped(memory); },
         .opaque = nullptr}));
    if (!context_) throw std::bad_alloc();
    check(::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, quick_zstd_level));
  }

  std::unique_ptr<ZSTD_CCtx, FreeEncoder> context_{};
};

}  // namespace

std::unique_ptr<DecoderLayer> zstd_decoder() { return std::make_unique<ZstdDecoder>(); }
std::unique_ptr<EncoderLayer> zstd_encoder() { return std::make_unique<ZstdEncoder>(); }

}  // namespace content
