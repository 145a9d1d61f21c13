// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes that arrived and were not yet used, in one contiguous piece. Holds no memory while it is
// empty and released.

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace gateway {

class Buffer {
public:
  static constexpr std::size_t block = 16UL << 10U;  // one TLS record

  std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Room for at least one more read; what is in the buffer moves, so views into it end here.
  std::span<char> room() {
    if (capacity_ - end_ < block / 4) make_room();
    return {bytes_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) { end_ += count; }
  /// Gives the memory back if nothing is in it.
  void release() {
    if (!empty()) return;
    bytes_.reset();
    begin_ = end_ = capacity_ = 0;
  }

private:
  void make_room() {
    const std::size_t used = end_ - begin_;
    if (capacity_ < used + block / 4) {
      const std::size_t capacity = capacity_ == 0 ? block : capacity_ * 2;
      auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
      if (used != 0) std::memcpy(bytes.get(), bytes_.get() + begin_, used);
      bytes_ = std::move(bytes);
      capacity_ = capacity;
    } else if (used != 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, used);
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gateway
