// SPDX-License-Identifier: Apache-2.0
// br (RFC 7932). Windows are at most 16 MiB, as the RFC has it; the library takes memory for as
// much of one as is used.
#include <brotli/decode.h>
#include <brotli/encode.h>

#include <new>
#include <stdexcept>

#include "content/layer.h"
#include "content/wiped_memory.h"

namespace content {
namespace {

// The quickest that still makes text much smaller, and a window that costs little.
constexpr std::uint32_t quick_quality = 1;
constexpr std::uint32_t small_window = 18;

template <auto function>
struct EndWith {
  template <class State>
  void operator()(State* state) const noexcept {
    function(state);
  }
};

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

class BrDecoder : public DecoderLayer {
public:
  base::Result<Taken> run(std::string_view in, std::span<char> out) override {
    if (has_ended_) {
      if (!in.empty()) return goes_on_behind_end(Coding::br);
      return Taken{};
    }
    if (!state_) open();
    const auto* next_in = bytes_of(in);
    auto* next_out = reinterpret_cast<std::uint8_t*>(out.data());
    std::size_t left_in = in.size();
    std::size_t left_out = out.size();
    const auto result = ::BrotliDecoderDecompressStream(
        state_.get(), &left_in, &next_in, &left_out, &next_out, nullptr);
    if (result == BROTLI_DECODER_RESULT_ERROR) return not_coded_right(Coding::br);
    has_ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
    return Taken{.consumed = in.size() - left_in, .produced = out.size() - left_out};
  }
  bool is_whole() const override { return has_ended_; }
  void restart() override {
    state_.reset();  // the library cannot begin anew
    has_ended_ = false;
  }

private:
  void open() {
    state_.reset(::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    if (!state_) throw std::bad_alloc();
  }

  std::unique_ptr<BrotliDecoderState, EndWith<::BrotliDecoderDestroyInstance>> state_{};
  bool has_ended_ = false;
};

class BrEncoder : public EncoderLayer {
public:
  void run(std::string_view in, Flush flush, std::string& out) override {
    if (!state_) open();
    const auto operation = flush == Flush::end   ? BROTLI_OPERATION_FINISH
                           : flush == Flush::now ? BROTLI_OPERATION_FLUSH
                                                 : BROTLI_OPERATION_PROCESS;
    const auto* next_in = bytes_of(in);
    std::size_t left_in = in.size();
    do {
      std::size_t no_room = 0;  // the output is taken from the library's own buffer
      if (!::BrotliEncoderCompressStream(
              state_.get(), operation, &left_in, &next_in, &no_room, nullptr, nullptr))
        throw std::logic_error("libbrotli lost its stream");
      take_output(out);
    } while (left_in > 0 || ::BrotliEncoderHasMoreOutput(state_.get()));
  }
  void restart() override { state_.reset(); }

private:
  void open() {
    state_.reset(::BrotliEncoderCreateInstance(
        [](void*, std::size_t size) { return take_memory(size); },
        [](void*, void* memory) { give_back_wiped(memory); }, nullptr));
    if (!state_) throw std::bad_alloc();
    ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_QUALITY, quick_quality);
    ::BrotliEncoderSetParameter(state_.get(), BROTLI_PARAM_LGWIN, small_window);
  }
  void take_output(std::string& out) {
    std::size_t size = 0;
    const auto* const data = ::BrotliEncoderTakeOutput(state_.get(), &size);
    if (size > 0) out.append(reinterpret_cast<const char*>(data), size);
  }

  std::unique_ptr<BrotliEncoderState, EndWith<::BrotliEncoderDestroyInstance>> state_{};
};

}  // namespace

std::unique_ptr<DecoderLayer> br_decoder() { return std::make_unique<BrDecoder>(); }
std::unique_ptr<EncoderLayer> br_encoder() { return std::make_unique<BrEncoder>(); }

}  // namespace content
