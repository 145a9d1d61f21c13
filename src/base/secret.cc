// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace base {

Secret::Secret(std::string_view value) : size_(value.size()) {
  if (size_ == 0) return;
  block_ = take_secret_block(size_);
  std::memcpy(block_.data, value.data(), size_);
}

Secret::Secret(Secret&& other) noexcept
    : block_(std::exchange(other.block_, {})), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    give_back_secret_block(block_);
    block_ = std::exchange(other.block_, {});
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() { give_back_secret_block(block_); }

bool Secret::equals(std::string_view other) const {
  return equal_in_constant_time(reveal(), other);
}

SecretBuilder& SecretBuilder::append(std::string_view piece) {
  if (piece.empty()) return *this;
  std::ranges::copy(piece, room(piece.size()).begin());
  grew(piece.size());
  return *this;
}

std::span<char> SecretBuilder::room(std::size_t size) {
  const std::size_t needed = secret_.size_ + size;
  if (needed > secret_.block_.size) {
    const auto block = take_secret_block(std::max(needed, 2 * secret_.block_.size));
    if (secret_.size_ != 0) std::memcpy(block.data, secret_.block_.data, secret_.size_);
    give_back_secret_block(std::exchange(secret_.block_, block));
  }
  return {secret_.block_.data + secret_.size_, size};
}

void SecretBuilder::shrink(std::size_t size) {
  if (size >= secret_.size_) return;
  wipe(secret_.block_.data + size, secret_.size_ - size);
  secret_.size_ = size;
}

}  // namespace base
